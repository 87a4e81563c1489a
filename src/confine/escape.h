// The self-test of a confined process: it really tries what an attacker inside it would try against
// vault, ledger, root key and keeper. It must never count an attempt as failed that it did not
// make. Owned by confine; run by every lower process after confine() and before it accepts a
// connection. One success and the product refuses to start.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bulkhead {

inline constexpr std::size_t kEscapePathsMax = 256;
inline constexpr std::size_t kEscapeTargetsBytesMax = 256u << 10;
inline constexpr int kExitEscapeSucceeded = 4;  // exit code of a process that could escape

struct EscapeTargets {
  std::vector<std::string>
      files;  // vault, keys, ledger, root key: opening one for reading is an escape
  std::vector<std::string>
      folders;  // the keeper's: listing one, or making a file in it, is an escape
  std::vector<std::string> sockets;  // admin.sock: connecting is an escape
  pid_t keeper =
      0;  // reading its memory, tracing, stealing descriptors from or signalling it is one
  bool operator==(const EscapeTargets&) const = default;
};

struct EscapeReport {
  std::uint32_t attempts = 0;
  std::vector<std::string>
      successes;  // fixed words and a path or nothing, fit for a log: "read /etc/bulkhead/root.key"
  std::vector<std::string> untested;  // targets that are not there, so that failing proves nothing
  std::uint32_t escapes() const { return static_cast<std::uint32_t>(successes.size()); }
};

// Harmless when it succeeds: nothing is written, only signal 0 is sent, a traced keeper is let go
// at once.
EscapeReport try_escapes(const EscapeTargets& targets);

// The supervisor hands the targets to a child through a descriptor (--escape-targets-fd): one line
// per target, "file PATH", "folder PATH", "socket PATH", "keeper PID". Encoding refuses paths with
// control characters (kMalformed); reading refuses unknown lines (kMalformed) and more than the
// limits above (kTooLarge), reads to the end and closes fd.
Result<std::string> encode_escape_targets(const EscapeTargets& targets);
Result<EscapeTargets> parse_escape_targets(std::string_view text);
Result<EscapeTargets> read_escape_targets(int fd);

// All of it for a child's main: reads the targets from `fd`, tries, and writes each success back
// into the same descriptor (a memory file), where the supervisor finds the words for its refusal.
// The caller exits with kExitEscapeSucceeded when the report holds a success. Closes fd.
Result<EscapeReport> run_escape_test(int fd);
// What run_escape_test wrote into the memory file behind `fd`, which stays open.
std::vector<std::string> read_escape_successes(int fd);

}  // namespace bulkhead
