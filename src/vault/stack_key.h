// A key on the stack, wiped when it ends. Owned by vault.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "crypto/aead.h"
#include "crypto/wipe.h"

namespace bulkhead {

class StackKey {
 public:
  StackKey() = default;
  StackKey(const StackKey& other) = default;
  StackKey& operator=(const StackKey& other) = default;
  ~StackKey() { wipe(bytes_); }
  KeyView view() const { return bytes_; }
  std::span<std::uint8_t, kKeyBytes> fill() { return bytes_; }

 private:
  std::array<std::uint8_t, kKeyBytes> bytes_{};
};

}  // namespace bulkhead
