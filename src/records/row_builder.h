// Makes one customer record of the cells of one row by the rules of a map, or says which rule
// refused and why. It must never half-build: a row is a whole record or a reject. Owned by records.
#pragma once

#include <array>
#include <expected>
#include <span>
#include <string_view>

#include "records/import_map.h"

namespace bulkhead {

struct CellReject {
  std::size_t rule = kNoRule;  // kNoRule: the row as a whole
  const char* reason = "";
  static constexpr std::size_t kNoRule = ~std::size_t{0};
};

class RowBuilder {
 public:
  explicit RowBuilder(const ImportMap& map) : map_(map) {}

  // `cells` has one text per rule of the map, empty where the row has none.
  std::expected<Record, CellReject> build(std::span<const std::string_view> cells);

 private:
  Status apply(const ImportRule& rule, std::string_view cell);
  Status apply_one(const ImportRule& rule, std::string_view text, std::uint16_t item);
  Result<std::string> transform(const ImportRule& rule, std::string_view text) const;
  Status put(Field field, std::uint16_t item, std::string value);
  bool has(Field field, std::uint16_t item) const {
    return (items_[static_cast<std::size_t>(field)] >> item & 1u) != 0;
  }
  std::string_view phone_country() const;

  const ImportMap& map_;
  Record record_;
  std::array<std::uint64_t, 64> items_{};  // which (field, item) pairs the record holds
};

}  // namespace bulkhead
