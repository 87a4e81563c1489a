#include "supervisor/supervisor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "supervisor/pid_file.h"
#include "supervisor/test_house.h"

namespace bulkhead {
namespace {

using testing::HasSubstr;

bool alive(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  file >> number >> name >> state;
  return !state.empty() && state != "Z" && state != "X";
}

// What the keeper's stand-in answers on admin.sock; empty when the connection is closed or refused.
std::string ask_admin(const std::string& data_dir) {
  const Descriptor end(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = DataPaths(data_dir).admin_socket();
  std::memcpy(address.sun_path, path.data(), path.size());
  if (connect(end.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return "";
  char text[64];
  const auto got = recv(end.get(), text, sizeof text, 0);
  return got <= 0 ? "" : std::string(text, static_cast<std::size_t>(got));
}

TEST_F(SupervisorTest, ServesAndShutsDownCleanly) {
  options_.demo = true;
  serve();
  ASSERT_TRUE(is_ready());
  EXPECT_GT(port("desk"), 0);
  EXPECT_GT(port("api"), 0);
  EXPECT_GT(port("plain"), 0);
  EXPECT_EQ(running_supervisor(options_.data_dir), supervisor_);
  const auto lines = starts();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], (std::vector<std::string>{"key", "K"}));
  for (const auto& line : lines) {
    if (line[0] != "front") continue;
    EXPECT_EQ(line[4], "0") << "escapes";
    EXPECT_GT(std::stoi(line[5]), 20) << "attempts";
    EXPECT_EQ(line[6], line[1] + ".localhost:" + std::to_string(port(line[1])));
    EXPECT_EQ(line[7], line[1] == "desk" ? "plain" : "no-plain");
  }
  struct stat admin{};
  ASSERT_EQ(stat(DataPaths(options_.data_dir).admin_socket().c_str(), &admin), 0);
  EXPECT_EQ(admin.st_mode & 0777, 0600u);

  EXPECT_EQ(stop(), 0);
  EXPECT_EQ(starts().back(), (std::vector<std::string>{"drained"}));
  EXPECT_FALSE(is_running(options_.data_dir));
  for (const auto& kind : {"keeper", "desk", "api"}) EXPECT_FALSE(alive(pids_of(kind).at(0)));
  for (const auto& sign : {"ready", "admin.sock", "ports.json"}) {
    EXPECT_FALSE(std::filesystem::exists(options_.data_dir + "/" + sign));
  }
}

TEST_F(SupervisorTest, DeskAloneGetsThePagesAndServesWithoutThem) {
  serve();
  ASSERT_TRUE(is_ready());
  for (const auto& line : starts()) {
    if (line[0] == "front") {
      EXPECT_EQ(line[8], "no-pages");
    }
  }
  EXPECT_EQ(stop(), 0);
  std::ofstream(options_.program_folder + "/desk.pages") << "pages";
  std::filesystem::remove(options_.data_dir + "/keeper/starts");
  serve();
  ASSERT_TRUE(is_ready());
  for (const auto& line : starts()) {
    if (line[0] == "front") {
      EXPECT_EQ(line[8], line[1] == "desk" ? "pages" : "no-pages");
    }
  }
}

TEST_F(SupervisorTest, RealDirectoryHasNoPlainPort) {
  serve();
  ASSERT_TRUE(is_ready());
  EXPECT_EQ(port("plain"), 0);
  EXPECT_EQ(starts().at(2).at(7), "no-plain");
}

TEST_F(SupervisorTest, RestartsADeadFrontAlone) {
  serve();
  ASSERT_TRUE(is_ready());
  kill(pids_of("desk").at(0), SIGKILL);
  ASSERT_TRUE(eventually([&] { return pids_of("desk").size() == 2; }));
  ASSERT_TRUE(is_ready());
  EXPECT_EQ(pids_of("keeper").size(), 1u);
  EXPECT_EQ(pids_of("api").size(), 1u);
  EXPECT_EQ(stop(), 0);
}

TEST_F(SupervisorTest, RestartsEverythingAfterTheKeeper) {
  serve();
  ASSERT_TRUE(is_ready());
  const int desk_port = port("desk");
  for (std::size_t round = 1; round <= 2; ++round) {
    kill(pids_of("keeper").back(), SIGKILL);
    ASSERT_TRUE(eventually(
        [&] { return pids_of("desk").size() == round + 1 && pids_of("api").size() == round + 1; }));
    EXPECT_EQ(pids_of("keeper").size(), round + 1);
  }
  EXPECT_EQ(port("desk"), desk_port);
  for (const auto& kind : {"keeper", "desk", "api"})
    EXPECT_FALSE(alive(pids_of(kind).front())) << kind;
  ASSERT_TRUE(is_ready());
  EXPECT_EQ(stop(), 0);
}

TEST_F(SupervisorTest, KilledSupervisorLeavesNoChildren) {
  serve();
  ASSERT_TRUE(is_ready());
  kill(supervisor_, SIGKILL);
  EXPECT_EQ(wait_for_end(), -1);
  for (const auto& kind : {"keeper", "desk", "api"}) {
    EXPECT_TRUE(eventually([&] { return !alive(pids_of(kind).at(0)); })) << kind;
  }
  EXPECT_FALSE(is_running(options_.data_dir));
  // What it left behind does not keep the next one from starting.
  serve();
  EXPECT_TRUE(eventually([&] { return pids_of("api").size() == 2; }));
  EXPECT_EQ(stop(), 0);
}

TEST_F(SupervisorTest, SecondServeRefuses) {
  serve();
  ASSERT_TRUE(is_ready());
  const auto first = std::exchange(supervisor_, 0);
  serve();
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("another supervisor already runs"));
  EXPECT_TRUE(alive(first));
  EXPECT_TRUE(std::filesystem::exists(DataPaths(options_.data_dir).admin_socket()));
  supervisor_ = first;
  EXPECT_EQ(stop(), 0);
}

TEST_F(SupervisorTest, StopAsksAndWaits) {
  EXPECT_EQ(stop_supervisor(options_.data_dir).error().code, ErrorCode::kNotFound);
  serve();
  ASSERT_TRUE(is_ready());
  EXPECT_TRUE(stop_supervisor(options_.data_dir));
  EXPECT_FALSE(alive(supervisor_));
  EXPECT_EQ(wait_for_end(), 0);
  EXPECT_EQ(stop_supervisor(options_.data_dir).error().code, ErrorCode::kNotFound);
}

TEST_F(SupervisorTest, EscapeRefusesToRun) {
  behave("front-escapes");
  serve();
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("could read " + options_.key_file));
  EXPECT_THAT(log(), HasSubstr("signal the keeper"));
  EXPECT_FALSE(alive(pids_of("keeper").at(0)));
}

TEST_F(SupervisorTest, KeeperThatCannotStartEndsTheStart) {
  behave("die-before-ready");
  serve();
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("the keeper ended: exit code 3"));
  EXPECT_EQ(pids_of("keeper").size(), 1u);
}

