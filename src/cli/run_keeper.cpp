#include "cli/run_keeper.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json/parse.hpp>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "cli/output.h"

namespace bulkhead::cli {
namespace {

constexpr const char* kKeeperUser = "bulkhead-keeper";
constexpr int kExitCannotRun = 127;

Result<Descriptor> open_keeper_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  Descriptor program(open((self.parent_path() / "bulkhead-keeper").c_str(), O_PATH | O_CLOEXEC));
  if (error || !program) {
    return fail(ErrorCode::kNotFound,
                "bulkhead-keeper does not lie beside this program; script/build makes it");
  }
  return program;
}

// In the child: by descriptor, since the other user may not reach the folder that the program lies
// in.
[[noreturn]] void become(int program, const char* name, const std::vector<std::string>& arguments,
                         const std::optional<ChildUser>& user) {
  umask(077);
  if (user && (setgroups(0, nullptr) != 0 || setresgid(user->gid, user->gid, user->gid) != 0 ||
               setresuid(user->uid, user->uid, user->uid) != 0)) {
    _exit(kExitCannotRun);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the switch, which clears it
  std::vector<std::string> words{name};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  syscall(SYS_execveat, program, "", pointers.data(), environ, AT_EMPTY_PATH);
  _exit(kExitCannotRun);
}

bool ended_well(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto got = read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || text.size() > kKeeperOutputBytesMax) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

std::optional<ChildUser> keeper_user() {
  if (geteuid() != 0) return std::nullopt;
  const passwd* const found = getpwnam(kKeeperUser);
  if (found == nullptr) return std::nullopt;
  return ChildUser{found->pw_uid, found->pw_gid};
}

Result<std::string> run_keeper(const std::vector<std::string>& arguments,
                               const std::optional<ChildUser>& user) {
  const auto program = TRY(open_keeper_program());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::kIo, "no pipe could be made");
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return fail(ErrorCode::kIo, "no process could be made");
  if (pid == 0) {
    if (dup2(writing.get(), STDOUT_FILENO) < 0) _exit(kExitCannotRun);
    become(program.get(), "bulkhead-keeper", arguments, user);
  }
  writing.reset();
  auto text = read_all(reading.get());
  if (!ended_well(pid))
    return fail(ErrorCode::kRefused,
                "the keeper could not make the directory; its reason stands above");
  return text;
}

int tell_answer(const std::string& said, bool json,
                const std::function<void(const boost::json::value&)>& show) {
  boost::system::error_code error;
  const auto answer = boost::json::parse(said, error);
  if (error) return complain("the keeper's answer is not JSON");
  if (json)
    print_json(answer);
  else
    show(answer);
  return kDone;
}

Result<HelperChild> HelperChild::start(const std::vector<std::string>& arguments,
                                       const std::vector<int>& inherited,
                                       const std::optional<ChildUser>& user) {
  const auto program = TRY(open_keeper_program());
  const pid_t pid = fork();
  if (pid < 0) return fail(ErrorCode::kIo, "no process could be made");
  if (pid > 0) return HelperChild(pid);
  for (const int descriptor : inherited) {
    if (fcntl(descriptor, F_SETFD, 0) != 0) _exit(kExitCannotRun);
  }
  become(program.get(), "bulkhead-keeper", arguments, user);
}

Result<HelperChild> HelperChild::start_self(const std::vector<std::string>& arguments, int log) {
  const Descriptor program(open("/proc/self/exe", O_PATH | O_CLOEXEC));
  if (!program) return fail(ErrorCode::kIo, "this program cannot be opened");
  const pid_t pid = fork();
  if (pid < 0) return fail(ErrorCode::kIo, "no process could be made");
  if (pid > 0) return HelperChild(pid);
  if (dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) _exit(kExitCannotRun);
  become(program.get(), "bulkhead", arguments, std::nullopt);
}

bool HelperChild::alive() const {
  // Not waitpid(2), which knows no WNOWAIT: the end must stay there for wait().
  siginfo_t end{};
  return pid_ > 0 &&
         waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         end.si_pid == 0;
}

HelperChild::~HelperChild() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  wait();
}

bool HelperChild::wait() {
  const pid_t pid = std::exchange(pid_, 0);
  return pid > 0 && ended_well(pid);
}

}  // namespace bulkhead::cli
