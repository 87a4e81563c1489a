// Bytes as text and back: hex, base64 and base64url (RFC 4648, sections 4 and 5), base32 (section
// 6) for otpauth. Decoding must never accept a second spelling of the same bytes, so it refuses
// blanks, wrong padding and loose bits. Owned by crypto, since libsodium does it in constant time.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace bulkhead {

inline constexpr std::size_t kEncodedTextBytesMax = 64u << 20;

std::string to_hex(ByteView bytes);  // lower case
// kMalformed unless an even number of hex digits (either case); kTooLarge beyond
// kEncodedTextBytesMax, as below.
Result<Bytes> from_hex(std::string_view text);

std::string to_base64(ByteView bytes);  // padded
Result<Bytes> from_base64(std::string_view text);

std::string to_base64url(ByteView bytes);  // unpadded
Result<Bytes> from_base64url(std::string_view text);

std::string to_base32(ByteView bytes);  // upper case, unpadded as otpauth wants it
// Upper case, unpadded.
Result<Bytes> from_base32(std::string_view text);

}  // namespace bulkhead
