#include "drills/house.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "cli/run_keeper.h"
#include "drills/caller.h"
#include "ledger/note.h"
#include "supervisor/serve.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStartPatience{90};
constexpr std::chrono::seconds kStopPatience{30};
constexpr std::chrono::seconds kCheckpointPatience{30};
constexpr std::chrono::milliseconds kLook{10};

std::vector<std::string> serve_words(const std::string& folder, const std::string& tap,
                                     const std::string& without, std::uint32_t clock_ahead_s) {
  std::vector<std::string> words{"bulkhead",
                                 "serve",
                                 "--demo",
                                 "--data",
                                 folder + "/data",
                                 "--key",
                                 folder + "/key/root.key",
                                 "--desk-port",
                                 "0",
                                 "--api-port",
                                 "0",
                                 "--plain-port",
                                 "0",
                                 "--tap",
                                 tap,
                                 "--owned-front"};  // for the drill that is one
  if (clock_ahead_s > 0) {
    words.emplace_back("--clock-ahead");
    words.push_back(std::to_string(clock_ahead_s));
  }
  if (!without.empty() && !played_by_runner(without)) {
    words.emplace_back("--without");
    words.push_back(without);
  }
  if (geteuid() == 0 && !cli::keeper_user()) words.emplace_back("--same-user");
  return words;
}

bool exists(const std::string& path) {
  std::error_code error;
  return files::exists(path, error);
}

// Between fork and exec nothing may allocate, so everything is made before.
pid_t run_self(std::vector<std::string> words, const std::string& log) {
  std::error_code error;
  const auto self = files::read_symlink("/proc/self/exe", error).string();
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(1);
  execv(self.c_str(), arguments.data());
  _exit(127);
}

std::uint16_t port_in(const boost::json::object& ports, std::string_view name) {
  boost::json::error_code error;
  const auto* const value = ports.if_contains(name);
  const auto port = value == nullptr ? std::uint16_t{0} : value->to_number<std::uint16_t>(error);
  return error ? std::uint16_t{0} : port;
}

}  // namespace

std::string honest_address(unsigned agent) { return fmt::format("127.0.1.{}", 10 + agent); }

std::string insider_address(unsigned agent) { return fmt::format("127.0.5.{}", 10 + agent); }

Result<std::string> read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, "a file of the drill cannot be read");
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

Result<std::unique_ptr<House>> House::start(const Stage& stage, const std::string& name,
                                            const std::string& without, const std::string& from) {
  std::unique_ptr<House> house(new House(stage.folder + "/" + name));
  house->keep_ = stage.keep;
  std::error_code error;
  if (house->folder_ != stage.folder + "/" + from) {
    files::copy(stage.folder + "/" + from, house->folder_, files::copy_options::recursive, error);
    if (error) return fail(ErrorCode::kIo, "the drill's directory cannot be copied");
  } else {
    house->keep_ = true;
  }
  TRY_STATUS(house->spawn(without));
  TRY_STATUS(house->wait_until_ready());
  return house;
}

House::~House() {
  (void)stop();
  std::error_code error;
  if (!keep_) files::remove_all(folder_, error);
}

Status House::restart(const std::string& without, std::uint32_t clock_ahead_s) {
  TRY_STATUS(stop());
  TRY_STATUS(spawn(without, clock_ahead_s));
  return wait_until_ready();
}

Status House::move_clock(std::uint64_t forward_ms) const {
  auto connection = TRY(admin());
  return TRY(connection.call<wire::Done>(wire::MoveClock{forward_ms})), Status();
}

Result<pid_t> House::keeper() const {
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid_));
  for (pid_t child = 0; children >> child;) {
    std::ifstream name(fmt::format("/proc/{}/comm", child));
    std::string word;
    if (name >> word && word == "bulkhead-keeper") return child;
  }
  return fail(ErrorCode::kNotFound, "the house has no keeper");
}

Status House::spawn(const std::string& without, std::uint32_t clock_ahead_s) {
  const auto tap = fmt::format("{}/tap-{}", folder_, ++starts_);
  std::error_code error;
  files::create_directories(tap, error);
  if (error) return fail(ErrorCode::kIo, "the drill's folder cannot be made");
  auto words = serve_words(folder_, tap, without, clock_ahead_s);
  words.insert(words.end(), words_.begin(), words_.end());
  pid_ = run_self(std::move(words), folder_ + "/serve.log");
  if (pid_ > 0) return {};
  pid_ = 0;
  return fail(ErrorCode::kIo, "no process could be made");
}

