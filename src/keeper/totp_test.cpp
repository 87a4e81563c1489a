#include "keeper/totp.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bulkhead {
namespace {

TotpSecret rfc_secret() {
  constexpr std::string_view kSecret = "12345678901234567890";
  TotpSecret secret;
  std::copy(kSecret.begin(), kSecret.end(), secret.begin());
  return secret;
}

// RFC 6238, appendix B, the last six of the eight digits (the SHA-1 rows).
TEST(TotpVector, Rfc6238) {
  const std::pair<std::uint64_t, std::string_view> rows[] = {
      {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
      {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [time_s, code] : rows)
    EXPECT_EQ(totp_code(rfc_secret(), totp_step(time_s * 1000)), code);
}

TEST(Totp, TakesOneStepEitherWay) {
  const auto secret = rfc_secret();
  const std::uint64_t now_ms = 1'767'225'600'000, step = totp_step(now_ms);
  for (const auto near : {step - 1, step, step + 1}) {
    const auto accepted = verify_totp(secret, totp_code(secret, near), now_ms, 0);
    ASSERT_TRUE(accepted);
    EXPECT_EQ(*accepted, near);
  }
  EXPECT_FALSE(verify_totp(secret, totp_code(secret, step - 2), now_ms, 0));
  EXPECT_FALSE(verify_totp(secret, totp_code(secret, step + 2), now_ms, 0));
}

TEST(Totp, StepsOnlyRise) {
  const auto secret = rfc_secret();
  const std::uint64_t now_ms = 1'767'225'600'000, step = totp_step(now_ms);
  EXPECT_FALSE(verify_totp(secret, totp_code(secret, step), now_ms, step));
  EXPECT_FALSE(verify_totp(secret, totp_code(secret, step - 1), now_ms, step));
  EXPECT_TRUE(verify_totp(secret, totp_code(secret, step + 1), now_ms, step));
}

TEST(Totp, RefusesWhatIsNoCode) {
  const auto secret = rfc_secret();
  const std::uint64_t now_ms = 1'767'225'600'000;
  for (const std::string_view code : {"", "1", "28708", "abcdef", "0000000000", "\0\0\0\0\0\0"}) {
    EXPECT_FALSE(verify_totp(secret, code, now_ms, 0));
  }
  auto spaced = totp_code(secret, totp_step(now_ms)) + " ";
  EXPECT_FALSE(verify_totp(secret, spaced, now_ms, 0));
  EXPECT_FALSE(verify_totp(secret, "000000", 0, 0));  // the first steps of all time do not wrap
}

TEST(Totp, UriIsWhatAuthenticatorsRead) {
  EXPECT_EQ(
      totp_uri(rfc_secret(), "Demo Air", "ada@demo.invalid"),
      "otpauth://totp/"
      "Demo%20Air:ada%40demo.invalid?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Demo%20Air"
      "&algorithm=SHA1&digits=6&period=30");
}

TEST(Totp, SecretsDiffer) { EXPECT_NE(new_totp_secret(), new_totp_secret()); }

}  // namespace
}  // namespace bulkhead
