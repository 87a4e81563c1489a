// One line per event on standard error, ready for journald (a "<N>" priority prefix). It must never
// be given personal data: messages are literals with numbers and fixed words. Owned by base.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace bulkhead {

enum class LogLevel : int { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6 };

// Names the process in every line; called once at start, before threads.
void set_log_name(std::string_view process_name);
void log_line(LogLevel level, std::string_view line);

template <class... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace bulkhead