TEST_F(SupervisorTest, KeeperThatBabblesIsKilled) {
  behave("babble");
  serve();
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("the keeper ended: signal 9"));
}

// One frame above kControlBodyBytesMax.
TEST_F(SupervisorTest, KeeperThatShoutsIsKilled) {
  behave("shout");
  serve();
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("the keeper ended: signal 9"));
}

TEST_F(SupervisorTest, KeeperThatNeverDrainsIsKilledWhenAskedTwice) {
  behave("never-drain");
  serve();
  ASSERT_TRUE(is_ready());
  kill(supervisor_, SIGTERM);
  ASSERT_TRUE(
      eventually([&] { return !alive(pids_of("desk").at(0)) && !alive(pids_of("api").at(0)); }));
  // Signals that come together count once, so it is asked until it ends.
  ASSERT_TRUE(eventually([&] {
    kill(supervisor_, SIGTERM);
    return !alive(supervisor_);
  }));
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("the keeper ended without a clean shutdown: signal 9"));
}

TEST_F(SupervisorTest, AdminConnectionsReachTheKeeperWithTheirUser) {
  serve();
  ASSERT_TRUE(is_ready());
  EXPECT_EQ(ask_admin(options_.data_dir),
            "admin " + std::to_string(getuid()) + " " + std::to_string(getpid()));
}

