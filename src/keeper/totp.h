// Time-based one-time codes (RFC 6238: HMAC-SHA-1, 30 s, 6 digits), the second factor that every
// phone has. A code must never be accepted twice: the accepted step is durable before success is
// told, and steps only rise. Owned by keeper.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace bulkhead {

inline constexpr std::size_t kTotpSecretBytes = 20;
inline constexpr unsigned kTotpDigits = 6;
inline constexpr std::uint64_t kTotpStepMs = 30'000;
inline constexpr std::uint64_t kTotpStepsApartMax =
    1;  // a phone's clock may be one step early or late

using TotpSecret = std::array<std::uint8_t, kTotpSecretBytes>;

TotpSecret new_totp_secret();

constexpr std::uint64_t totp_step(std::uint64_t wall_ms) { return wall_ms / kTotpStepMs; }

// The code of a step, for `bulkhead demo code` and for tests.
std::string totp_code(const TotpSecret& secret, std::uint64_t step);

// The step whose code this is, among those near `wall_ms` and above `last_step`. kCrypto when there
// is none: a wrong code and a replayed one look alike. It takes the same time for both.
Result<std::uint64_t> verify_totp(const TotpSecret& secret, std::string_view code,
                                  std::uint64_t wall_ms, std::uint64_t last_step);

// "otpauth://totp/ISSUER:ACCOUNT?secret=...": what authenticator apps read from a QR code.
std::string totp_uri(const TotpSecret& secret, std::string_view issuer, std::string_view account);

}  // namespace bulkhead
