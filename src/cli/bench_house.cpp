#include "cli/bench_house.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/clock.h"
#include "cli/make_directory.h"
#include "supervisor/pid_file.h"
#include "supervisor/serve.h"
#include "wire/control_messages.h"
#include "wire/descriptor.h"
#include "wire/front_messages.h"

namespace bulkhead::cli {
namespace {

constexpr useconds_t kLookEveryUs = 50'000;

template <class Message>
Bytes control_frame(const Message& message, std::uint64_t request) {
  Bytes bytes;
  wire::put_frame(bytes, {static_cast<std::uint16_t>(Message::kOp), request, {}},
                  wire::encode(message));
  return bytes;
}

struct Pair {
  Descriptor ours, theirs;
};
Result<Pair> socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorCode::kIo, "no channel could be made");
  return Pair{Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace

BenchHouse::Folder::~Folder() {
  std::error_code error;
  if (!path.empty()) std::filesystem::remove_all(path, error);
}

Result<BenchHouse> BenchHouse::create(const std::string& parent) {
  BenchHouse house;
  auto path = parent + "/bulkhead-bench-XXXXXX";
  if (mkdtemp(path.data()) == nullptr)
    return fail(ErrorCode::kIo, "no folder for the bench could be made; see --dir");
  house.folder_.path = path;
  // The keeper's user must be able to walk through.
  chmod(path.c_str(), keeper_user() ? 0755 : 0700);
  house.places_ = {.data = path + "/data", .key = path + "/key/root.key"};
  TRY(make_directory({.places = house.places_, .kind = DirectoryKind::kDrill, .origin = {}}));
  return house;
}

BenchHouse::~BenchHouse() = default;

Status BenchHouse::start_keeper() {
  auto pair = TRY(socket_pair());
  const Descriptor key(open(places_.key.c_str(), O_RDONLY | O_CLOEXEC));
  if (!key) return fail(ErrorCode::kIo, "the bench's root key cannot be opened");
  auto child = TRY(
      HelperChild::start({"--data", keeper_folder(places_), "--key-fd", std::to_string(key.get()),
                          "--control-fd", std::to_string(pair.theirs.get())},
                         {key.get(), pair.theirs.get()}, keeper_user()));
  child_.emplace(std::move(child));
  control_ = std::move(pair.ours);
  reader_ = wire::FrameReader();
  return wait_for(wire::Op::kKeeperReady);
}

Status BenchHouse::wait_for(wire::Op op) {
  std::array<std::uint8_t, 4096> buffer;
  for (;;) {
    const auto frame = TRY(reader_.next());
    if (frame) {
      if (static_cast<wire::Op>(frame->head.op) == op) return {};
      return fail(ErrorCode::kMalformed, "the keeper said something else than was asked");
    }
    pollfd waiting{.fd = control_.get(), .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, kReadyWaitSMax * 1000) != 1)
      return fail(ErrorCode::kUnavailable, "the keeper does not answer");
    const auto got = recv(control_.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return fail(ErrorCode::kUnavailable, "the keeper ended");
    reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
  }
}

Result<Descriptor> BenchHouse::channel(Face face) {
  auto pair = TRY(socket_pair());
  const wire::NewChannel message{
      .face = face, .uid = geteuid(), .pid = static_cast<std::uint32_t>(getpid())};
  TRY_STATUS(
      wire::send_with_descriptor(control_.get(), control_frame(message, 0), pair.theirs.get()));
  return std::move(pair.ours);
}

Result<AdminConnection> BenchHouse::operator_connection() {
  if (!control_) return AdminConnection::open(places_.data);
  auto admin = TRY(channel(Face::kAdmin));
  return AdminConnection::over(std::move(admin));
}

Status BenchHouse::drain_keeper() {
  TRY_STATUS(wire::send_with_descriptor(control_.get(), control_frame(wire::Drain{}, 1), -1));
  TRY_STATUS(wait_for(wire::Op::kDrain));
  const bool well = child_->wait();
  child_.reset();
  control_.reset();
  if (!well) return fail(ErrorCode::kUnavailable, "the keeper did not end well");
  return {};
}

Status BenchHouse::start_serving() {
  const Descriptor log(
      open((folder_.path + "/serve.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  std::vector<std::string> arguments{"serve",     "--data",       places_.data, "--key",
                                     places_.key, "--desk-port",  "0",          "--api-port",
                                     "0",         "--plain-port", "0"};
  if (geteuid() == 0 && !keeper_user()) arguments.emplace_back("--same-user");
  auto child = TRY(HelperChild::start_self(arguments, log.get()));
  child_.emplace(std::move(child));
  const SystemClock clock;
  const auto deadline_ms = clock.boot_ms() + kReadyWaitSMax * 1000ull;
  while (access(DataPaths(places_.data).ready_file().c_str(), F_OK) != 0) {
    if (!child_->alive() || clock.boot_ms() > deadline_ms) {
      return fail(ErrorCode::kUnavailable, "the bench's fronts did not start");
    }
    usleep(kLookEveryUs);
  }
  return {};
}

Status BenchHouse::stop_serving() {
  TRY_STATUS(stop_supervisor(places_.data));
  const bool well = child_->wait();
  child_.reset();
  if (!well) return fail(ErrorCode::kUnavailable, "the bench's supervisor did not end well");
  return {};
}

}  // namespace bulkhead::cli
