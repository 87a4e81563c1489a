// Small private files that are there whole or not at all, also after a power cut. It must never
// overwrite what exists nor leave a half-written file under the final name. Owned by store.
#pragma once

#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"

namespace bulkhead {

// Writes a new file of mode 0600: written beside its place, synced, linked into it, and the folder
// synced. kConflict when the name is taken; kIo.
Status write_new_file_durably(const std::filesystem::path& path, ByteView bytes);

// The whole file. kNotFound; kTooLarge beyond `bytes_max`; kIo.
Result<Bytes> read_small_file(const std::filesystem::path& path, std::size_t bytes_max);
// The same from an open descriptor, from its present place on.
Result<Bytes> read_small_file(int descriptor, std::size_t bytes_max);

}  // namespace bulkhead
