#include "cli/output.h"

#include <qrencode.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>

namespace bulkhead::cli {
namespace {

void write_to(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

// Characters, not bytes: what does not continue one begins one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789,.") == std::string_view::npos;
}

std::tm utc(std::uint64_t wall_ms) {
  const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string date_of(const std::tm& t) {
  return fmt::format("{:04}-{:02}-{:02}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}
std::string clock_of(const std::tm& t) {
  return fmt::format("{:02}:{:02}:{:02}", t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace

void print(std::string_view text) {
  write_to(stdout, text);
  std::fflush(stdout);
}

void print_json(const boost::json::value& value) { print(boost::json::serialize(value) + "\n"); }

int complain_line(std::string_view sentence) {
  std::fflush(stdout);
  write_to(stderr, fmt::format("bulkhead: {}\n", sentence));
  return kFailed;
}

void note(std::string_view sentence) { write_to(stderr, fmt::format("{}\n", sentence)); }

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      const std::string blanks(widths[i] - width_of(row[i]), ' ');
      line += is_number(row[i]) ? blanks + row[i] : row[i] + blanks;
      if (i + 1 < row.size()) line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string time_text(std::uint64_t wall_ms) {
  if (wall_ms == 0) return "never";
  const auto parts = utc(wall_ms);
  return date_of(parts) + " " + clock_of(parts);
}

std::string time_json(std::uint64_t wall_ms) {
  const auto parts = utc(wall_ms);
  return fmt::format("{}T{}.{:03}Z", date_of(parts), clock_of(parts), wall_ms % 1000);
}

std::string duration_text(std::uint64_t seconds) {
  const auto minutes = seconds / 60;
  if (minutes == 0) return fmt::format("{} s", seconds);
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes < 24 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {} h", minutes / 1440, minutes % 1440 / 60);
}

std::string count_text(std::uint64_t count) {
  auto text = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string qr_text(const std::string& content, std::string_view indent) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(content.c_str(), 0, QR_ECLEVEL_L), QRcode_free);
  if (!code) return {};
  constexpr int kQuiet = 2;  // the standard asks for 4, which readers of screens do not need
  const int width = code->width;
  // Light modules are drawn, since a terminal is dark.
  const auto light = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= width || y >= width) return y < width + kQuiet;
    return (code->data[y * width + x] & 1) == 0;
  };
  std::string out;
  for (int y = -kQuiet; y < width + kQuiet; y += 2) {
    out += indent;
    for (int x = -kQuiet; x < width + kQuiet; ++x) {
      const bool above = light(x, y), below = light(x, y + 1);
      out += above ? (below ? "█" : "▀") : (below ? "▄" : " ");
    }
    out += "\n";
  }
  return out;
}

}  // namespace bulkhead::cli
