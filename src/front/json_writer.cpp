#include "front/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

namespace bulkhead::front {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<std::uint8_t>(text[at + i]) : std::uint8_t{0};
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool in_range = (first != 0xe0 || byte(1) >= 0xa0) && (first != 0xed || byte(1) <= 0x9f);
    return in_range && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool in_range = (first != 0xf0 || byte(1) >= 0x90) && (first != 0xf4 || byte(1) <= 0x8f);
    return in_range && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_plain(char c) {
  return static_cast<unsigned char>(c) - 0x20u < 0x5fu && c != '"' && c != '\\';
}

}  // namespace

void JsonWriter::begin_value() {
  if (needs_comma_) to_ += ',';
  needs_comma_ = true;
}
JsonWriter& JsonWriter::open(char bracket) {
  begin_value();
  to_ += bracket;
  needs_comma_ = false;
  return *this;
}
JsonWriter& JsonWriter::close(char bracket) {
  to_ += bracket;
  needs_comma_ = true;
  return *this;
}
JsonWriter& JsonWriter::key(std::string_view name) {
  begin_value();
  to_ += '"';
  to_ += name;
  to_ += "\":";
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  begin_value();
  to_ += '"';
  for (std::size_t at = 0; at < value.size();) {
    const auto end =
        std::find_if_not(value.begin() + static_cast<std::ptrdiff_t>(at), value.end(), is_plain);
    const auto plain = static_cast<std::size_t>(end - value.begin()) - at;
    to_.append(value, at, plain);
    at += plain;
    if (at == value.size()) break;
    const char c = value[at];
    if (c == '"' || c == '\\') {
      to_ += '\\';
      to_ += c;
      ++at;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      to_ += c == '\n' ? "\\n" : "\\u00";
      if (c != '\n') {
        to_ += kDigits[static_cast<unsigned char>(c) >> 4];
        to_ += kDigits[c & 15];
      }
      ++at;
    } else if (const auto length = sequence_length(value, at); length > 0) {
      to_.append(value, at, length);
      at += length;
    } else {
      to_ += "\xef\xbf\xbd";
      ++at;
    }
  }
  to_ += '"';
  return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t value) {
  begin_value();
  const fmt::format_int digits(value);
  to_.append(digits.data(), digits.size());
  return *this;
}
JsonWriter& JsonWriter::boolean(bool value) {
  begin_value();
  to_ += value ? "true" : "false";
  return *this;
}
JsonWriter& JsonWriter::null() {
  begin_value();
  to_ += "null";
  return *this;
}
JsonWriter& JsonWriter::hex(ByteView bytes) {
  begin_value();
  to_ += '"';
  for (const auto byte : bytes) {
    to_ += kDigits[byte >> 4];
    to_ += kDigits[byte & 15];
  }
  to_ += '"';
  return *this;
}
JsonWriter& JsonWriter::time(std::uint64_t wall_ms) {
  using std::chrono::days;
  using std::chrono::milliseconds;
  // Years beyond 9999 have no spelling in RFC 3339.
  static constexpr std::uint64_t kWallMsMax = 253'402'300'799'999;
  const std::chrono::sys_time<milliseconds> at(milliseconds(std::min(wall_ms, kWallMsMax)));
  const auto day = std::chrono::floor<days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  begin_value();
  fmt::format_to(std::back_inserter(to_), "\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z\"",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                 clock.seconds().count(), clock.subseconds().count());
  return *this;
}

}  // namespace bulkhead::front
