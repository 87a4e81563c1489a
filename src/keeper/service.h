// The keeper as a service: opens its folder, wires the parts together, says that it is ready and
// runs the loop until it is drained. It must never touch anything but its folder and the control
// channel. Owned by keeper; main confines the process and calls it, tests call it in a thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "keeper/keeper_setup.h"

namespace bulkhead {

inline constexpr const char* kCrashNoteFile = "crash-note";  // in the keeper's folder
inline constexpr std::size_t kScanJobsMax = 16;              // turns with scans that may wait
struct ServiceOptions {
  std::string data;                  // the keeper's own folder, initialised
  std::vector<std::string> without;  // protections to leave out; drill directories only
  bool recompute = false;            // check the state of snapshot and tail against all entries
  Anchor anchor{};
  const Clock* clock = nullptr;     // a test's; none: the system's
  bool notes_crashes = false;       // of this process; a thread of a test leaves signals alone
  std::uint64_t clock_ahead_s = 0;  // of the wall clock; drill directories only
};

// Returns when drained. kUnavailable when the other end of `control_fd` goes away; whatever opening
// the folder answers.
Status run_keeper(const ServiceOptions& options, const SecretBytes& root, int control_fd);

}  // namespace bulkhead
