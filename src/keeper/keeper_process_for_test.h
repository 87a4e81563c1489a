// A real bulkhead-keeper process with the test in the supervisor's place, at wish under strace,
// which lets one of its system calls fail or kills it there. It must never outlive the object, nor
// be given a folder that somebody wants back. Owned by keeper; tests only.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "keeper/house_fixture.h"

namespace bulkhead {

// Every call with which a keeper changes files, opens or closes them.
inline constexpr const char* kFileCalls =
    "pwrite64,write,fdatasync,fsync,syncfs,rename,link,openat,ftruncate,fallocate,unlink,rmdir,"
    "mkdir,"
    "close";

inline std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Runs a program with its errors thrown away; `inherited` stays open in it.
inline pid_t start_program(std::vector<std::string> words, int inherited) {
  const auto pointers = pointers_to(words);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nothing, STDERR_FILENO);
  if (inherited >= 0) fcntl(inherited, F_SETFD, 0);
  execvp(pointers[0], pointers.data());
  _exit(127);
}

// Whether strace is here and may trace.
inline bool can_trace() {
  const pid_t pid = start_program({"strace", "-qq", "-o", "/dev/null", "true"}, -1);
  int status = 0;
  return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

class KeeperProcess {
 public:
  // `tracer` comes before the keeper on its command line: strace and its options, or nothing.
  // `options` are the keeper's own.
  KeeperProcess(const std::filesystem::path& folder, const std::filesystem::path& key,
                std::vector<std::string> tracer = {},
                const std::vector<std::string>& options = {}) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    control_.reset(ends[0]);
    const Descriptor theirs(ends[1]);
    auto& words = tracer;
    for (const std::string word : {BULKHEAD_BINARY_DIR "/bulkhead-keeper", "--data", folder.c_str(),
                                   "--key", key.c_str(), "--control-fd"}) {
      words.push_back(word);
    }
    words.push_back(std::to_string(theirs.get()));
    words.insert(words.end(), options.begin(), options.end());
    pid_ = start_program(std::move(words), theirs.get());
    EXPECT_GT(pid_, 0);
  }
  KeeperProcess(const KeeperProcess&) = delete;
  KeeperProcess& operator=(const KeeperProcess&) = delete;
  ~KeeperProcess() {
    control_.reset();  // a keeper whose supervisor has gone ends
    if (!ended()) {
      kill(pid_, SIGKILL);
      waitpid(pid_, &status_, 0);
    }
  }

  // False when it ended before it could serve.
  bool ready() { return wait_for(wire::Op::kKeeperReady); }
  // A channel that has greeted; nothing when the keeper has gone.
  std::optional<Peer> connect_front() {
    auto peer = connect(Face::kDesk);
    const auto hello = peer ? peer->ask(wire::Hello{Face::kDesk, 0}) : std::nullopt;
    if (!hello) return std::nullopt;
    peer->instance = hello->as<wire::HelloAnswer>().instance;
    return peer;
  }
  std::optional<Peer> connect_admin() {
    auto peer = connect(Face::kAdmin);
    if (!peer || !peer->ask(wire::AdminHello{})) return std::nullopt;
    return peer;
  }
  // True when it said that everything is durable and then ended with success.
  bool drain() {
    Bytes frame;
    wire::put_frame(frame, {static_cast<std::uint16_t>(wire::Op::kDrain), 1, InstanceNumber()},
                    wire::encode(wire::Drain{}));
    return wire::send_with_descriptor(control_.get(), frame, -1) && wait_for(wire::Op::kDrain) &&
           ended() && WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
  }
  // Waits for its end, at most ten seconds. False: it does not end.
  bool ended() {
    for (int i = 0; i < 2000 && !gone_; ++i) {
      gone_ = waitpid(pid_, &status_, WNOHANG) == pid_;
      if (!gone_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return gone_;
  }
  bool killed() { return ended() && WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }
  void leave() { control_.reset(); }

 private:
  std::optional<Peer> connect(Face face) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return std::nullopt;
    Peer ours(ends[0]);
    const Descriptor theirs(ends[1]);
    Bytes frame;
    wire::put_frame(frame, {static_cast<std::uint16_t>(wire::Op::kNewChannel), 0, InstanceNumber()},
                    wire::encode(wire::NewChannel{face, 0, 0}));
    if (!wire::send_with_descriptor(control_.get(), frame, theirs.get())) return std::nullopt;
    return ours;
  }
  bool wait_for(wire::Op op) {
    for (;;) {
      const auto frame = reader_.next();
      if (!frame) return false;
      if (*frame) return (*frame)->head.op == static_cast<std::uint16_t>(op);
      pollfd wait{control_.get(), POLLIN, 0};
      if (poll(&wait, 1, 20'000) != 1) return false;
      std::array<std::uint8_t, 4096> buffer;
      const auto got = recv(control_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return false;
      reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
    }
  }

  Descriptor control_;
  wire::FrameReader reader_;
  pid_t pid_ = 0;
  int status_ = 0;
  bool gone_ = false;
};

}  // namespace bulkhead
