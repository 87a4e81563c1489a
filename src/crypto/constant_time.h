// Comparison of secrets in time that tells nothing. Anything an attacker may guess at (MACs, codes,
// tokens) must be compared here and never with == or memcmp. Owned by crypto.
#pragma once

#include <openssl/crypto.h>

#include "base/bytes.h"

namespace bulkhead {

// The lengths are not secret.
inline bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace bulkhead
