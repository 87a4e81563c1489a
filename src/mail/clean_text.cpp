#include "mail/clean_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace bulkhead::mail {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// The next character of `bytes`, as its own bytes; empty when it may not stand in clean text, and
// '?' for a byte that is no UTF-8.
std::string_view take_clean(std::string_view& bytes, bool& changed) {
  const auto all = bytes;
  const auto point = take_code_point(bytes);
  if (!point) {
    bytes.remove_prefix(1);
    changed = true;
    return "?";
  }
  if (!is_plain(*point)) {
    changed = true;
    return *point == 0xfffd ? std::string_view("?") : std::string_view();
  }
  return all.substr(0, all.size() - bytes.size());
}

// False at the limit.
bool append(CleanText& to, std::string_view more, std::size_t bytes_max) {
  if (to.text.size() + more.size() > bytes_max) {
    to.cut = true;
    return false;
  }
  to.text += more;
  return true;
}

}  // namespace

CleanText clean_lines(std::string_view bytes, std::size_t bytes_max) {
  CleanText clean;
  while (!bytes.empty()) {
    const char first = bytes.front();
    std::string_view more;
    if (first == '\r') {
      bytes.remove_prefix(bytes.starts_with("\r\n") ? 2 : 1);
      more = "\n";
    } else if (first == '\n' || first == '\t') {
      more = bytes.substr(0, 1);
      bytes.remove_prefix(1);
    } else {
      more = take_clean(bytes, clean.changed);
    }
    if (!append(clean, more, bytes_max)) break;
  }
  return clean;
}

CleanText clean_line(std::string_view bytes, std::size_t bytes_max) {
  CleanText clean;
  bool blank_before = false;
  while (!bytes.empty()) {
    auto rest = bytes;
    const auto point = take_code_point(rest);
    if (point && is_unicode_space(*point)) {
      bytes = rest;
      blank_before = !clean.text.empty();
      continue;
    }
    const auto more = take_clean(bytes, clean.changed);
    if (more.empty()) continue;
    if (blank_before && !append(clean, " ", bytes_max)) break;
    if (!append(clean, more, bytes_max)) break;
    blank_before = false;
  }
  if (clean.text.ends_with(' ')) clean.text.pop_back();
  return clean;
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), to_lower);
  return small;
}

bool equal_words(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace bulkhead::mail
