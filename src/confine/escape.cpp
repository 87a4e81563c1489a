#include "confine/escape.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/descriptor.h"

namespace bulkhead {
namespace {

class Attempts {
 public:
  explicit Attempts(EscapeReport& report) : report_(report) {}
  // `achieved` tells whether the attempt just made succeeded; errno still is the attempt's
  // otherwise.
  void note(bool achieved, std::string what) {
    const int error = errno;
    ++report_.attempts;
    if (achieved) {
      report_.successes.push_back(std::move(what));
    } else if (error == ENOENT || error == ESRCH || error == ENOTDIR) {
      report_.untested.push_back(std::move(what));
    }
  }
  void missing(std::string what) { report_.untested.push_back(std::move(what)); }

 private:
  EscapeReport& report_;
};

void try_open(Attempts& attempts, const std::string& path, int flags, std::string what) {
  const Descriptor file(open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600));
  attempts.note(static_cast<bool>(file), std::move(what));
}

void try_file(Attempts& attempts, const std::string& path) {
  try_open(attempts, path, O_RDONLY, "read " + path);
  try_open(attempts, path, O_WRONLY, "write " + path);
  struct stat what{};
  // Setting the mode that it has already changes nothing, but tells whether another could be set.
  if (stat(path.c_str(), &what) == 0) {
    attempts.note(chmod(path.c_str(), what.st_mode & 07777) == 0, "change the mode of " + path);
  }
}

void try_folder(Attempts& attempts, const std::string& path) {
  try_open(attempts, path, O_RDONLY | O_DIRECTORY, "list " + path);
  // An unnamed file vanishes when it is closed.
  try_open(attempts, path, O_WRONLY | O_TMPFILE, "make a file in " + path);
}

void try_socket(Attempts& attempts, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return attempts.missing("connect to " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  const Descriptor end(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const bool connected =
      end && connect(end.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  attempts.note(connected, "connect to " + path);
}

void try_memory(Attempts& attempts, pid_t keeper) {
  const auto process = "/proc/" + std::to_string(keeper) + "/";
  for (const char* file : {"mem", "environ", "maps", "auxv"}) {
    try_open(attempts, process + file, O_RDONLY, std::string("open the keeper's ") + file);
  }
  try_open(attempts, process + "mem", O_RDWR, "open the keeper's memory for writing");
  try_open(attempts, process + "fd", O_RDONLY | O_DIRECTORY, "list the keeper's descriptors");
  // Address 0 is never mapped: EFAULT says that the kernel would have copied.
  char byte = 0;
  const iovec here{&byte, 1};
  const iovec there{nullptr, 1};
  const bool could_read = process_vm_readv(keeper, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT;
  attempts.note(could_read, "read the keeper's memory");
  const bool could_write =
      process_vm_writev(keeper, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT;
  attempts.note(could_write, "write the keeper's memory");
}

void try_tracing(Attempts& attempts, pid_t keeper) {
  const bool attached = ptrace(PTRACE_ATTACH, keeper, nullptr, nullptr) == 0;
  attempts.note(attached, "trace the keeper");
  if (attached) {
    waitpid(keeper, nullptr, __WALL);
    ptrace(PTRACE_DETACH, keeper, nullptr, nullptr);
  }
  const Descriptor handle(static_cast<int>(syscall(SYS_pidfd_open, keeper, 0)));
  if (!handle) return attempts.note(false, "take a descriptor of the keeper");
  const Descriptor stolen(
      static_cast<int>(syscall(SYS_pidfd_getfd, handle.get(), STDERR_FILENO, 0)));
  // EBADF says that the kernel looked, and found the keeper's standard error closed.
  attempts.note(stolen || errno == EBADF, "take a descriptor of the keeper");
  attempts.note(syscall(SYS_pidfd_send_signal, handle.get(), 0, nullptr, 0) == 0,
                "signal the keeper by pidfd");
}

void try_signals(Attempts& attempts, pid_t keeper) {
  attempts.note(kill(keeper, 0) == 0, "signal the keeper");
  attempts.note(syscall(SYS_tgkill, keeper, keeper, 0) == 0, "signal a thread of the keeper");
  siginfo_t information{};
  information.si_code = SI_QUEUE;
  attempts.note(syscall(SYS_rt_sigqueueinfo, keeper, 0, &information) == 0,
                "queue a signal to the keeper");
}

void try_programs_and_network(Attempts& attempts) {
  // A path that cannot exist: any answer but a refusal means that a real one would have run.
  const char* const arguments[] = {"x", nullptr};
  execve("/proc/self/no-such-program", const_cast<char* const*>(arguments),
         const_cast<char* const*>(arguments + 1));
  attempts.note(errno != EPERM && errno != EACCES, "execute a program");
  const pid_t child = fork();
  if (child == 0) _exit(0);
  attempts.note(child > 0, "start a process");
  if (child > 0) waitpid(child, nullptr, 0);
  const Descriptor out(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  attempts.note(static_cast<bool>(out), "open a network socket");
}

}  // namespace

EscapeReport try_escapes(const EscapeTargets& targets) {
  EscapeReport report;
  Attempts attempts(report);
  for (const auto& path : targets.files) try_file(attempts, path);
  for (const auto& path : targets.folders) try_folder(attempts, path);
  for (const auto& path : targets.sockets) try_socket(attempts, path);
  // Numbers from 1 down would mean process groups or everybody.
  if (targets.keeper > 1) {
    try_memory(attempts, targets.keeper);
    try_tracing(attempts, targets.keeper);
    try_signals(attempts, targets.keeper);
  } else {
    attempts.missing("the keeper");
  }
  try_programs_and_network(attempts);
  return report;
}

}  // namespace bulkhead
