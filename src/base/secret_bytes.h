// SecretBytes holds key material or a password on its way through. It is move-only, wiped when it
// ends, never printable, and read only by code that can show a SecretAccess, so that "who can see
// raw keys" is one grep. Owned by base.
#pragma once

#include <string.h>

#include <cstddef>
#include <utility>

#include "base/bytes.h"

namespace bulkhead {

// Only the friends named here may read secrets. Adding one is a security decision.
class SecretAccess {
 private:
  SecretAccess() = default;
  friend class SecretAccessForCrypto;
  friend class SecretAccessForKeyFile;
  friend class SecretAccessForTest;
};

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(ByteView from) : bytes_(from.begin(), from.end()) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) {
    other.bytes_.clear();
  }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    wipe();
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(); }

  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  ByteView read(const SecretAccess&) const { return bytes_; }
  SecretBytes clone(const SecretAccess&) const { return SecretBytes(ByteView(bytes_)); }

 private:
  void wipe() {
    if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
    bytes_.clear();
  }
  Bytes bytes_;
};

}  // namespace bulkhead