Status House::wait_until_ready() {
  const DataPaths paths(data());
  const auto until = Clock::now() + kStartPatience;
  std::error_code error;
  while (!files::exists(paths.ready_file(), error)) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      keep_ = true;  // its log says why
      return fail(ErrorCode::kUnavailable,
                  "the house did not start; serve.log in its folder says why");
    }
    if (Clock::now() > until)
      return fail(ErrorCode::kUnavailable, "the house did not start in time");
    std::this_thread::sleep_for(kLook);
  }
  certificate_ = TRY(read_whole(paths.certificate()));
  const auto ports = boost::json::parse(TRY(read_whole(paths.ports_file())), error);
  if (error || !ports.is_object()) return fail(ErrorCode::kMalformed, "ports.json is broken");
  desk_port_ = port_in(ports.get_object(), "desk");
  api_port_ = port_in(ports.get_object(), "api");
  return {};
}

Status House::stop() {
  if (pid_ == 0) return {};
  kill(pid_, SIGTERM);
  const auto until = Clock::now() + kStopPatience;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() > until) {
      kill(pid_, SIGKILL);
      waitpid(pid_, &status, 0);
      pid_ = 0;
      return fail(ErrorCode::kUnavailable, "the house did not stop in time");
    }
    std::this_thread::sleep_for(kLook);
  }
  pid_ = 0;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    keep_ = true;
    return fail(ErrorCode::kUnavailable,
                "the house did not stop cleanly; serve.log in its folder says why");
  }
  return {};
}

client::ServerAddress House::address(Face face, const std::string& from) const {
  client::ServerAddress address;
  address.host = fmt::format("{}.localhost", name_of(face));
  address.port = face == Face::kDesk ? desk_port_ : api_port_;
  if (const auto pin = client::certificate_fingerprint(certificate_))
    address.pinned_certificate = *pin;
  address.local_address = from;
  address.patience = std::chrono::milliseconds(60'000);
  return address;
}

Result<std::string> House::code_of(const std::string& name) const {
  auto connection = TRY(admin());
  return TRY(connection.call<wire::DemoCodeAnswer>(wire::DemoCode{.name = {name}})).code.value;
}

Status House::sign_in(client::Client& client, const Stage& stage, const std::string& name) const {
  const auto* const known = stage.sign_ins.find(name);
  if (known == nullptr)
    return fail(ErrorCode::kNotFound, "a member of the demo's staff is missing");
  return client.sign_in(name, known->password, TRY(code_of(name)));
}

Result<Outsider> House::outsider(const Stage& stage) const {
  auto connection = TRY(admin());
  auto status = TRY(connection.call<wire::StatusAnswer>(wire::StatusQuery{}));
  const auto wanted = status.ledger_size;
  for (const auto until = Clock::now() + kCheckpointPatience; status.checkpoint_size < wanted;) {
    if (Clock::now() > until) return fail(ErrorCode::kUnavailable, "the checkpoint stays behind");
    std::this_thread::sleep_for(kLook);
    status = TRY(connection.call<wire::StatusAnswer>(wire::StatusQuery{}));
  }
  const auto verifier = TRY(
      NoteVerifier::create(status.origin.value, NoteKeyType::kEd25519, status.ledger_public_key));
  Caller auditor(address(Face::kApi, kAuditorAddress));
  auto served = auditor.ask_bare("GET", "/api/v1/ledger/checkpoint",
                                 "Authorization: Bearer " + stage.auditor_token + "\r\n");
  if (!served.ok()) return fail(ErrorCode::kRefused, "the auditor is not given the checkpoint");
  return Outsider{verifier.text(), std::move(served.body)};
}

std::vector<std::string> House::tap_files(Face face) const {
  std::vector<std::string> found;
  for (unsigned start = 1; start <= starts_; ++start) {
    for (unsigned front = 1;; ++front) {
      auto path = fmt::format("{}/tap-{}/tap-{}-{}.bin", folder_, start, name_of(face), front);
      if (!exists(path)) break;
      found.push_back(std::move(path));
    }
  }
  return found;
}

}  // namespace bulkhead::drills
