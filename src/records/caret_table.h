// Cuts the '^'-separated tables that are built in: a header line, then rows of equal width. They
// are ours, so a wrong shape is a broken invariant and not an error; never for a customer's file.
// Owned by records.
#pragma once

#include <string_view>
#include <vector>

#include "base/check.h"

namespace bulkhead {

inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The rows without the header; empty lines and lines that start with # are passed over.
inline std::vector<std::vector<std::string_view>> rows_of(std::string_view table,
                                                          std::size_t columns) {
  std::vector<std::vector<std::string_view>> rows;
  bool header = true;
  for (const auto line : split(table, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    auto cells = split(line, '^');
    CHECK(cells.size() == columns);
    if (!header) rows.push_back(std::move(cells));
    header = false;
  }
  return rows;
}

}  // namespace bulkhead
