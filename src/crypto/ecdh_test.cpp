#include "crypto/ecdh.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/secret_access.h"

namespace bulkhead {
namespace {

std::string hex(const SecretBytes& secret) {
  return to_hex(secret.read(SecretAccessForCrypto::show()));
}

// NIST CAVS 14.1, "ECC CDH Primitive (SP 800-56A section 5.7.1.2)", P-256, COUNT = 0.
TEST(EcdhVector, P256OfNistCavs) {
  const auto key = EcdhKey::from_private(
      SecretBytes(*from_hex("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534")));
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->public_key()),
            "04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230"
            "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141");
  const auto shared =
      key->agree(*from_hex("04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
                           "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"));
  ASSERT_TRUE(shared);
  EXPECT_EQ(hex(*shared), "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b");
}

TEST(Ecdh, BothSidesAgree) {
  const auto ours = EcdhKey::generate();
  const auto theirs = EcdhKey::generate();
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(hex(*ours->agree(theirs->public_key())), hex(*theirs->agree(ours->public_key())));
}

TEST(Ecdh, WhatIsNoPointIsRefused) {
  const auto ours = EcdhKey::generate();
  ASSERT_TRUE(ours);
  auto peer = EcdhKey::generate()->public_key();
  EXPECT_FALSE(ours->agree({}));
  EXPECT_FALSE(ours->agree(ByteView(peer).first(64)));
  EXPECT_FALSE(ours->agree(Bytes(65, 0)));
  auto off_curve = peer;
  off_curve[64] ^= 1;
  EXPECT_FALSE(ours->agree(off_curve));
  auto hybrid = peer;  // the hybrid form (06, 07) is a second spelling of the point
  hybrid[0] = static_cast<std::uint8_t>(6 + (peer[64] & 1));
  EXPECT_FALSE(ours->agree(hybrid));
  EXPECT_TRUE(ours->agree(peer));
}

TEST(Ecdh, WhatIsNoScalarIsRefused) {
  EXPECT_FALSE(EcdhKey::from_private(SecretBytes(Bytes(32, 0))));
  EXPECT_FALSE(EcdhKey::from_private(SecretBytes(Bytes(32, 0xff))));
  EXPECT_FALSE(EcdhKey::from_private(SecretBytes(Bytes(31, 1))));
}

}  // namespace
}  // namespace bulkhead
