#include "cli/arguments.h"

#include <arpa/inet.h>

#include <charconv>
#include <chrono>

namespace bulkhead::cli {
namespace {

constexpr std::uint8_t kMappedBits = 96;

Result<std::uint32_t> digits(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (text.empty() || error != std::errc{} || end != text.end())
    return fail(ErrorCode::kMalformed, "a number is expected");
  return value;
}

bool bits_after(const wire::NetworkAddress& address, unsigned bits) {
  for (unsigned i = bits; i < 128; ++i) {
    if ((address[i / 8] >> (7 - i % 8) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

Result<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Network network;
  std::uint8_t bits_first = 0;
  if (inet_pton(AF_INET, address.c_str(), network.address.data() + 12) == 1) {
    network.address[10] = network.address[11] = 0xff;
    bits_first = kMappedBits;
  } else if (inet_pton(AF_INET6, address.c_str(), network.address.data()) != 1) {
    return fail(ErrorCode::kMalformed, "a network is written like 10.1.0.0/16 or 2001:db8::/32");
  }
  std::uint32_t prefix = 128u - bits_first;
  if (slash != std::string_view::npos) prefix = TRY(digits(text.substr(slash + 1)));
  if (prefix + bits_first > 128)
    return fail(ErrorCode::kMalformed, "a network's prefix is too long");
  network.prefix_bits = static_cast<std::uint8_t>(prefix + bits_first);
  if (bits_after(network.address, network.prefix_bits)) {
    return fail(ErrorCode::kMalformed, "a network has bits set behind its prefix");
  }
  return network;
}

Result<std::uint64_t> parse_time_ms(std::string_view text) {
  const auto wrong =
      fail(ErrorCode::kMalformed, "a time is written 2026-03-04 or 2026-03-04T12:00:00Z (UTC)");
  // 0123456789012345678: 2026-03-04T12:00:00
  const bool date_only = text.size() == 10;
  if (!date_only && (text.size() < 20 || text[10] != 'T' || text.back() != 'Z' || text[13] != ':' ||
                     text[16] != ':')) {
    return wrong;
  }
  if (text[4] != '-' || text[7] != '-') return wrong;
  const auto part = [&](std::size_t at, std::size_t count) {
    return digits(text.substr(at, count)).value_or(~0u);
  };
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(part(0, 4))),
                                        std::chrono::month(part(5, 2)),
                                        std::chrono::day(part(8, 2))};
  if (part(0, 4) == ~0u || !day.ok() || static_cast<int>(day.year()) < 1970) return wrong;
  const auto days = std::chrono::sys_days(day).time_since_epoch().count();
  auto ms = static_cast<std::uint64_t>(days) * 86'400'000;
  if (date_only) return ms;
  const auto hour = part(11, 2), minute = part(14, 2), second = part(17, 2);
  if (hour > 23 || minute > 59 || second > 59) return wrong;
  ms += ((hour * 60ull + minute) * 60 + second) * 1000;
  if (text.size() == 20) return ms;
  const auto fraction = text.substr(19, text.size() - 20);
  if (fraction[0] != '.' || fraction.size() < 2 || fraction.size() > 4) return wrong;
  const auto value = digits(fraction.substr(1));
  if (!value) return wrong;
  return ms + *value * (fraction.size() == 2 ? 100 : fraction.size() == 3 ? 10 : 1);
}

}  // namespace bulkhead::cli
