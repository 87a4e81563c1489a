// Reads what people type for networks, times and words. Anything that is not one spelling of one
// value must be refused: a misread network would let a client in. Owned by cli.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/words.h"
#include "wire/proof.h"

namespace bulkhead::cli {

struct Network {
  wire::NetworkAddress address{};  // IPv4 mapped (RFC 4291, section 2.5.5.2)
  std::uint8_t prefix_bits = 0;    // of the 128
};

// "10.1.0.0/16", "2001:db8::/32" or one address. kMalformed, also with bits set behind the prefix.
Result<Network> parse_network(std::string_view text);

// "2026-03-04", "2026-03-04T12:00:00Z" or with fractions of a second, as milliseconds since 1970.
// kMalformed.
Result<std::uint64_t> parse_time_ms(std::string_view text);

// An option whose value is a word of Enum's list; the help names the words.
template <class Enum>
CLI::Option* add_word(CLI::App& app, const std::string& name, std::string& value,
                      const std::string& description) {
  std::vector<std::string> words(Words<Enum>::names.begin(), Words<Enum>::names.end());
  return app.add_option(name, value, description)->check(CLI::IsMember(std::move(words)));
}

}  // namespace bulkhead::cli
