// Key agreement on P-256 (NIST SP 800-56A, section 5.7.1.2; WebCrypto's ECDH), for the MAC key of a
// browser session. The shared secret must never be used as a key itself, only as input of
// hkdf_sha256. Owned by crypto.
#pragma once

#include <array>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

struct evp_pkey_st;

namespace bulkhead {

// An uncompressed point (SEC 1, section 2.3.3): 04 ‖ x ‖ y, as WebCrypto exports "raw".
using EcdhPublicKey = std::array<std::uint8_t, 65>;

// Whether these bytes are a point of the curve, so that agree() will take them.
bool is_public_key(ByteView bytes);

class EcdhKey {
 public:
  static Result<EcdhKey> generate();
  // A private scalar of 32 bytes, big-endian. kCrypto when it is zero or not below the order.
  static Result<EcdhKey> from_private(const SecretBytes& scalar);

  EcdhPublicKey public_key() const { return public_key_; }
  // The x coordinate, 32 bytes. kCrypto unless `peer` is a point on the curve in uncompressed form.
  Result<SecretBytes> agree(ByteView peer) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;
  EcdhKey(Handle key, const EcdhPublicKey& public_key)
      : key_(std::move(key)), public_key_(public_key) {}

  Handle key_;
  EcdhPublicKey public_key_;
};

}  // namespace bulkhead
