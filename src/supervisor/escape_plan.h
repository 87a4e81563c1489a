// What a front is told to try to reach before it accepts a connection (confine/escape.h), and what
// it reached. It must name only targets that exist, since failing to open nothing proves nothing.
// Owned by supervisor.
#pragma once

#include "base/descriptor.h"
#include "base/result.h"
#include "confine/escape.h"
#include "supervisor/setup.h"

namespace bulkhead {

inline constexpr std::size_t kSelfTestFilesMax = 64;

// The keeper's files (the first kSelfTestFilesMax that a walk finds), its folder, the root key,
// admin.sock, and the keeper itself.
EscapeTargets escape_targets_of(const Setup& setup, pid_t keeper);

// A memory file with them, read from its start by the child, which notes its successes there.
Result<Descriptor> make_targets_file(const EscapeTargets& targets);

}  // namespace bulkhead
