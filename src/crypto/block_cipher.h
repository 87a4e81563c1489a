// One AES-256 block (FIPS 197), both ways: a keyed permutation of 16 bytes, for customer
// references. It must never encrypt data of more than one block; that is aead.h. Owned by crypto.
#pragma once

#include <array>

#include "crypto/aead.h"

namespace bulkhead {

using CipherBlock = std::array<std::uint8_t, 16>;

CipherBlock encrypt_block(KeyView key, const CipherBlock& plain);
CipherBlock decrypt_block(KeyView key, const CipherBlock& encrypted);

}  // namespace bulkhead
