#include "cli/canonical_json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "base/catalogue.h"

namespace bulkhead::cli {
namespace {

namespace dom = simdjson::dom;

// RFC 8785, section 3.2.2.2.
void write_text(std::string_view text, std::string& to) {
  static constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
  to += '"';
  for (const char c : text) {
    if (const auto at = kEscaped.find(c); at != std::string_view::npos) {
      to += '\\';
      to += kLetters[at];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      static constexpr std::string_view kDigits = "0123456789abcdef";
      to += "\\u00";
      to += kDigits[static_cast<unsigned char>(c) >> 4];
      to += kDigits[c & 15];
    } else {
      to += c;
    }
  }
  to += '"';
}

// ECMAScript's Number::toString (ECMA-262, 6.1.6.1.20), which RFC 8785, section 3.2.2.3 takes over:
// the shortest digits that read back as the same number, plain from 1e-6 to below 1e21.
void write_number(double number, std::string& to) {
  constexpr int kPlainMin = -6, kPlainMax = 21;
  if (number == 0) {  // and -0
    to += '0';
    return;
  }
  char buffer[32];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(number),
                                     std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(written.ptr - buffer));
  const auto e = text.find('e');
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  const auto power = text.substr(e + 1);  // such as -07 or +21
  int exponent = 0;
  std::from_chars(power.data() + 1, power.data() + power.size(), exponent);
  if (power.front() == '-') exponent = -exponent;
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point

  if (number < 0) to += '-';
  if (point > kPlainMax || point <= kPlainMin) {
    to += digits.front();
    if (count > 1) to += "." + digits.substr(1);
    to += exponent < 0 ? "e-" : "e+";
    to += std::to_string(std::abs(exponent));
  } else if (point <= 0) {
    to += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else if (count <= point) {
    to += digits + std::string(static_cast<std::size_t>(point - count), '0');
  } else {
    to += digits.substr(0, static_cast<std::size_t>(point)) + "." +
          digits.substr(static_cast<std::size_t>(point));
  }
}

// Order by UTF-16 code units (RFC 8785, section 3.2.3). In UTF-8 only what lies beyond the basic
// plane (bytes from 0xf0) stands elsewhere: surrogates come before U+E000, which begins with 0xee.
bool before_in_utf16(std::string_view a, std::string_view b) {
  const auto [x, y] = std::ranges::mismatch(a, b);
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto left = static_cast<unsigned char>(*x), right = static_cast<unsigned char>(*y);
  if (left >= 0xee && right >= 0xee && (left >= 0xf0) != (right >= 0xf0)) return left >= 0xf0;
  return left < right;
}

// Fields first, as the catalogue has them; what is no field keeps its place behind, so that the
// answer can say so.
std::size_t place_in_catalogue(std::string_view name) {
  const auto* const info = field_named(name);
  return info == nullptr ? kFields.size() : static_cast<std::size_t>(info->field);
}

Status write_value(const dom::element& value, std::size_t depth, std::string_view name,
                   std::string& to);

Status write_object(const dom::object& object, std::size_t depth, std::string& to) {
  std::vector<std::pair<std::string_view, dom::element>> members;
  for (const auto& [key, value] : object) members.emplace_back(key, value);
  std::ranges::stable_sort(members, before_in_utf16,
                           [](const auto& member) { return member.first; });
  const auto twice = std::ranges::adjacent_find(members, std::ranges::equal_to(),
                                                [](const auto& member) { return member.first; });
  if (twice != members.end())
    return fail(ErrorCode::kMalformed, "a member stands in the JSON twice");
  to += '{';
  for (bool first = true; const auto& [key, value] : members) {
    if (!std::exchange(first, false)) to += ',';
    write_text(key, to);
    to += ':';
    TRY_STATUS(write_value(value, depth, key, to));
  }
  to += '}';
  return {};
}

Status write_list(const dom::array& list, std::size_t depth, std::string_view name,
                  std::string& to) {
  std::vector<dom::element> items(list.begin(), list.end());
  if (name == "fields" && std::ranges::all_of(items, &dom::element::is_string)) {
    std::ranges::stable_sort(items, {}, [](const dom::element& item) {
      return place_in_catalogue(item.get_string().value_unsafe());
    });
  }
  to += '[';
  for (bool first = true; const auto& item : items) {
    if (!std::exchange(first, false)) to += ',';
    TRY_STATUS(write_value(item, depth, {}, to));
  }
  to += ']';
  return {};
}

// The value of member `name`, or of none.
Status write_value(const dom::element& value, std::size_t depth, std::string_view name,
                   std::string& to) {
  if (depth == 0) return fail(ErrorCode::kTooLarge, "the JSON is nested too deep");
  switch (value.type()) {
    case dom::element_type::OBJECT:
      return write_object(value.get_object().value_unsafe(), depth - 1, to);
    case dom::element_type::ARRAY:
      return write_list(value.get_array().value_unsafe(), depth - 1, name, to);
    case dom::element_type::STRING:
      write_text(value.get_string().value_unsafe(), to);
      return {};
    case dom::element_type::BOOL:
      to += value.get_bool().value_unsafe() ? "true" : "false";
      return {};
    case dom::element_type::NULL_VALUE:
      to += "null";
      return {};
    case dom::element_type::DOUBLE:
      write_number(value.get_double().value_unsafe(), to);
      return {};
    default:
      break;
  }
  // A whole number. One that a double cannot hold would become another (RFC 7493, section 2.2).
  constexpr double kExactMax = 9007199254740991;
  const double number = value.get_double().value_unsafe();
  if (std::fabs(number) > kExactMax)
    return fail(ErrorCode::kMalformed, "a whole number in the JSON is beyond 2^53 - 1");
  write_number(number, to);
  return {};
}

}  // namespace

Result<std::string> canonical_json(std::string_view text) {
  if (text.empty()) return std::string();
  dom::parser parser;
  dom::element root;
  const simdjson::padded_string padded(text);
  if (parser.parse(padded).get(root) != simdjson::SUCCESS)
    return fail(ErrorCode::kMalformed, "the body is not JSON");
  std::string canonical;
  TRY_STATUS(write_value(root, kJsonDepthMax, {}, canonical));
  return canonical;
}

}  // namespace bulkhead::cli
