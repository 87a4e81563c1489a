// SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF (RFC 5869) over it, quick enough for one call per
// entry or reveal. It must never be used for passwords (password_hash.h) nor to compare secrets
// (constant_time.h). Owned by crypto.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

struct evp_md_ctx_st;

namespace bulkhead {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView bytes);

// SHA-256 of bytes that arrive in pieces. After finish() the object starts afresh.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(ByteView bytes);
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// Keys of any length (RFC 2104, section 2).
Digest hmac_sha256(ByteView key, ByteView message);
Digest hmac_sha256(const SecretBytes& key, ByteView message);

inline constexpr std::size_t kHkdfBytesMax = 255 * 32;

// RFC 5869, sections 2.2 and 2.3. kTooLarge beyond kHkdfBytesMax.
Result<SecretBytes> hkdf_sha256(const SecretBytes& key, ByteView salt, ByteView info,
                                std::size_t bytes);

}  // namespace bulkhead
