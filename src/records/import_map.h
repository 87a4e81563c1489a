// The rules of an import, read from a TOML file: which column or JSON pointer becomes which
// catalogue field, and how. It must never guess: an unknown key, field or transformation is an
// error at once. Owned by records.
//
//   name = "..."            default_country = "FR"       delimiter = ";"
//   [[field]]  column = "Born" or pointer = "/person/born"   to = "identity.birth_date"   item = 0
//   required = true
//              transform = ["upper", ...]   date = "DD/MM/YYYY"   family_to =
//              "identity.family_name" values = { "Mr" = "M" }      separator = ";" with items = 8
//              items = 16 with "{}" in column or pointer: one rule for each number from 0, which is
//              the item too
//   [[constant]]  to = "communications.language"   item = 0   value = "en"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/catalogue.h"
#include "base/record.h"
#include "base/result.h"

namespace bulkhead {

enum class Transform : std::uint8_t {
  kTrim,      // ASCII blanks at both ends; always done first
  kUpper,     // ASCII letters only
  kLower,     // ASCII letters only
  kOneLine,   // line breaks become ", "
  kPhone,     // to +digits (E.164), with the country of the row or the map
  kCountry,   // ISO 3166 two or three letters, or the English name, to two letters
  kLanguage,  // "fr-FR" or "FR" to "fr"
};

inline constexpr std::size_t kImportRulesMax = 1024;
inline constexpr std::size_t kImportMapBytesMax = 256u << 10;
inline constexpr std::size_t kImportItemsMax = 64;

// One source of one field. Several rules may name the same (field, item): the first that yields a
// value wins.
struct ImportRule {
  std::string
      column;  // CSV column or NDJSON key at the top level; compared without ASCII case in CSV
  std::string pointer;  // JSON pointer (RFC 6901); NDJSON only, instead of column
  Field field{};
  std::uint16_t item = 0;
  std::optional<Field>
      family_field;  // set when the value is a full name to split: the family part goes here
  std::vector<Transform> transforms;
  std::string date;    // e.g. "DD/MM/YYYY"; empty: not a date
  char separator = 0;  // non-zero: the value is a list, its parts become items item, item+1, ...
  std::uint16_t parts_max = 1;  // of such a list
  std::vector<std::pair<std::string, std::string>>
      values;  // value in the file -> value in the record, exact
  bool required = false;
};

struct ImportConstant {
  Field field{};
  std::uint16_t item = 0;
  std::string value;
};

struct ImportMap {
  std::string name;
  std::string default_country;  // two letters; empty: phones without a prefix are rejected
  char delimiter = ',';
  std::vector<ImportRule> rules;
  std::vector<ImportConstant> constants;  // used where no rule gave a value

  // Reads the TOML text of a map. Errors: kTooLarge, kMalformed with a literal that says which key
  // is wrong.
  static Result<ImportMap> parse(std::string_view toml);
  // A map that is built in: "salesforce-contact", "zendesk-users" or "bulkhead". Errors: kNotFound.
  static Result<ImportMap> built_in(std::string_view name);
};

}  // namespace bulkhead
