#include "supervisor/pid_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

#include "supervisor/serve.h"

namespace bulkhead {
namespace {

// An open-file-description lock: asking for it (F_OFD_GETLK) takes nothing, so a question never
// makes a start refuse.
struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Result<Descriptor> take_pid_file(const std::string& data_dir) {
  Descriptor file(open(DataPaths(data_dir).pid_file().c_str(),
                       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file) return fail(ErrorCode::kIo, "supervisor.pid cannot be opened");
  auto lock = whole_file();
  if (fcntl(file.get(), F_OFD_SETLK, &lock) != 0) {
    return fail(ErrorCode::kConflict, "another supervisor already runs on this data directory");
  }
  const auto text = std::to_string(getpid()) + "\n";
  if (ftruncate(file.get(), 0) != 0 ||
      pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return fail(ErrorCode::kIo, "supervisor.pid cannot be written");
  }
  return file;
}

std::optional<pid_t> running_supervisor(const std::string& data_dir) {
  const Descriptor file(
      open(DataPaths(data_dir).pid_file().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return std::nullopt;
  auto lock = whole_file();
  if (fcntl(file.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return std::nullopt;
  std::array<char, 32> text{};
  const auto got = pread(file.get(), text.data(), text.size(), 0);
  pid_t pid = 0;
  if (got <= 0 || std::from_chars(text.data(), text.data() + got, pid).ec != std::errc() ||
      pid <= 1) {
    return std::nullopt;
  }
  return pid;
}

Status stop_supervisor(const std::string& data_dir) {
  const auto pid = running_supervisor(data_dir);
  if (!pid) return fail(ErrorCode::kNotFound, "no supervisor runs on this data directory");
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
  // Asked again now that the handle is held: the number cannot pass to another process any more.
  if (!process || running_supervisor(data_dir) != pid) return {};
  if (syscall(SYS_pidfd_send_signal, process.get(), SIGTERM, nullptr, 0) != 0) {
    return fail(ErrorCode::kRefused, "the supervisor belongs to another user");
  }
  pollfd gone{process.get(), POLLIN, 0};
  int ready;
  do {
    ready = poll(&gone, 1, kStopWaitMsMax);
  } while (ready < 0 && errno == EINTR);
  if (ready != 1) return fail(ErrorCode::kUnavailable, "the supervisor has not stopped in time");
  return {};
}

}  // namespace bulkhead
