// DATA/supervisor.pid: held under a lock while a supervisor runs, so that a second one refuses and
// others can find it. The number in it must never be believed without the lock: a stale file names
// somebody else's process. Owned by supervisor.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"

namespace bulkhead {

inline constexpr int kStopWaitMsMax = 30'000;

// The lock lasts as long as the descriptor. kConflict: another supervisor runs on this directory.
Result<Descriptor> take_pid_file(const std::string& data_dir);

// The process number of the supervisor that runs on this directory, if one does.
std::optional<pid_t> running_supervisor(const std::string& data_dir);
inline bool is_running(const std::string& data_dir) {
  return running_supervisor(data_dir).has_value();
}

// Asks it to shut down and waits until it is gone. kNotFound: none runs. kRefused: it belongs to
// another user. kUnavailable: it still runs after kStopWaitMsMax.
Status stop_supervisor(const std::string& data_dir);

}  // namespace bulkhead
