#include "crypto/password_hash.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "base/check.h"
#include "crypto/secret_access.h"

namespace bulkhead {

Result<std::string> hash_password(const SecretBytes& password) {
  if (password.size() > kPasswordBytesMax)
    return fail(ErrorCode::kTooLarge, "a password has at most 1024 bytes");
  CHECK(sodium_init() >= 0);
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  const auto text = text_of(password.read(SecretAccessForCrypto::show()));
  if (crypto_pwhash_str_alg(hash.data(), text.data(), text.size(), kPasswordHashPasses,
                            kPasswordHashMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(ErrorCode::kUnavailable, "no memory for password hashing");
  }
  return std::string(hash.data());
}

bool verify_password(std::string_view hash, const SecretBytes& password) {
  constexpr std::string_view kPrefix = "$argon2id$v=19$m=19456,t=2,p=1$";
  if (password.size() > kPasswordBytesMax || hash.size() >= crypto_pwhash_STRBYTES ||
      !hash.starts_with(kPrefix)) {
    return false;
  }
  CHECK(sodium_init() >= 0);
  std::array<char, crypto_pwhash_STRBYTES> terminated{};
  std::memcpy(terminated.data(), hash.data(), hash.size());
  const auto text = text_of(password.read(SecretAccessForCrypto::show()));
  // libsodium declares that it never takes a null pointer, which an empty password would be.
  return crypto_pwhash_str_verify(terminated.data(), text.empty() ? "" : text.data(),
                                  text.size()) == 0;
}

}  // namespace bulkhead
