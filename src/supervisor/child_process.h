// One child: fork, own session, own user, exec of a program that was opened by descriptor, watched
// by pidfd. A child must never get a descriptor, an environment variable or a privilege that its
// plan does not name, nor outlive the supervisor (PR_SET_PDEATHSIG). Owned by supervisor.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "confine/confine.h"

namespace bulkhead {

inline constexpr std::size_t kInheritedDescriptorsMax = 16;

struct ChildPlan {
  int program = -1;                    // the executable
  std::string name;                    // argv[0]
  std::vector<std::string> arguments;  // after it
  // Each becomes "--option N": the child finds the descriptor at N. They stay the caller's.
  std::vector<std::pair<std::string, int>> descriptors;
  std::optional<ProcessUser> user;  // none: the supervisor's own
};

class ChildProcess {
 public:
  ChildProcess() = default;
  explicit ChildProcess(pid_t pid);
  pid_t pid() const { return pid_; }
  int handle() const { return handle_.get(); }  // readable once the child is dead; -1: none runs
  bool alive() const { return pid_ > 0; }
  void signal(int number) const;
  // The status of waitpid(2) once the child has died; afterwards none runs.
  std::optional<int> reap();

 private:
  pid_t pid_ = 0;
  Descriptor handle_;
};

// kIo: no process could be made. A program that cannot run shows as exit code 127.
Result<ChildProcess> start_program(const ChildPlan& plan);

// A child without a program of its own, which keeps `kept` alone: runs `body` and exits with its
// result.
Result<ChildProcess> start_function(const std::string& name, const std::optional<ProcessUser>& user,
                                    std::vector<int> kept, const std::function<int()>& body);

// "exit code 1" or "signal 9", for the log.
std::string describe_end(int status);

}  // namespace bulkhead
