#include "crypto/sign.h"

#include <sodium.h>

#include "base/check.h"
#include "crypto/secret_access.h"

namespace bulkhead {

SigningKey::SigningKey(SecretBytes seed) {
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  CHECK(crypto_sign_seed_keypair(public_key_.data(), secret.data(),
                                 seed.read(SecretAccessForCrypto::show()).data()) == 0);
  secret_key_ = SecretBytes(secret);
  sodium_memzero(secret.data(), secret.size());
}

Result<SigningKey> SigningKey::from_seed(SecretBytes seed) {
  if (seed.size() != crypto_sign_SEEDBYTES)
    return fail(ErrorCode::kCrypto, "an Ed25519 seed has 32 bytes");
  return SigningKey(std::move(seed));
}

SigningKey SigningKey::generate() {
  CHECK(sodium_init() >= 0);
  std::array<std::uint8_t, crypto_sign_SEEDBYTES> seed;
  randombytes_buf(seed.data(), seed.size());
  SecretBytes secret{ByteView(seed)};
  sodium_memzero(seed.data(), seed.size());
  return SigningKey(std::move(secret));
}

Ed25519Signature SigningKey::sign(ByteView message) const {
  Ed25519Signature signature;
  CHECK(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                             secret_key_.read(SecretAccessForCrypto::show()).data()) == 0);
  return signature;
}

SecretBytes SigningKey::seed() const {
  return SecretBytes(secret_key_.read(SecretAccessForCrypto::show()).first(crypto_sign_SEEDBYTES));
}

bool verify_ed25519(ByteView public_key, ByteView message, ByteView signature) {
  if (public_key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES)
    return false;
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     public_key.data()) == 0;
}

}  // namespace bulkhead
