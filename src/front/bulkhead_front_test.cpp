#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "confine/confine.h"
#include "confine/escape.h"
#include "front/front_test_support.h"

namespace bulkhead::front {
namespace {

int file_with(const std::string& text) {
  const int fd = memfd_create("text", 0);
  CHECK(fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  CHECK(lseek(fd, 0, SEEK_SET) == 0);
  return fd;
}

// The real program, started as the supervisor starts it, with a keeper that this test plays.
class Program {
 public:
  explicit Program(const EscapeTargets& targets = {},
                   const std::vector<std::string>& further = {}) {
    // A confined process may not trace itself, which LeakSanitizer needs; the in-process tests look
    // for leaks.
    setenv("LSAN_OPTIONS", "detect_leaks=0", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    static const auto certificate = make_test_certificate();
    keeper_ = std::make_unique<FakeKeeper>(
        [](wire::Op, ByteView) { return says(wire::OpenLaneAnswer{2}); });
    const Descriptor channel(keeper_->take_fd()), cert(file_with(certificate.certificate_pem)),
        key(file_with(certificate.key_pem)), escapes(file_with(*encode_escape_targets(targets))),
        listener(listen_here());
    int report[2];
    CHECK(pipe2(report, O_CLOEXEC) == 0);
    report_.reset(report[0]);
    const Descriptor childs_report(report[1]);
    std::vector<std::string> words{std::string(BULKHEAD_BINARY_DIR) + "/bulkhead-front",
                                   "--instance", "desk", "--host", kTestHost};
    const auto hand_over = [&](const char* name, int fd) {
      CHECK(fcntl(fd, F_SETFD, 0) == 0);
      words.insert(words.end(), {name, std::to_string(fd)});
    };
    hand_over("--keeper-fd", channel.get());
    hand_over("--cert-fd", cert.get());
    hand_over("--key-fd", key.get());
    hand_over("--escape-targets-fd", escapes.get());
    hand_over("--listen-fd", listener.get());
    hand_over("--report-fd", childs_report.get());
    words.insert(words.end(), further.begin(), further.end());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    CHECK(posix_spawn(&pid_, words[0].c_str(), nullptr, nullptr, arguments.data(), environ) == 0);
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  // What it reports once it serves; empty when it ended first.
  std::string report() {
    char line[64];
    const auto got = read(report_.get(), line, sizeof line);
    return {line, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }
  int exit_code() {
    int status = 0;
    CHECK(waitpid(std::exchange(pid_, 0), &status, 0) > 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void send_signal(int number) const { kill(pid_, number); }
  void end_keeper() { keeper_.reset(); }
  std::uint16_t port() const { return port_; }

 private:
  int listen_here() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(fd, 16) == 0);
    CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
    return fd;
  }
  std::unique_ptr<FakeKeeper> keeper_;
  Descriptor report_;
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

class BulkheadFront : public testing::Test {
 protected:
  void SetUp() override {
    if (access(BULKHEAD_BINARY_DIR "/bulkhead-front", X_OK) != 0)
      GTEST_SKIP() << "bulkhead-front is not built";
    if (landlock_abi() == 0)
      GTEST_SKIP() << "no Landlock, so the program refuses to start under our own user";
  }
};

TEST_F(BulkheadFront, ServesConfinedAndEndsCleanly) {
  Program program;
  ASSERT_EQ(program.report(), "ready desk\n");
  {
    Caller caller(program.port());
    EXPECT_EQ(caller.ask(plain_request("GET", "/healthz")).status, 200);
    EXPECT_EQ(caller.ask(proven_request({"POST", "/api/v1/session/lanes", ""})).body,
              R"({"lane":2})");
  }
  program.send_signal(SIGTERM);
  EXPECT_EQ(program.exit_code(), 0);
}

TEST_F(BulkheadFront, EndsWithThreeWhenTheKeeperIsGone) {
  Program program;
  ASSERT_EQ(program.report(), "ready desk\n");
  program.end_keeper();
  EXPECT_EQ(program.exit_code(), 3);
}

TEST_F(BulkheadFront, CannotReadWhatTheEscapeTargetsName) {
  const auto path = testing::TempDir() + "front_secret";
  std::ofstream(path) << "secret";
  EscapeTargets targets;
  targets.files = {path};
  Program program(targets);
  EXPECT_EQ(program.report(),
            "ready desk\n");  // It serves only because trying to read the file failed.
}

TEST_F(BulkheadFront, RefusesArgumentsItDoesNotKnow) {
  for (const std::vector<std::string>& further : {std::vector<std::string>{"--data", "x"},
                                                  {"--host"},
                                                  {"--instance", "keeper"},
                                                  {"--keeper-fd", "x"},
                                                  {"--connections-per-network", "0"}}) {
    Program program({}, further);
    EXPECT_EQ(program.report(), "");
    EXPECT_EQ(program.exit_code(), 2);
  }
}

}  // namespace
}  // namespace bulkhead::front
