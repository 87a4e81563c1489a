#include "crypto/encoding.h"

#include <sodium.h>

#include "base/check.h"

namespace bulkhead {
namespace {

std::string to_base64_variant(ByteView bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();  // the length counts a terminating zero
  return text;
}

Result<Bytes> from_base64_variant(std::string_view text, int variant) {
  if (text.size() > kEncodedTextBytesMax)
    return fail(ErrorCode::kTooLarge, "base64 text is too long");
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end,
                        variant) != 0 ||
      end != text.data() + text.size()) {
    return fail(ErrorCode::kMalformed, "not canonical base64");
  }
  bytes.resize(size);
  // libsodium takes some bytes above 0x7f for digits; only what spells itself again is canonical.
  if (to_base64_variant(bytes, variant) != text) {
    return fail(ErrorCode::kMalformed, "not canonical base64");
  }
  return bytes;
}

constexpr std::string_view kBase32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() > kEncodedTextBytesMax) return fail(ErrorCode::kTooLarge, "hex text is too long");
  if (text.empty()) return Bytes{};
  Bytes bytes(text.size() / 2);
  std::size_t size = 0;
  const char* end = nullptr;
  if (text.size() % 2 != 0 ||
      sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end) !=
          0 ||
      size != bytes.size() || end != text.data() + text.size()) {
    return fail(ErrorCode::kMalformed, "not hex");
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  return to_base64_variant(bytes, sodium_base64_VARIANT_ORIGINAL);
}
Result<Bytes> from_base64(std::string_view text) {
  return from_base64_variant(text, sodium_base64_VARIANT_ORIGINAL);
}

std::string to_base64url(ByteView bytes) {
  return to_base64_variant(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
Result<Bytes> from_base64url(std::string_view text) {
  return from_base64_variant(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string to_base32(ByteView bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const auto byte : bytes) {
    bits = (bits << 8 | byte) & 0xfff;
    for (bit_count += 8; bit_count >= 5; bit_count -= 5) {
      text.push_back(kBase32Alphabet[bits >> (bit_count - 5) & 31]);
    }
  }
  if (bit_count > 0) text.push_back(kBase32Alphabet[bits << (5 - bit_count) & 31]);
  return text;
}

Result<Bytes> from_base32(std::string_view text) {
  if (text.size() > kEncodedTextBytesMax)
    return fail(ErrorCode::kTooLarge, "base32 text is too long");
  Bytes bytes;
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const char letter : text) {
    const auto value = kBase32Alphabet.find(letter);
    if (value == std::string_view::npos) return fail(ErrorCode::kMalformed, "not base32");
    bits = (bits << 5 | static_cast<std::uint32_t>(value)) & 0xfff;
    bit_count += 5;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> bit_count));
    }
  }
  // A whole unused letter, or bits set where the text ends, would be a second spelling of the same
  // bytes.
  if (bit_count >= 5 || (bits & ((1u << bit_count) - 1)) != 0)
    return fail(ErrorCode::kMalformed, "not canonical base32");
  return bytes;
}

}  // namespace bulkhead
