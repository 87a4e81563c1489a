#include "confine/confine.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "base/descriptor.h"
#include "confine/escape.h"

namespace bulkhead {
namespace {

constexpr ProcessUser kKeeperUser{65533, 65533};
constexpr ProcessUser kFrontUser{65534, 65534};

bool is_root() { return geteuid() == 0; }

// Runs `act` in a child and returns the text it answers with; a child that dies otherwise answers
// "exit N" or "signal N".
std::string in_child(const std::function<std::string()>& act) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    const auto text = act();
    const bool written =
        write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return "exit " + std::to_string(WEXITSTATUS(status));
  return text;
}

// Confines and then acts; the error's sentence when confine itself fails.
std::string confined(const ConfineProfile& profile, const std::function<std::string()>& act) {
  return in_child([&]() -> std::string {
    const auto done = confine(profile);
    return done ? act() : std::string(done.error().context);
  });
}

// One letter per condition; the braces of the call keep their order.
std::string letters(std::initializer_list<bool> conditions) {
  std::string text;
  for (const bool condition : conditions) text += condition ? 'y' : 'n';
  return text;
}
bool can_read(const std::string& path) {
  return static_cast<bool>(Descriptor(open(path.c_str(), O_RDONLY)));
}
bool can_make(const std::string& path) {
  return static_cast<bool>(Descriptor(open(path.c_str(), O_WRONLY | O_CREAT, 0600)));
}

// A folder as the keeper's, a running stand-in for the keeper, and what an escape would aim at.
class ConfineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "confine-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    chmod(root_.c_str(), 0755);
    folder_ = root_ + "/keeper";
    std::filesystem::create_directory(folder_);
    chmod(folder_.c_str(), 0700);
    file_ = folder_ + "/vault.db";
    std::ofstream(file_) << "sealed";
    chmod(file_.c_str(), 0600);
  }
  void TearDown() override {
    if (keeper_ > 0) {
      kill(keeper_, SIGKILL);
      waitpid(keeper_, nullptr, 0);
    }
    std::filesystem::remove_all(root_);
  }

  // The folder and a process belong to `user`, or to whoever runs the tests.
  void start_keeper(std::optional<ProcessUser> user) {
    if (user) {
      ASSERT_EQ(chown(folder_.c_str(), user->uid, user->gid), 0);
      ASSERT_EQ(chown(file_.c_str(), user->uid, user->gid), 0);
    }
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    keeper_ = fork();
    if (keeper_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (user && !switch_user(*user)) _exit(1);
      // A keeper that anybody of its user may trace: only the attacker's own confinement protects
      // it here.
      prctl(PR_SET_DUMPABLE, 1);
      close(ends[0]);
      close(ends[1]);
      for (;;) pause();
    }
    close(ends[1]);
    char byte;
    EXPECT_EQ(read(ends[0], &byte, 1), 0);
    close(ends[0]);
  }
  EscapeTargets targets() const { return {{file_}, {folder_}, {}, keeper_}; }

  std::string report() const {
    const auto tried = try_escapes(targets());
    std::string text = "attempts " + std::to_string(tried.attempts) + "\n";
    for (const auto& what : tried.successes) text += what + "\n";
    for (const auto& what : tried.untested) text += "untested " + what + "\n";
    return text;
  }
  // 3 at the file (2 when even its mode cannot be seen), 2 at the folder, 13 at the keeper, 3 at
  // programs, processes and network.
  static constexpr const char* kNothingSucceeded = "attempts 21\n";
  static constexpr const char* kNothingSucceededUnseen = "attempts 20\n";

  std::string root_, folder_, file_;
  pid_t keeper_ = 0;
};

// The control: without confinement a process of the same user does succeed, so the self-test can
// see an escape.
TEST_F(ConfineTest, UnconfinedSameUserEscapes) {
  start_keeper(is_root() ? std::optional(kFrontUser) : std::nullopt);
  const auto text = in_child([&]() -> std::string {
    if (is_root() && !switch_user(kFrontUser)) return "no switch";
    return report();
  });
  for (const auto* what : {"read ", "write ", "change the mode of ", "list ", "signal the keeper\n",
                           "execute a program", "start a process", "open a network socket",
                           "queue a signal", "signal a thread"}) {
    EXPECT_THAT(text, testing::HasSubstr(what));
  }
}

TEST_F(ConfineTest, SameUserCannotEscape) {
  start_keeper(is_root() ? std::optional(kFrontUser) : std::nullopt);
  if (landlock_abi() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  const auto text = in_child([&]() -> std::string {
    if (is_root() && !switch_user(kFrontUser)) return "no switch";
    const auto done = confine({});
    return done ? report() : std::string(done.error().context);
  });
  EXPECT_EQ(text, kNothingSucceeded);
}

TEST_F(ConfineTest, RootAsSameUserCannotEscape) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  if (landlock_abi() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  start_keeper(std::nullopt);
  EXPECT_EQ(confined({}, [&] { return report(); }), kNothingSucceeded);
}

TEST_F(ConfineTest, AnotherUserCannotEscape) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  start_keeper(kKeeperUser);
  ConfineProfile profile;
  profile.user = kFrontUser;
  EXPECT_EQ(confined(profile, [&] { return report(); }), kNothingSucceededUnseen);
}

