// What a file is by its first bytes, whatever its name and sender say. It must never look further
// than the bytes it is given, nor unpack anything. Owned by mail.
#pragma once

#include <cstddef>
#include <string_view>

namespace bulkhead::mail {

inline constexpr std::size_t kSniffBytes = 512;

// A media type; "application/octet-stream" when the bytes tell nothing.
std::string_view sniff_type(std::string_view first_bytes);

}  // namespace bulkhead::mail
