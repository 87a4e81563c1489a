#include "records/row_builder.h"

#include <algorithm>

#include "records/ascii.h"
#include "records/transforms.h"

namespace bulkhead {
namespace {

static_assert(kImportItemsMax <= 64, "the items of a field are one 64-bit mask");

bool is_phone(const ImportRule& rule) {
  return std::ranges::find(rule.transforms, Transform::kPhone) != rule.transforms.end();
}

}  // namespace

std::expected<Record, CellReject> RowBuilder::build(std::span<const std::string_view> cells) {
  record_.clear();
  items_.fill(0);
  // Phones come last, since a national number is read by the country that another column of the row
  // may give.
  for (const bool phones : {false, true}) {
    for (std::size_t i = 0; i < map_.rules.size(); ++i) {
      if (is_phone(map_.rules[i]) != phones) continue;
      if (auto applied = apply(map_.rules[i], cells[i]); !applied)
        return std::unexpected(CellReject{i, applied.error().context});
    }
  }
  for (std::size_t i = 0; i < map_.rules.size(); ++i) {
    const auto& rule = map_.rules[i];
    const Field needed = rule.family_field.value_or(rule.field);
    if (rule.required && !has(needed, rule.item))
      return std::unexpected(CellReject{i, "a required value is empty"});
  }
  if (record_.empty())
    return std::unexpected(CellReject{CellReject::kNoRule, "a row without any value"});
  for (const auto& constant : map_.constants) {
    if (auto put_it = put(constant.field, constant.item, constant.value); !put_it) {
      return std::unexpected(CellReject{CellReject::kNoRule, put_it.error().context});
    }
  }
  return std::move(record_);
}

Status RowBuilder::apply(const ImportRule& rule, std::string_view cell) {
  const auto text = trimmed(cell);
  if (text.empty()) return {};
  if (rule.separator == 0) return apply_one(rule, text, rule.item);
  std::uint16_t parts = 0;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(rule.separator, start), text.size());
    const auto part = trimmed(text.substr(start, end - start));
    start = end + 1;
    if (part.empty()) continue;
    if (parts == rule.parts_max)
      return fail(ErrorCode::kTooLarge, "a list with more parts than the map has items");
    TRY_STATUS(apply_one(rule, part, static_cast<std::uint16_t>(rule.item + parts)));
    ++parts;
  }
  return {};
}

Status RowBuilder::apply_one(const ImportRule& rule, std::string_view text, std::uint16_t item) {
  if (has(rule.field, item) && (!rule.family_field || has(*rule.family_field, item))) return {};
  if (rule.family_field) {
    auto name = split_full_name(text);
    TRY_STATUS(put(rule.field, item, std::move(name.given)));
    return put(*rule.family_field, item, std::move(name.family));
  }
  return put(rule.field, item, TRY(transform(rule, text)));
}

Result<std::string> RowBuilder::transform(const ImportRule& rule, std::string_view text) const {
  std::string value(text);
  if (!rule.values.empty()) {
    const auto found =
        std::ranges::find(rule.values, value, &std::pair<std::string, std::string>::first);
    if (found == rule.values.end())
      return fail(ErrorCode::kMalformed, "a value that the map does not list");
    value = found->second;
  }
  if (!rule.date.empty()) value = TRY(date_to_iso(value, rule.date));
  for (const auto step : rule.transforms) {
    switch (step) {
      case Transform::kTrim:
        break;
      case Transform::kUpper:
        std::ranges::transform(value, value.begin(), ascii_upper);
        break;
      case Transform::kLower:
        std::ranges::transform(value, value.begin(), ascii_lower);
        break;
      case Transform::kOneLine:
        value = to_one_line(value);
        break;
      case Transform::kPhone:
        value = TRY(phone_to_e164(value, phone_country()));
        break;
      case Transform::kCountry:
        value = TRY(country_to_code(value));
        break;
      case Transform::kLanguage:
        value = TRY(language_to_code(value));
        break;
    }
  }
  return value;
}

// The first rule that yields a value for a (field, item) wins, so a second one is passed over.
Status RowBuilder::put(Field field, std::uint16_t item, std::string value) {
  if (value.empty() || has(field, item)) return {};
  if (value.size() > kFieldValueBytesMax) return fail(ErrorCode::kTooLarge, "a value over 8 KiB");
  if (value.find('\0') != std::string::npos) return fail(ErrorCode::kMalformed, "a NUL byte");
  if (record_.size() >= kRecordValuesMax)
    return fail(ErrorCode::kTooLarge, "a row of more than 512 values");
  items_[static_cast<std::size_t>(field)] |= 1ull << item;
  record_.push_back({.field = field, .item = item, .value = std::move(value)});
  return {};
}

std::string_view RowBuilder::phone_country() const {
  for (const auto& value : record_) {
    if (value.field == Field::kCountry && value.item == 0) return value.value;
  }
  return map_.default_country;
}

}  // namespace bulkhead
