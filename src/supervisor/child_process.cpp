#include "supervisor/child_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/check.h"
#include "base/log.h"

namespace bulkhead {
namespace {

constexpr int kFirstInherited = 3;
constexpr int kParking = 64;  // above every number that a child will find its descriptors at
constexpr int kExitCannotRun = 127;
constexpr rlim_t kLockedMemoryBytes = 64u << 20;

// Sanitisers are told their options by environment; nothing else of the supervisor's is a child's
// business.
std::vector<char*> environment_for_child() {
  std::vector<char*> kept;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (text.substr(0, text.find('=')).ends_with("SAN_OPTIONS")) kept.push_back(*variable);
  }
  kept.push_back(nullptr);
  return kept;
}

// The rest of the child's life before its program: whatever fails ends it.
[[noreturn]] void give_up(const char* what) {
  log_error("a child cannot start: {}: {}", what, std::strerror(errno));
  _exit(kExitCannotRun);
}

void leave_the_supervisor_behind(pid_t supervisor, const std::optional<ProcessUser>& user) {
  // A session of its own: a terminal's Ctrl-C reaches the supervisor alone, and no child can type
  // into the terminal.
  if (setsid() < 0) give_up("setsid");
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) signal(number, SIG_DFL);
  umask(077);
  if (chdir("/") != 0) give_up("chdir");
  // Best effort: the keeper tests itself whether it can lock its keys and says how to raise the
  // limit.
  rlimit locked{};
  getrlimit(RLIMIT_MEMLOCK, &locked);
  const rlimit wanted{kLockedMemoryBytes, std::max(locked.rlim_max, kLockedMemoryBytes)};
  const rlimit allowed{std::min(locked.rlim_max, kLockedMemoryBytes), locked.rlim_max};
  if (setrlimit(RLIMIT_MEMLOCK, &wanted) != 0) setrlimit(RLIMIT_MEMLOCK, &allowed);
  const rlimit no_dump{0, 0};
  if (setrlimit(RLIMIT_CORE, &no_dump) != 0) give_up("setrlimit");
  if (user && !switch_user(*user)) give_up("switching user");
  // After the switch, which clears it.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up("prctl");
  if (getppid() != supervisor) _exit(kExitCannotRun);
}

void silence_standard_descriptors() {
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    give_up("/dev/null");
}

// Moves the descriptors to 3, 4, ... by way of high numbers, so that none is overwritten before it
// is moved.
void arrange(const std::vector<int>& descriptors) {
  std::array<int, kInheritedDescriptorsMax> parked{};
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    parked[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, kParking);
    if (parked[i] < 0) give_up("descriptors");
  }
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    if (dup2(parked[i], kFirstInherited + static_cast<int>(i)) < 0) give_up("descriptors");
  }
}

[[noreturn]] void run_program(const ChildPlan& plan, pid_t supervisor) {
  leave_the_supervisor_behind(supervisor, plan.user);
  silence_standard_descriptors();
  const int program = fcntl(plan.program, F_DUPFD_CLOEXEC, kParking);
  if (program < 0) give_up("program");
  std::vector<std::string> words{plan.name};
  words.insert(words.end(), plan.arguments.begin(), plan.arguments.end());
  std::vector<int> descriptors;
  for (const auto& [option, fd] : plan.descriptors) {
    words.push_back(option);
    words.push_back(std::to_string(kFirstInherited + static_cast<int>(descriptors.size())));
    descriptors.push_back(fd);
  }
  arrange(descriptors);
  const unsigned first_closed = kFirstInherited + static_cast<unsigned>(descriptors.size());
  if (syscall(SYS_close_range, first_closed, ~0u, CLOSE_RANGE_CLOEXEC) != 0) give_up("close_range");
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  syscall(SYS_execveat, program, "", arguments.data(), environment_for_child().data(),
          AT_EMPTY_PATH);
  give_up("exec");
}

}  // namespace

ChildProcess::ChildProcess(pid_t pid)
    : pid_(pid), handle_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {
  CHECK(handle_);
}

void ChildProcess::signal(int number) const {
  // Not yet reaped, so the number still is the child's.
  if (alive()) kill(pid_, number);
}

std::optional<int> ChildProcess::reap() {
  int status = 0;
  if (!alive() || waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = 0;
  handle_.reset();
  return status;
}

Result<ChildProcess> start_program(const ChildPlan& plan) {
  CHECK(plan.descriptors.size() <= kInheritedDescriptorsMax);
  const pid_t supervisor = getpid();
  const pid_t pid = fork();
  if (pid < 0) return fail(ErrorCode::kIo, "no process could be made");
  if (pid == 0) run_program(plan, supervisor);
  return ChildProcess(pid);
}

Result<ChildProcess> start_function(const std::string& name, const std::optional<ProcessUser>& user,
                                    std::vector<int> kept, const std::function<int()>& body) {
  const pid_t supervisor = getpid();
  const pid_t pid = fork();
  if (pid < 0) return fail(ErrorCode::kIo, "no process could be made");
  if (pid > 0) return ChildProcess(pid);
  leave_the_supervisor_behind(supervisor, user);
  silence_standard_descriptors();
  prctl(PR_SET_NAME, name.c_str());
  std::sort(kept.begin(), kept.end());
  auto next = static_cast<unsigned>(kFirstInherited);
  for (const int fd : kept) {
    if (static_cast<unsigned>(fd) > next)
      syscall(SYS_close_range, next, static_cast<unsigned>(fd) - 1, 0);
    next = static_cast<unsigned>(fd) + 1;
  }
  if (syscall(SYS_close_range, next, ~0u, 0) != 0) give_up("close_range");
  _exit(body());
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace bulkhead
