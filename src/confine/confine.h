// A process shuts itself in: own user, no privileges, only its own folders (Landlock), no dangerous
// system calls (seccomp). It must never leave a process half confined: any failure is an error and
// the caller exits before it reads input. Owned by confine; every child of the supervisor calls it
// first thing, before it starts a thread. What a confined process then tries in vain is escape.h.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace bulkhead {

struct ProcessUser {
  uid_t uid = 0;
  gid_t gid = 0;
};

enum class NetworkUse : unsigned char {
  kNone,  // only descriptors it was handed; it can neither open, connect, bind nor accept a socket
  kAccept,  // the same, but it may accept connections on listening sockets it was handed
};

struct ConfineProfile {
  // Switched to when the process still runs as root. The supervisor normally did so before exec:
  // leave it empty.
  std::optional<ProcessUser> user;
  std::vector<std::string>
      read_write;                      // folders (with all below them) that may be read and changed
  std::vector<std::string> read_only;  // files or folders that may be read
  NetworkUse network = NetworkUse::kNone;
};

// Takes everything away that the profile does not name, for ever: privileges, core dumps and ptrace
// by others, every path but those named, exec, fork (threads stay possible), signals to others, new
// sockets, kernel doors. A profile without read_write folders also loses chmod, rename, unlink and
// their like. Call before the first thread. kRefused: cannot switch user, or the kernel has no
// Landlock and the parent runs under the same user (then nothing would keep the files apart).
// kNotFound: a path is missing. kIo: the kernel refused.
Status confine(const ConfineProfile& profile);

// The user switch alone: supplementary groups dropped, then gid, then uid (real, effective, saved).
// A no-op when the process already is that user; kRefused when it is neither that user nor root.
Status switch_user(const ProcessUser& user);

// Version of the kernel's Landlock, 0 when it has none (landlock(7)).
int landlock_abi();

}  // namespace bulkhead
