#include "records/import_map.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "records/countries.h"
#include "records/embedded.h"
#include "records/toml.h"
#include "records/transforms.h"

namespace bulkhead {
namespace {

constexpr std::string_view kNumberMark = "{}";

constexpr std::array<std::pair<std::string_view, Transform>, 7> kTransformNames{
    {{"trim", Transform::kTrim},
     {"upper", Transform::kUpper},
     {"lower", Transform::kLower},
     {"one-line", Transform::kOneLine},
     {"phone", Transform::kPhone},
     {"country", Transform::kCountry},
     {"language", Transform::kLanguage}}};

std::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::kMalformed, what); }

Status only_keys(const toml::table& table, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : table) {
    if (std::ranges::find(known, key.str()) == known.end())
      return malformed("an import map with an unknown key");
  }
  return {};
}

// A text that may be absent (then empty); any other type is an error.
Result<std::string> text_at(const toml::table& table, std::string_view key, const char* wrong) {
  const auto node = table[key];
  if (!node) return std::string();
  const auto* text = node.as_string();
  if (text == nullptr) return malformed(wrong);
  return text->get();
}

Result<std::uint16_t> count_at(const toml::table& table, std::string_view key,
                               std::uint16_t otherwise, std::uint16_t least, std::uint16_t most,
                               const char* wrong) {
  const auto node = table[key];
  if (!node) return otherwise;
  const auto* number = node.as_integer();
  if (number == nullptr || number->get() < least || number->get() > most) return malformed(wrong);
  return static_cast<std::uint16_t>(number->get());
}

Result<Field> field_at(const toml::table& table, std::string_view key) {
  const auto name = TRY(text_at(table, key, "a field name that is not text"));
  const auto* info = field_named(name);
  if (info == nullptr) return malformed("a field that the catalogue does not have");
  return info->field;
}

Result<std::vector<Transform>> transforms_of(const toml::table& table) {
  std::vector<Transform> transforms;
  const auto node = table["transform"];
  if (!node) return transforms;
  const auto* names = node.as_array();
  if (names == nullptr) return malformed("transform must be a list of names");
  for (const auto& entry : *names) {
    const auto* name = entry.as_string();
    const auto* found = name == nullptr
                            ? kTransformNames.end()
                            : std::ranges::find(kTransformNames, std::string_view(name->get()),
                                                &std::pair<std::string_view, Transform>::first);
    if (found == kTransformNames.end()) return malformed("a transformation that does not exist");
    transforms.push_back(found->second);
  }
  return transforms;
}

Result<std::vector<std::pair<std::string, std::string>>> values_of(const toml::table& table) {
  std::vector<std::pair<std::string, std::string>> values;
  const auto node = table["values"];
  if (!node) return values;
  const auto* pairs = node.as_table();
  if (pairs == nullptr) return malformed("values must be a table of texts");
  for (const auto& [from, to] : *pairs) {
    if (!to.is_string()) return malformed("values must be a table of texts");
    values.emplace_back(std::string(from.str()), to.as_string()->get());
  }
  return values;
}

Result<bool> flag_at(const toml::table& table, std::string_view key) {
  const auto node = table[key];
  if (!node) return false;
  const auto* flag = node.as_boolean();
  if (flag == nullptr) return malformed("required must be true or false");
  return flag->get();
}

Status read_options(const toml::table& table, ImportRule& rule) {
  rule.transforms = TRY(transforms_of(table));
  rule.values = TRY(values_of(table));
  rule.required = TRY(flag_at(table, "required"));
  rule.date = TRY(text_at(table, "date", "date must be a text"));
  if (!rule.date.empty() && !is_date_pattern(rule.date))
    return malformed("a date pattern without YYYY, MM and DD");
  if (table.contains("family_to")) rule.family_field = TRY(field_at(table, "family_to"));
  const auto separator = TRY(text_at(table, "separator", "separator must be a text"));
  if (separator.size() > 1) return malformed("a separator of more than one byte");
  if (!separator.empty()) rule.separator = separator.front();
  return {};
}

std::string numbered(std::string_view pattern, std::size_t number) {
  std::string out(pattern);
  if (const auto at = out.find(kNumberMark); at != std::string::npos) {
    out.replace(at, kNumberMark.size(), std::to_string(number));
  }
  return out;
}

