#include "confine/confine.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

#include "base/descriptor.h"
#include "confine/landlock.h"
#include "confine/system_calls.h"

#if defined(__SANITIZE_THREAD__)
#define BULKHEAD_SANITIZER_HAS_THREAD 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BULKHEAD_SANITIZER_HAS_THREAD 1
#endif
#endif

namespace bulkhead {
namespace {

#ifdef BULKHEAD_SANITIZER_HAS_THREAD
constexpr nlink_t kThreadsAtStart = 2;
#else
constexpr nlink_t kThreadsAtStart = 1;
#endif

// Landlock and seccomp bind the calling thread alone: a thread that exists already would stay free.
bool only_expected_threads() {
  struct stat tasks{};
  return stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink <= kThreadsAtStart + 2;
}

// The user the parent runs as, from /proc/PID/status ("Uid:" real effective ...).
std::optional<uid_t> user_of_parent() {
  const auto path = "/proc/" + std::to_string(getppid()) + "/status";
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 4096> buffer{};
  const auto got = read(file.get(), buffer.data(), buffer.size());
  if (got <= 0) return std::nullopt;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
  constexpr std::string_view kLabel = "\nUid:\t";
  const auto at = text.find(kLabel);
  if (at == std::string_view::npos) return std::nullopt;
  uid_t uid = 0;
  const auto* from = text.data() + at + kLabel.size();
  if (std::from_chars(from, text.data() + text.size(), uid).ec != std::errc()) return std::nullopt;
  return uid;
}

// When the parent's user cannot be told it counts as the same: then Landlock must do the work.
bool has_user_of_its_own() {
  const auto parent = user_of_parent();
  return parent && *parent != getuid();
}

bool drop_capabilities() {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  return syscall(SYS_capset, &head, none.data()) == 0;
}

bool forbid_core_dumps_and_tracing() {
  const rlimit none{0, 0};
  return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

}  // namespace

Status switch_user(const ProcessUser& user) {
  if (getuid() == user.uid && geteuid() == user.uid && getgid() == user.gid &&
      getegid() == user.gid)
    return {};
  if (geteuid() != 0) return fail(ErrorCode::kRefused, "only root can switch to another user");
  if (setgroups(0, nullptr) != 0 || setresgid(user.gid, user.gid, user.gid) != 0 ||
      setresuid(user.uid, user.uid, user.uid) != 0) {
    return fail(ErrorCode::kIo, "switching to the process's own user failed");
  }
  // A switch that can be undone is none.
  if (user.uid != 0 && setresuid(0, 0, 0) == 0)
    return fail(ErrorCode::kRefused, "the user switch can be undone");
  return {};
}

Status confine(const ConfineProfile& profile) {
  if (!only_expected_threads())
    return fail(ErrorCode::kConflict, "confine must come before the first thread");
  if (profile.user) TRY_STATUS(switch_user(*profile.user));
  if (!drop_capabilities()) return fail(ErrorCode::kIo, "capabilities could not be dropped");
  const bool own_user = has_user_of_its_own();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail(ErrorCode::kIo, "no_new_privs could not be set");
  if (!forbid_core_dumps_and_tracing())
    return fail(ErrorCode::kIo, "core dumps could not be switched off");
  const int abi = landlock_abi();
  if (abi == 0 && !own_user) {
    return fail(ErrorCode::kRefused,
                "this kernel has no Landlock: start Bulkhead as root, so that users keep it apart");
  }
  if (abi > 0) TRY_STATUS(restrict_paths({profile.read_write, profile.read_only}, abi));
  return restrict_system_calls({profile.network, !profile.read_write.empty()});
}

}  // namespace bulkhead
