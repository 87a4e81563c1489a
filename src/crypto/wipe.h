// Overwrites bytes that must not stay in memory, in a way the compiler may not leave out. It must
// never be the only protection of a key: what lives long is a SecretBytes or Locked. Owned by
// crypto.
#pragma once

#include <string.h>

#include <cstdint>
#include <span>
#include <string>

namespace bulkhead {

inline void wipe(std::span<std::uint8_t> bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

inline void wipe(std::string& text) {
  if (!text.empty()) explicit_bzero(text.data(), text.size());
}

}  // namespace bulkhead
