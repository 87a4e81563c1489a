#include "records/countries.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "records/ascii.h"
#include "records/caret_table.h"
#include "records/embedded.h"

namespace bulkhead {
namespace {

// What people write that is neither a code nor the table's name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kAliases{
    {{"uk", "GB"},
     {"great britain", "GB"},
     {"england", "GB"},
     {"scotland", "GB"},
     {"wales", "GB"},
     {"northern ireland", "GB"},
     {"holland", "NL"},
     {"the netherlands", "NL"},
     {"czech republic", "CZ"},
     {"united states of america", "US"},
     {"türkiye", "TR"},
     {"republic of ireland", "IE"}}};

struct Table {
  std::vector<Country> countries;
  std::unordered_map<std::string, const Country*> by_name;  // keys in lower case
  std::bitset<1000> calling_codes;  // 1, 33, 971: no code is the start of another

  Table() {
    for (const auto& row : rows_of(embedded::data_airline_countries_csv, 4)) {
      countries.push_back(
          {.code = row[0], .code3 = row[1], .calling_code = row[2], .name = row[3]});
    }
    for (const auto& country : countries) {
      for (const auto key : {country.code, country.code3, country.name})
        by_name.emplace(lower(key), &country);
      if (!country.calling_code.empty()) calling_codes.set(number(country.calling_code));
    }
    for (const auto& [alias, code] : kAliases) by_name.emplace(alias, by_name.at(lower(code)));
  }

  static std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), ascii_lower);
    return out;
  }
  static std::size_t number(std::string_view digits) {
    std::size_t value = 0;
    for (const char c : digits) value = value * 10 + static_cast<std::size_t>(c - '0');
    return value;
  }
};

const Table& table() {
  static const Table kTable;
  return kTable;
}

}  // namespace

const Country* find_country(std::string_view name) {
  const auto found = table().by_name.find(Table::lower(name));
  return found == table().by_name.end() ? nullptr : found->second;
}

bool has_assigned_calling_code(std::string_view digits) {
  for (std::size_t length = 1; length <= 3 && length <= digits.size(); ++length) {
    if (table().calling_codes.test(Table::number(digits.substr(0, length)))) return true;
  }
  return false;
}

}  // namespace bulkhead
