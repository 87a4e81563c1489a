// Facts about countries: ISO 3166 codes, English names, calling codes. The table is
// opentraveldata's (CC-BY 4.0), carried over in data/airline/countries.csv; nothing here may depend
// on a customer. Owned by records.
#pragma once

#include <optional>
#include <string_view>

namespace bulkhead {

struct Country {
  std::string_view code;          // two letters
  std::string_view code3;         // three letters
  std::string_view calling_code;  // digits without +; empty where nobody can be called
  std::string_view name;          // English
};

// By two or three letters or English name, ASCII case aside; nullptr when unknown.
const Country* find_country(std::string_view name);

// Whether an international number (digits without +) starts with an assigned country code (ITU-T
// E.164).
bool has_assigned_calling_code(std::string_view digits);

}  // namespace bulkhead