// One [[field]] becomes one rule, or `items` rules when its column or pointer holds the number
// mark.
Status read_field(const toml::table& table, std::vector<ImportRule>& rules) {
  TRY_STATUS(only_keys(table, {"column", "pointer", "to", "item", "items", "transform", "date",
                               "family_to", "values", "separator", "required"}));
  ImportRule rule;
  rule.column = TRY(text_at(table, "column", "column must be a text"));
  rule.pointer = TRY(text_at(table, "pointer", "pointer must be a text"));
  if (rule.column.empty() == rule.pointer.empty())
    return malformed("a field needs either column or pointer");
  if (!rule.pointer.empty() && !rule.pointer.starts_with('/'))
    return malformed("a JSON pointer starts with /");
  rule.field = TRY(field_at(table, "to"));
  const std::uint16_t last = kImportItemsMax - 1;
  rule.item = TRY(count_at(table, "item", 0, 0, last, "item must be a number from 0 to 63"));
  const auto items =
      TRY(count_at(table, "items", 1, 1, kImportItemsMax, "items must be a number from 1 to 64"));
  TRY_STATUS(read_options(table, rule));

  const bool is_numbered = (rule.column + rule.pointer).find(kNumberMark) != std::string::npos;
  if (is_numbered && rule.separator != 0)
    return malformed("a field cannot be both numbered and separated");
  if (!is_numbered && rule.separator == 0 && items != 1)
    return malformed("items needs {} in the column, or a separator");
  if (rules.size() + items > kImportRulesMax)
    return fail(ErrorCode::kTooLarge, "an import map of more than 1024 rules");
  if (rule.item + items > kImportItemsMax) return malformed("item and items reach beyond 63");
  if (!is_numbered) {
    rule.parts_max = items;
    rules.push_back(std::move(rule));
    return {};
  }
  for (std::uint16_t i = 0; i < items; ++i) {
    auto one = rule;
    one.column = numbered(rule.column, i);
    one.pointer = numbered(rule.pointer, i);
    one.item = static_cast<std::uint16_t>(rule.item + i);
    rules.push_back(std::move(one));
  }
  return {};
}

Status read_constant(const toml::table& table, std::vector<ImportConstant>& constants) {
  TRY_STATUS(only_keys(table, {"to", "item", "value"}));
  ImportConstant constant;
  constant.field = TRY(field_at(table, "to"));
  constant.item =
      TRY(count_at(table, "item", 0, 0, kImportItemsMax - 1, "item must be a number from 0 to 63"));
  constant.value = TRY(text_at(table, "value", "value must be a text"));
  if (constant.value.empty()) return malformed("a constant without a value");
  constants.push_back(std::move(constant));
  return {};
}

template <class Read>
Status each_table(const toml::table& root, std::string_view key, const Read& read) {
  const auto node = root[key];
  if (!node) return {};
  const auto* list = node.as_array();
  if (list == nullptr) return malformed("[[field]] and [[constant]] are lists of tables");
  for (const auto& entry : *list) {
    if (!entry.is_table()) return malformed("[[field]] and [[constant]] are lists of tables");
    TRY_STATUS(read(*entry.as_table()));
  }
  return {};
}

}  // namespace

Result<ImportMap> ImportMap::parse(std::string_view toml) {
  if (toml.size() > kImportMapBytesMax)
    return fail(ErrorCode::kTooLarge, "an import map over 256 KiB");
  const auto parsed = toml::parse(toml);
  if (!parsed) return malformed("an import map that is not TOML");
  const toml::table& root = parsed.table();
  TRY_STATUS(only_keys(root, {"name", "default_country", "delimiter", "field", "constant"}));

  ImportMap map;
  map.name = TRY(text_at(root, "name", "name must be a text"));
  map.default_country = TRY(text_at(root, "default_country", "default_country must be a text"));
  if (!map.default_country.empty() &&
      (map.default_country.size() != 2 || find_country(map.default_country) == nullptr)) {
    return malformed("default_country must be a two-letter code");
  }
  const auto delimiter = TRY(text_at(root, "delimiter", "delimiter must be a text"));
  if (!delimiter.empty() && delimiter != "," && delimiter != ";" && delimiter != "\t" &&
      delimiter != "|") {
    return malformed("delimiter must be one of , ; | and tab");
  }
  if (!delimiter.empty()) map.delimiter = delimiter.front();

  TRY_STATUS(
      each_table(root, "field", [&](const auto& table) { return read_field(table, map.rules); }));
  TRY_STATUS(each_table(root, "constant",
                        [&](const auto& table) { return read_constant(table, map.constants); }));
  if (map.rules.empty()) return malformed("an import map without fields");
  return map;
}

Result<ImportMap> ImportMap::built_in(std::string_view name) {
  if (name == "bulkhead") return parse(embedded::maps_bulkhead_toml);
  if (name == "salesforce-contact") return parse(embedded::maps_salesforce_contact_toml);
  if (name == "zendesk-users") return parse(embedded::maps_zendesk_users_toml);
  return fail(ErrorCode::kNotFound, "no such built-in import map");
}

}  // namespace bulkhead
