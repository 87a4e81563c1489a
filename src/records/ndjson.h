// Reads newline-delimited JSON: one object a line. It must never accept a line that is not one
// whole valid JSON object, nor hold more than one line. Owned by records.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "records/byte_cursor.h"

namespace bulkhead {

enum class NdjsonStep : std::uint8_t { kRecord, kEmpty, kBad, kEnd };

class NdjsonReader {
 public:
  // The map must outlive the reader.
  NdjsonReader(const ByteSource& source, ImportPosition from, const ImportMap& map);

  // Reads one line and gives each rule of the map its text (empty when absent or null). Numbers and
  // truth values come as their JSON text, arrays of such joined by the rule's separator. Views hold
  // until the next call.
  NdjsonStep next(std::vector<std::string_view>& cells);

  std::uint64_t line() const { return line_; }
  RejectRow reject() const { return {line_, bad_column_, bad_reason_}; }
  ImportPosition position() const { return cursor_.position(); }
  const Status& status() const { return cursor_.status(); }

 private:
  static constexpr std::size_t kDepthMax = 32;

  bool allocate();
  bool read_line();
  bool bad(const char* reason, std::size_t column = 0);
  bool read_object(simdjson::dom::object object, std::vector<std::string_view>& cells);
  bool read_cell(std::size_t rule, simdjson::dom::element element,
                 std::vector<std::string_view>& cells);
  const char* append_scalar(simdjson::dom::element element, std::string& to) const;

  ByteCursor cursor_;
  const ImportMap& map_;
  std::unordered_multimap<std::string_view, std::size_t> rules_by_key_;
  simdjson::dom::parser parser_;
  bool allocated_ = false;
  std::string text_;  // the line, with room behind it for simdjson's padding
  std::size_t text_bytes_ = 0;
  std::vector<std::string> copies_;  // per rule: a text that does not stand in the document as such
  std::vector<char> taken_;          // per rule
  std::uint64_t line_ = 1;
  std::uint32_t bad_column_ = 0;
  const char* bad_reason_ = "";
};

}  // namespace bulkhead