TEST_F(ConfineTest, TargetsThatAreNotThereAreUntested) {
  start_keeper(std::nullopt);
  const auto text = in_child([&]() -> std::string {
    EscapeTargets missing{{root_ + "/none"}, {}, {root_ + "/none.sock"}, 0};
    return std::to_string(try_escapes(missing).untested.size());
  });
  EXPECT_EQ(text, "4");
}

TEST_F(ConfineTest, OnlyNamedPathsAreOpen) {
  if (landlock_abi() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  const auto other = root_ + "/other";
  std::filesystem::create_directory(other);
  std::ofstream(other + "/page") << "text";
  ConfineProfile profile;
  profile.read_write = {folder_};
  profile.read_only = {other + "/page"};
  const auto text = confined(profile, [&] {
    return letters({can_read(file_), can_make(folder_ + "/new"),
                    unlink((folder_ + "/new").c_str()) == 0, can_read(other + "/page"),
                    can_make(other + "/page"), can_make(other + "/new"), can_read("/etc/passwd"),
                    can_read(other)});
  });
  EXPECT_EQ(text, "yyyynnnn");
}

TEST_F(ConfineTest, MissingPathIsRefused) {
  ConfineProfile profile;
  profile.read_write = {root_ + "/missing"};
  if (landlock_abi() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(confined(profile, [] { return std::string(); }),
            "a path this process needs is missing or out of its reach");
}

TEST_F(ConfineTest, PrivilegesAndDumpsAreGone) {
  const auto text = confined({}, [] {
    rlimit core{1, 1};
    getrlimit(RLIMIT_CORE, &core);
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct capabilities[2]{};
    syscall(SYS_capget, &head, capabilities);
    return std::to_string(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) +
           std::to_string(prctl(PR_GET_DUMPABLE)) + std::to_string(core.rlim_max) +
           std::to_string(capabilities[0].permitted | capabilities[1].permitted);
  });
  EXPECT_EQ(text, "1000");
}

TEST_F(ConfineTest, ConfinementCannotBeUndone) {
  const auto text = confined({}, [] {
    return letters({prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0,
                    prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0, setuid(0) == 0,
                    syscall(SYS_io_uring_setup, 1, nullptr) >= 0, kill(getppid(), 0) == 0,
                    fcntl(0, F_SETOWN, getppid()) == 0});
  });
  EXPECT_EQ(text, "nnnnnn");
}

TEST_F(ConfineTest, AbortStillWorks) {
  EXPECT_EQ(confined({}, []() -> std::string { std::abort(); }), "signal 6");
}

TEST_F(ConfineTest, ThreadsStillWork) {
  const auto text = confined({}, [] {
    std::string from_thread;
    std::thread([&] { from_thread = "ran"; }).join();
    return from_thread;
  });
  EXPECT_EQ(text, "ran");
}

TEST_F(ConfineTest, RefusesAfterTheFirstThread) {
  const auto text = in_child([]() -> std::string {
    int ends[2];
    if (pipe(ends) != 0) return "no pipe";
    std::thread other([&] {
      char byte;
      [[maybe_unused]] const auto got = read(ends[0], &byte, 1);
    });
    const auto done = confine({});
    close(ends[1]);
    other.join();
    return done ? "confined" : std::string(to_string(done.error().code));
  });
  EXPECT_EQ(text, "conflict");
}

// A listener that was handed over may be accepted from with kAccept alone; nothing can be sent out
// by Fast Open.
TEST_F(ConfineTest, AcceptsOnlyWhenAllowed) {
  const Descriptor listener(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listener.get(), plain, size), 0);
  ASSERT_EQ(listen(listener.get(), 4), 0);
  ASSERT_EQ(getsockname(listener.get(), plain, &size), 0);
  const Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(connect(client.get(), plain, size), 0);

  const auto act = [&] {
    const bool accepted =
        static_cast<bool>(Descriptor(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    const bool sent = sendto(listener.get(), "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, plain, size) > 0;
    return letters({accepted, sent});
  };
  EXPECT_EQ(confined({}, act), "nn");
  ConfineProfile front;
  front.network = NetworkUse::kAccept;
  EXPECT_EQ(confined(front, act), "yn");
}

TEST_F(ConfineTest, OnlyRootSwitchesUser) {
  const auto text = in_child([]() -> std::string {
    if (is_root() && !switch_user(kFrontUser)) return "no switch";
    const auto done = switch_user({1, 1});
    return done ? "switched" : std::string(to_string(done.error().code));
  });
  EXPECT_EQ(text, "refused");
}

}  // namespace
}  // namespace bulkhead
