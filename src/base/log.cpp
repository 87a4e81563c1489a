#include "base/log.h"

#include <unistd.h>

#include <string>

namespace bulkhead {
namespace {
constexpr std::size_t kLineBytesMax = 2000;
std::string process_name = "bulkhead";
}  // namespace

void set_log_name(std::string_view name) { process_name = name; }

void log_line(LogLevel level, std::string_view line) {
  std::string text;
  // The "<N>" prefix is journald's; a person at a terminal does not want to see it.
  if (isatty(STDERR_FILENO) == 0) text = fmt::format("<{}>", static_cast<int>(level));
  text += process_name;
  text += ": ";
  text += line.substr(0, kLineBytesMax);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  text += '\n';
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace bulkhead
