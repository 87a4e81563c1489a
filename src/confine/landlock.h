// Landlock (landlock(7)): the kernel keeps this process to the paths it names, whatever its user
// may do otherwise. It must never be given a path that outside input chose. Owned by confine; raw
// system calls, since the C library has none.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace bulkhead {

struct LandlockPaths {
  std::vector<std::string> read_write;
  std::vector<std::string> read_only;
};

// Restricts the calling thread and what it starts later. Needs no_new_privs. Beyond files, as far
// as the kernel's version knows them: no TCP bind or connect, no signals and no abstract Unix
// sockets to processes outside. kNotFound: a path is missing. kIo: the kernel refused.
Status restrict_paths(const LandlockPaths& paths, int abi);

}  // namespace bulkhead
