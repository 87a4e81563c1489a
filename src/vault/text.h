// UTF-8 as it comes from outside, read one code point at a time. Nothing here may accept overlong
// or broken sequences, nor characters that a screen does not show as what they are. Owned by vault.
#pragma once

#include <string>
#include <string_view>

#include "base/utf8.h"

namespace bulkhead {

void append_code_point(char32_t point, std::string& to);

// Whole UTF-8 without controls, bidirectional overrides and private use; line feed, return and tab
// only if `lines`.
bool is_clean_text(std::string_view text, bool lines);

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_upper(c) || is_lower(c); }
constexpr bool is_letter_or_digit(char c) { return is_letter(c) || is_digit(c); }
constexpr char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace bulkhead
