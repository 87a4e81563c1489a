// The root key's file, which lies outside the data directory: 64 hex digits and a line feed, mode
// 0600. It must never be readable by others, and nothing but the key ring is ever wrapped by it.
// Owned by vault.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace bulkhead {

inline constexpr std::size_t kRootKeyFileBytes = 65;

// Makes a random root key in a new file, durably. kConflict when the file exists; kIo.
Status make_root_key_file(const std::filesystem::path& path);

// 32 bytes. kRefused when the file is no regular one, others may read it or it belongs to somebody
// but us, root and `also`; kNotFound, kMalformed.
Result<SecretBytes> load_root_key_file(const std::filesystem::path& path,
                                       std::optional<uid_t> also = {});

// The same from a descriptor that the supervisor opened; the caller closes it.
Result<SecretBytes> read_root_key(int descriptor);

}  // namespace bulkhead
