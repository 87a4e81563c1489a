// Ed25519 signatures (RFC 8032), for checkpoints. A SigningKey must never leave the process that
// made or loaded it but as sealed bytes. Owned by crypto.
#pragma once

#include <array>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace bulkhead {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

class SigningKey {
 public:
  // kCrypto unless the seed is 32 bytes.
  static Result<SigningKey> from_seed(SecretBytes seed);
  static SigningKey generate();

  Ed25519PublicKey public_key() const { return public_key_; }
  Ed25519Signature sign(ByteView message) const;
  SecretBytes seed() const;

 private:
  explicit SigningKey(SecretBytes seed);
  SecretBytes secret_key_;  // seed ‖ public key, as libsodium wants it
  Ed25519PublicKey public_key_{};
};

// False for a signature or key of the wrong length as well; small-order keys and loose encodings
// are refused.
bool verify_ed25519(ByteView public_key, ByteView message, ByteView signature);

}  // namespace bulkhead
