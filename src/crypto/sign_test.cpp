#include "crypto/sign.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace bulkhead {
namespace {

// RFC 8032, section 7.1, tests 1 and 2.
TEST(SignVector, Ed25519OfRfc8032) {
  struct {
    const char *seed, *public_key, *message, *signature;
  } const cases[] = {{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a3"
                      "3bacc61e39701cf9b46bd25bf5f0595bbe"
                      "24655141438e7a100b"},
                     {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15"
                      "996e458f3613d0f11d8c387b2eaeb4302ae"
                      "eb00d291612bb0c00"}};
  for (const auto& item : cases) {
    const auto key = SigningKey::from_seed(SecretBytes(*from_hex(item.seed)));
    ASSERT_TRUE(key);
    const auto message = *from_hex(item.message);
    EXPECT_EQ(to_hex(key->public_key()), item.public_key);
    EXPECT_EQ(to_hex(key->sign(message)), item.signature);
    EXPECT_TRUE(verify_ed25519(key->public_key(), message, key->sign(message)));
  }
}

TEST(Sign, SeedMakesTheSameKeyAgain) {
  const auto key = SigningKey::generate();
  const auto again = SigningKey::from_seed(key.seed());
  ASSERT_TRUE(again);
  EXPECT_EQ(key.public_key(), again->public_key());
  EXPECT_NE(key.public_key(), SigningKey::generate().public_key());
}

TEST(Sign, AnyChangeIsNoticed) {
  const auto key = SigningKey::generate();
  const auto public_key = key.public_key();
  Bytes message{1, 2, 3};
  auto signature = key.sign(message);
  EXPECT_TRUE(verify_ed25519(public_key, message, signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    signature[i] ^= 1;
    EXPECT_FALSE(verify_ed25519(public_key, message, signature));
    signature[i] ^= 1;
  }
  message[0] ^= 1;
  EXPECT_FALSE(verify_ed25519(public_key, message, signature));
  EXPECT_FALSE(verify_ed25519(ByteView(public_key).first(31), message, signature));
  EXPECT_FALSE(verify_ed25519(public_key, message, ByteView(signature).first(63)));
  EXPECT_FALSE(verify_ed25519(Ed25519PublicKey{}, message, signature));
}

TEST(Sign, SeedOfTheWrongLengthIsRefused) {
  EXPECT_FALSE(SigningKey::from_seed(SecretBytes(Bytes(31))));
  EXPECT_FALSE(SigningKey::from_seed(SecretBytes(Bytes(33))));
}

}  // namespace
}  // namespace bulkhead
