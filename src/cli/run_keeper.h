// Runs bulkhead-keeper as a helper of a command: once to make a directory, or without a supervisor
// for a bench. It must get no descriptor and no privilege that is not named here. Owned by cli;
// serving belongs to the supervisor.
#pragma once

#include <sys/types.h>

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"

namespace bulkhead::cli {

struct ChildUser {
  uid_t uid = 0;
  gid_t gid = 0;
};

// The user bulkhead-keeper, when we are root and it exists.
std::optional<ChildUser> keeper_user();

inline constexpr std::size_t kKeeperOutputBytesMax = 64u << 10;

// Runs it to its end and answers what it printed on standard output. kNotFound: it does not lie
// beside this program. kRefused: it ended with an error, which it wrote to standard error itself.
Result<std::string> run_keeper(const std::vector<std::string>& arguments,
                               const std::optional<ChildUser>& user);

// Prints what bulkhead-keeper answered, which is JSON: as it is, or for people by `show`. Answers
// the command's exit code.
int tell_answer(const std::string& said, bool json,
                const std::function<void(const boost::json::value&)>& show);

// A child that is killed with this process. The `inherited` descriptors keep their numbers in the
// child.
class HelperChild {
 public:
  static Result<HelperChild> start(const std::vector<std::string>& arguments,
                                   const std::vector<int>& inherited,
                                   const std::optional<ChildUser>& user);
  // The same for this very program, whose output goes to the file `log`.
  static Result<HelperChild> start_self(const std::vector<std::string>& arguments, int log);
  HelperChild(HelperChild&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  HelperChild& operator=(HelperChild&&) = delete;
  ~HelperChild();
  pid_t pid() const { return pid_; }
  bool alive() const;
  // Waits for its end; true when it ended with success.
  bool wait();

 private:
  explicit HelperChild(pid_t pid) : pid_(pid) {}
  pid_t pid_ = 0;
};

}  // namespace bulkhead::cli
