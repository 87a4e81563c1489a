#include "supervisor/test_house.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "supervisor/pid_file.h"

namespace bulkhead {

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

void SupervisorTest::SetUp() {
  std::string name = (std::filesystem::temp_directory_path() / "serve-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  root_ = name;
  chmod(root_.c_str(), 0755);
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  std::filesystem::create_directory(root_ + "/programs");
  std::filesystem::create_symlink(self, root_ + "/programs/bulkhead-keeper");
  std::filesystem::create_symlink(self, root_ + "/programs/bulkhead-front");
  options_.data_dir = root_ + "/data";
  options_.key_file = root_ + "/root.key";
  options_.program_folder = root_ + "/programs";
  options_.desk_port = options_.api_port = options_.plain_port = 0;
  options_.same_user = true;
  std::ofstream(options_.key_file) << "K";
  chmod(options_.key_file.c_str(), 0600);
}

void SupervisorTest::TearDown() {
  if (supervisor_ > 0) {
    kill(supervisor_, SIGKILL);
    waitpid(supervisor_, nullptr, 0);
  }
  if (HasFailure()) std::cerr << log();
  std::filesystem::remove_all(root_);
}

void SupervisorTest::behave(const std::string& how) {
  std::filesystem::create_directories(options_.data_dir + "/keeper");
  std::ofstream(options_.data_dir + "/keeper/" + how) << "x";
}

void SupervisorTest::serve() {
  supervisor_ = fork();
  ASSERT_GE(supervisor_, 0);
  if (supervisor_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (freopen((root_ + "/log").c_str(), "a", stderr) == nullptr) _exit(1);
  _exit(run_supervisor(options_));
}

bool SupervisorTest::is_ready() const {
  return eventually(
      [&] { return std::filesystem::exists(DataPaths(options_.data_dir).ready_file()); });
}

int SupervisorTest::wait_for_end() {
  int status = 0;
  waitpid(supervisor_, &status, 0);
  supervisor_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int SupervisorTest::stop() {
  kill(supervisor_, SIGTERM);
  return wait_for_end();
}

int SupervisorTest::port(const std::string& name) const {
  std::ifstream file(DataPaths(options_.data_dir).ports_file());
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto at = text.find("\"" + name + "\":");
  return at == std::string::npos ? 0 : std::stoi(text.substr(at + name.size() + 3));
}

std::vector<std::vector<std::string>> SupervisorTest::starts() const {
  std::ifstream file(options_.data_dir + "/keeper/starts");
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    lines.emplace_back(std::istream_iterator<std::string>(words),
                       std::istream_iterator<std::string>());
  }
  return lines;
}

std::vector<pid_t> SupervisorTest::pids_of(const std::string& kind) const {
  std::vector<pid_t> pids;
  for (const auto& line : starts()) {
    if (line.at(0) == kind) pids.push_back(std::stoi(line.at(1)));
    if (line.at(0) == "front" && line.at(1) == kind) pids.push_back(std::stoi(line.at(2)));
  }
  return pids;
}

std::string SupervisorTest::log() const {
  std::ifstream file(root_ + "/log");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace bulkhead
