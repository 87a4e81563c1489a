// One value of a customer's record, and a record as a list of them. The value is personal data in
// UTF-8: it must never reach a log or an error. Owned by base since import, vault, wire and front
// all carry it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/catalogue.h"

namespace bulkhead {

struct FieldValue {
  Field field{};
  std::uint16_t item = 0;  // tells repeated values apart: trip 0, trip 1, ...
  std::string value;
  bool operator==(const FieldValue&) const = default;
};

using Record = std::vector<FieldValue>;

inline constexpr std::size_t kFieldValueBytesMax = 8192;
inline constexpr std::size_t kRecordValuesMax = 512;

}  // namespace bulkhead
