// Names for runs of bytes that everyone shares. Nothing here may own secrets: those are
// SecretBytes. Owned by base; byte order is big-endian wherever Bulkhead writes numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView view_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Unsigned>
void put_big_endian(Unsigned value, std::uint8_t* to) {
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    to[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(Unsigned) - 1 - i)));
  }
}
template <class Unsigned>
Unsigned get_big_endian(const std::uint8_t* from) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>((value << (8 * (sizeof(Unsigned) > 1))) | from[i]);
  }
  return value;
}

}  // namespace bulkhead
