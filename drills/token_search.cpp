#include "drills/token_search.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace bulkhead::drills {
namespace {

using Found = std::function<void(const TokenOwner&)>;

constexpr bool is_letter(std::uint8_t byte) { return byte >= 'a' && byte <= 'z'; }

// A run may be longer than a token when letters stand beside it.
void look_up(std::string_view run, const TokenTable& tokens, const Found& found) {
  std::string token;
  for (std::size_t at = 0; at + kTokenLetters <= run.size(); ++at) {
    token.assign(run, at, kTokenLetters);
    if (const auto owner = tokens.find(token); owner != tokens.end()) found(owner->second);
  }
}

// Letters with a zero byte between each two: both byte orders of UTF-16 look like that.
void find_utf16(ByteView bytes, const TokenTable& tokens, const Found& found) {
  std::string run;
  for (std::size_t at = 0; at < bytes.size();) {
    if (!is_letter(bytes[at])) {
      ++at;
      continue;
    }
    run.assign(1, static_cast<char>(bytes[at]));
    auto last = at;
    while (last + 2 < bytes.size() && bytes[last + 1] == 0 && is_letter(bytes[last + 2])) {
      last += 2;
      run += static_cast<char>(bytes[last]);
    }
    if (run.size() >= kTokenLetters) look_up(run, tokens, found);
    at = last + 1;
  }
}

constexpr std::uint8_t kNoDigit = 0xff;
using Digits = std::array<std::uint8_t, 256>;

constexpr Digits hex_digits() {
  Digits digits{};
  digits.fill(kNoDigit);
  for (unsigned i = 0; i < 10; ++i) digits['0' + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i)
    digits['a' + i] = digits['A' + i] = static_cast<std::uint8_t>(10 + i);
  return digits;
}
// Both alphabets of RFC 4648 (sections 4 and 5).
constexpr Digits base64_digits() {
  Digits digits{};
  digits.fill(kNoDigit);
  for (unsigned i = 0; i < 26; ++i) {
    digits['A' + i] = static_cast<std::uint8_t>(i);
    digits['a' + i] = static_cast<std::uint8_t>(26 + i);
  }
  for (unsigned i = 0; i < 10; ++i) digits['0' + i] = static_cast<std::uint8_t>(52 + i);
  digits['+'] = digits['-'] = 62;
  digits['/'] = digits['_'] = 63;
  return digits;
}
constexpr Digits kHex = hex_digits();
constexpr Digits kBase64 = base64_digits();

// Digits of `bits` each, taken together from the first of the run on.
void decode_run(ByteView run, const Digits& digits, unsigned bits, Bytes& to) {
  to.clear();
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  for (const auto byte : run) {
    held = held << bits | digits[byte];
    held_bits += bits;
    if (held_bits < 8) continue;
    held_bits -= 8;
    to.push_back(static_cast<std::uint8_t>(held >> held_bits));
    held &= (1u << held_bits) - 1;
  }
}

// Runs of an encoding's digits, decoded from each digit at which a byte may begin.
void find_encoded(ByteView bytes, const Digits& digits, unsigned bits, const TokenTable& tokens,
                  const Found& found) {
  const auto run_min = (kTokenLetters * 8 + bits - 1) / bits;
  const unsigned phases = bits == 4 ? 2 : 4;
  Bytes decoded;
  for (std::size_t at = 0; at < bytes.size();) {
    if (digits[bytes[at]] == kNoDigit) {
      ++at;
      continue;
    }
    auto end = at + 1;
    while (end < bytes.size() && digits[bytes[end]] != kNoDigit) ++end;
    for (unsigned phase = 0; phase < phases && end - at >= run_min + phase; ++phase) {
      decode_run(bytes.subspan(at + phase, end - at - phase), digits, bits, decoded);
      find_plain_tokens(decoded, tokens, found);
    }
    at = end;
  }
}

// Whether a zlib (RFC 1950, section 2.2) or gzip (RFC 1952, section 2.3.1) stream may begin here.
bool may_be_stream(ByteView bytes) {
  if (bytes.size() < 8) return false;
  const bool zlib =
      (bytes[0] & 0x0f) == 8 && bytes[0] <= 0x78 && (bytes[0] * 256u + bytes[1]) % 31 == 0;
  return zlib || (bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8);
}

Bytes inflated(ByteView stream) {
  Bytes out;
  z_stream state{};
  if (inflateInit2(&state, 15 + 32) != Z_OK) return out;  // 32: either header
  state.next_in = const_cast<Bytef*>(stream.data());      // zlib does not write there
  state.avail_in = static_cast<uInt>(std::min<std::size_t>(stream.size(), kInflatedBytesMax));
  std::array<std::uint8_t, 16384> part;
  int result = Z_OK;
  while (result == Z_OK && out.size() < kInflatedBytesMax) {
    state.next_out = part.data();
    state.avail_out = part.size();
    result = inflate(&state, Z_NO_FLUSH);
    out.insert(out.end(), part.data(), part.data() + (part.size() - state.avail_out));
    if (state.avail_in == 0 && state.avail_out != 0) break;
  }
  inflateEnd(&state);
  return out;
}

void find_compressed(ByteView bytes, const TokenTable& tokens, const Found& found) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!may_be_stream(bytes.subspan(at))) continue;
    find_plain_tokens(inflated(bytes.subspan(at)), tokens, found);
  }
}

}  // namespace

void find_plain_tokens(ByteView bytes, const TokenTable& tokens, const Found& found) {
  for (std::size_t at = 0; at < bytes.size();) {
    if (!is_letter(bytes[at])) {
      ++at;
      continue;
    }
    auto end = at + 1;
    while (end < bytes.size() && is_letter(bytes[end])) ++end;
    if (end - at >= kTokenLetters) look_up(text_of(bytes.subspan(at, end - at)), tokens, found);
    at = end;
  }
}

void find_tokens(ByteView bytes, const TokenTable& tokens, const TokenFound& found) {
  const auto as = [&found](TokenForm form) {
    return [&found, form](const TokenOwner& owner) { found(owner, form); };
  };
  find_plain_tokens(bytes, tokens, as(TokenForm::kPlain));
  find_utf16(bytes, tokens, as(TokenForm::kUtf16));
  find_encoded(bytes, kHex, 4, tokens, as(TokenForm::kHex));
  find_encoded(bytes, kBase64, 6, tokens, as(TokenForm::kBase64));
  find_compressed(bytes, tokens, as(TokenForm::kCompressed));
}

}  // namespace bulkhead::drills
