// The seccomp filter (seccomp(2), libseccomp): which system calls a confined process loses. It must
// never answer a denied call with success; each gets EPERM, so that the self-test can see it. Owned
// by confine.
#pragma once

#include "base/result.h"
#include "confine/confine.h"

namespace bulkhead {

struct SystemCallRules {
  NetworkUse network = NetworkUse::kNone;
  bool may_change_files = false;
};

// Takes effect for the calling thread and those it starts; sets no_new_privs. kIo when the kernel
// or library refuses.
Status restrict_system_calls(const SystemCallRules& rules);

}  // namespace bulkhead
