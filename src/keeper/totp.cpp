#include "keeper/totp.h"

#include <fmt/format.h>
#include <liboath/oath.h>

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "crypto/constant_time.h"
#include "crypto/encoding.h"
#include "crypto/random.h"

namespace bulkhead {
namespace {

// RFC 3986, section 2.3: what needs no percent-encoding.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.contains(c))
      encoded += c;
    else
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

TotpSecret new_totp_secret() {
  TotpSecret secret;
  random_bytes(secret);
  return secret;
}

std::string totp_code(const TotpSecret& secret, std::uint64_t step) {
  char code[kTotpDigits + 1];
  // TOTP is HOTP over the number of the step (RFC 6238, section 4.2).
  CHECK(oath_hotp_generate(reinterpret_cast<const char*>(secret.data()), secret.size(), step,
                           kTotpDigits, false, OATH_HOTP_DYNAMIC_TRUNCATION, code) == OATH_OK);
  return code;
}

Result<std::uint64_t> verify_totp(const TotpSecret& secret, std::string_view code,
                                  std::uint64_t wall_ms, std::uint64_t last_step) {
  const auto now = totp_step(wall_ms);
  std::uint64_t accepted = 0;
  for (std::uint64_t step = now - std::min(now, kTotpStepsApartMax);
       step <= now + kTotpStepsApartMax; ++step) {
    const bool fits = equal_in_constant_time(view_of(totp_code(secret, step)), view_of(code));
    if (fits && step > last_step) accepted = step;
  }
  if (accepted == 0) return fail(ErrorCode::kCrypto, "one-time code does not fit");
  return accepted;
}

std::string totp_uri(const TotpSecret& secret, std::string_view issuer, std::string_view account) {
  const auto by = percent_encoded(issuer);
  return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}&algorithm=SHA1&digits={}&period={}",
                     by, percent_encoded(account), to_base32(secret), by, kTotpDigits,
                     kTotpStepMs / 1000);
}

}  // namespace bulkhead
