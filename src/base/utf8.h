// Strict UTF-8 reading: no overlong forms, no surrogates, nothing above U+10FFFF. It must never be
// used to repair text, only to refuse it. Owned by base.
#pragma once

#include <optional>
#include <string_view>

namespace bulkhead {

// Takes one code point off the front, or nothing when `text` does not start with one.
std::optional<char32_t> take_code_point(std::string_view& text);
bool is_unicode_space(char32_t code_point);  // the property White_Space
// Whether a screen shows it as what it is: no controls, direction overrides, line separators,
// private use, non-characters.
bool is_plain(char32_t code_point);

}  // namespace bulkhead
