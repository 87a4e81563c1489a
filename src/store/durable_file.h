// Small private files that are there whole or not at all, also after a power cut. It must never
// overwrite what exists nor leave a half-written file under the final name. Owned by store.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace bulkhead {

// Writes a new file of mode 0600: written beside its place, synced, linked into it, and the folder
// synced. kConflict when the name is taken; kIo.
Status write_new_file_durably(const std::filesystem::path& path, ByteView bytes);

// Makes the names in a folder durable. kIo.
Status sync_folder(const std::filesystem::path& folder);

inline constexpr std::string_view kDoomedEnding = ".destroyed";
// Overwrites a small file with zeros and removes it, durably; no error when it is not there. A
// crash in the midst leaves it under its name with kDoomedEnding, which the same call removes too.
// kIo. (A file system that never writes in place keeps the old bytes until it needs the room.)
Status destroy_file_durably(const std::filesystem::path& path);

// The whole file. kNotFound; kTooLarge beyond `bytes_max`; kIo.
Result<Bytes> read_small_file(const std::filesystem::path& path, std::size_t bytes_max);
// The same from an open descriptor, from its present place on.
Result<Bytes> read_small_file(int descriptor, std::size_t bytes_max);

}  // namespace bulkhead
