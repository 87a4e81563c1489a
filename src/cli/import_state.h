// How far an import has come, kept in a small file between runs, and the name of the import itself.
// It must never run ahead of what the keeper has taken: at worst a batch is sent again, which the
// keeper notices. Owned by cli.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "records/importer.h"

namespace bulkhead::cli {

using ImportJobId = std::array<std::uint8_t, 16>;

// The same for the same content, format and map, wherever the file lies: importing it twice is
// importing it once.
Result<ImportJobId> import_job_id(const ByteSource& source, ImportFormat format,
                                  std::string_view map_text);

struct ImportState {
  ImportJobId job{};
  std::uint32_t next_batch = 0;
  ImportPosition position;
  std::uint64_t taken = 0;
  std::uint64_t rejected = 0;
  std::uint64_t reject_bytes = 0;  // length of the reject file at this point
  bool begun = false;              // `position` is set
  bool done = false;
};

// None when there is no file. kMalformed when it is no state file.
Result<std::optional<ImportState>> load_import_state(const std::string& path);
// The old state or the new one, never half of it. kIo.
Status save_import_state(const std::string& path, const ImportState& state);

}  // namespace bulkhead::cli
