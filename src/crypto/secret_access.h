// The two keys to SecretBytes that product code may use; each use is found by one grep for its
// name. They must never be passed to code outside crypto, vault and the keeper's credential check.
// Owned by crypto.
#pragma once

#include "base/secret_bytes.h"

namespace bulkhead {

// To compute with a secret: hash, seal, sign, agree.
class SecretAccessForCrypto {
 public:
  static SecretAccess show() { return SecretAccess{}; }
};

// To write a secret into the file that is its home (the root key file) or read it back.
class SecretAccessForKeyFile {
 public:
  static SecretAccess show() { return SecretAccess{}; }
};

}  // namespace bulkhead
