// Outside bytes made into text that a screen shows as what it is and the keeper's vault accepts:
// whole UTF-8 without controls, direction overrides and private use. It must never make a line end
// where there was none. Owned by mail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bulkhead::mail {

struct CleanText {
  std::string text;
  bool changed = false;  // something was left out or stands as '?'
  bool cut = false;      // at the limit, between two characters
};

// Several lines: CR LF and CR become LF; tabs stay. At most `bytes_max` bytes.
CleanText clean_lines(std::string_view bytes, std::size_t bytes_max);
// One line: every run of white space becomes one blank, none at the ends.
CleanText clean_line(std::string_view bytes, std::size_t bytes_max);

char to_lower(char c);
std::string lower(std::string_view text);
bool equal_words(std::string_view a, std::string_view b);  // ASCII letters of either case
std::string_view trimmed(std::string_view text);  // no blanks, tabs and line ends around it

}  // namespace bulkhead::mail