TEST_F(SupervisorTest, MoreAdminsThanOneTurnTakes) {
  serve();
  ASSERT_TRUE(is_ready());
  // Held still, the supervisor finds them all waiting at once.
  kill(supervisor_, SIGSTOP);
  std::vector<pid_t> admins;
  for (int i = 0; i < 2 * kAdminConnectionsPerTurnMax; ++i) {
    admins.push_back(fork());
    if (admins.back() == 0) _exit(ask_admin(options_.data_dir).empty() ? 1 : 0);
  }
  kill(supervisor_, SIGCONT);
  for (const pid_t admin : admins) {
    int status = -1;
    waitpid(admin, &status, 0);
    EXPECT_EQ(status, 0);
  }
}

TEST_F(SupervisorTest, AnotherUserIsRefusedAtTheAdminSocket) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  serve();
  ASSERT_TRUE(is_ready());
  // Even when somebody opened the file's mode: the kernel's word about the peer decides.
  chmod(options_.data_dir.c_str(), 0755);
  chmod(DataPaths(options_.data_dir).admin_socket().c_str(), 0666);
  const pid_t stranger = fork();
  if (stranger == 0)
    _exit(switch_user({65534, 65534}) && ask_admin(options_.data_dir).empty() ? 0 : 1);
  int status = -1;
  waitpid(stranger, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(eventually(
      [&] { return log().find("user 65534 may not use the sockets") != std::string::npos; }));
}

TEST_F(SupervisorTest, TapSeesWhatTheKeeperSends) {
  options_.demo = true;
  options_.tap_path = root_ + "/tap";
  std::filesystem::create_directory(*options_.tap_path);
  serve();
  ASSERT_TRUE(is_ready());
  kill(pids_of("desk").at(0), SIGKILL);
  ASSERT_TRUE(eventually([&] { return pids_of("desk").size() == 2; }));
  EXPECT_EQ(stop(), 0);
  for (const auto& name : {"tap-desk-1.bin", "tap-desk-2.bin", "tap-api-1.bin"}) {
    std::ifstream file(*options_.tap_path + "/" + name);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "welcome") << name;
  }
}

TEST_F(SupervisorTest, TapIsRefusedOutsideADemo) {
  options_.tap_path = root_ + "/tap";
  std::filesystem::create_directory(*options_.tap_path);
  serve();
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("no demo or drill directory"));
  EXPECT_TRUE(pids_of("desk").empty());
}

TEST_F(SupervisorTest, AFrontsChannelIsGivenToNobodyOutsideADemo) {
  options_.owned_front = true;
  serve();
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("no demo or drill directory"));
}

TEST_F(SupervisorTest, UsersOfTheirOwn) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  options_.same_user = false;
  options_.keeper_user = "daemon";
  options_.front_user = "nobody";
  options_.demo = true;
  options_.tap_path = root_ + "/tap";
  std::filesystem::create_directory(*options_.tap_path);
  behave("made-by-root");
  serve();
  ASSERT_TRUE(is_ready());
  const auto lines = starts();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[1][2], "1");
  EXPECT_EQ(lines[2][3], "65534");
  EXPECT_EQ(lines[2][4], "0");
  struct stat file{};
  ASSERT_EQ(stat((options_.data_dir + "/keeper/made-by-root").c_str(), &file), 0);
  EXPECT_EQ(file.st_uid, 1u);
  kill(supervisor_, SIGKILL);
  wait_for_end();
  EXPECT_TRUE(
      eventually([&] { return !alive(pids_of("keeper").at(0)) && !alive(pids_of("api").at(0)); }));
}

TEST_F(SupervisorTest, MissingUserIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  options_.same_user = false;
  options_.keeper_user = "no-such-user";
  serve();
  EXPECT_EQ(wait_for_end(), 1);
  EXPECT_THAT(log(), HasSubstr("no user no-such-user: script/server makes it"));
}

}  // namespace
}  // namespace bulkhead
