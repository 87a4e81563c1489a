#include "crypto/password_hash.h"

#include <gtest/gtest.h>
#include <sodium.h>

namespace bulkhead {
namespace {

SecretBytes secret(std::string_view text) { return SecretBytes(view_of(text)); }

// phc-winner-argon2, src/test.c: Argon2id v=19, m=65536, t=2, p=1. Ours are smaller, so libsodium
// is asked directly.
TEST(PasswordHashVector, TheLibraryIsArgon2id) {
  ASSERT_GE(sodium_init(), 0);
  EXPECT_EQ(
      crypto_pwhash_str_verify(
          "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "password", 8),
      0);
}

TEST(PasswordHash, OnlyTheSamePasswordFits) {
  const auto hash = hash_password(secret("correct horse battery"));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(verify_password(*hash, secret("correct horse battery")));
  EXPECT_FALSE(verify_password(*hash, secret("correct horse batterY")));
  EXPECT_FALSE(verify_password(*hash, secret("")));
  EXPECT_NE(*hash, *hash_password(secret("correct horse battery")));
}

TEST(PasswordHash, HostileHashesAreFalse) {
  const auto password = secret("password");
  for (const std::string& hash : {std::string(), std::string("$argon2id$"), std::string(200, 'a'),
                                  std::string("$argon2id$v=19$m=19456,t=2,p=1$"),
                                  std::string("$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$"
                                              "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")}) {
    EXPECT_FALSE(verify_password(hash, password));
  }
}

TEST(PasswordHash, LongPasswordsAreRefused) {
  EXPECT_EQ(hash_password(secret(std::string(kPasswordBytesMax + 1, 'x'))).error().code,
            ErrorCode::kTooLarge);
  const auto hash = hash_password(secret(std::string(kPasswordBytesMax, 'x')));
  ASSERT_TRUE(hash);
  EXPECT_FALSE(verify_password(*hash, secret(std::string(kPasswordBytesMax + 1, 'x'))));
}

}  // namespace
}  // namespace bulkhead
