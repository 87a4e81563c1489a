// How commands speak to people and to other programs: complaints on standard error, results as a
// table or as one line of JSON on standard output. Nothing here may print what came from a
// customer's record. Owned by cli.
#pragma once

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bulkhead::cli {

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

void print(std::string_view text);                 // standard output, as it is
void print_json(const boost::json::value& value);  // one line

// "bulkhead: SENTENCE" on standard error; answers kFailed.
int complain_line(std::string_view sentence);
// A line on standard error that is no complaint: what goes on.
void note(std::string_view sentence);
template <class... Args>
int complain(fmt::format_string<Args...> format, Args&&... args) {
  return complain_line(fmt::format(format, std::forward<Args>(args)...));
}
inline int complain(const Error& error) { return complain_line(error.context); }

// Columns aligned by width in characters, numbers to the right. Empty without rows but for the
// head.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// One field of a CSV record (RFC 4180, section 2), quoted where it must be.
std::string csv_field(std::string_view text);

// "2026-03-04 12:00:00", UTC. 0 is "never".
std::string time_text(std::uint64_t wall_ms);
// "2026-03-04T12:00:00.123Z" (RFC 3339, section 5.6).
std::string time_json(std::uint64_t wall_ms);
std::string duration_text(std::uint64_t seconds);  // "3 d 4 h", "5 min"
std::string count_text(std::uint64_t count);       // "1,234,567"

// A key-URI as a QR code (ISO/IEC 18004) of half blocks for a dark terminal, each line indented.
// Empty when it is too long.
std::string qr_text(const std::string& content, std::string_view indent = "  ");

}  // namespace bulkhead::cli
