// Looks for the drill's planted tokens (records/demo_airline.h) in bytes: as they are, in UTF-16 of
// either order, in hex, in base64 at any of its three alignments, and inside zlib and gzip streams.
// It must never need to know what the bytes are, since a thief's files come in any form. Owned by
// drills.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/catalogue.h"

namespace bulkhead::drills {

inline constexpr std::size_t kTokenLetters = 14;
inline constexpr std::size_t kInflatedBytesMax =
    8u << 20;  // of one stream; what comes after is not looked at

struct TokenOwner {
  std::uint32_t customer = 0;  // index in the demo airline
  Field field{};
};
using TokenTable = std::unordered_map<std::string, TokenOwner>;

enum class TokenForm : std::uint8_t { kPlain, kUtf16, kHex, kBase64, kCompressed };
inline constexpr std::size_t kTokenFormCount = 5;

using TokenFound = std::function<void(const TokenOwner&, TokenForm)>;

// Tokens as they are; what the tap and a thief's answers are read with.
void find_plain_tokens(ByteView bytes, const TokenTable& tokens,
                       const std::function<void(const TokenOwner&)>& found);
// Tokens in any of the forms.
void find_tokens(ByteView bytes, const TokenTable& tokens, const TokenFound& found);

}  // namespace bulkhead::drills
