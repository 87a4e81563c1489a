#include "supervisor/front_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/log.h"
#include "supervisor/escape_plan.h"
#include "supervisor/relay.h"

namespace bulkhead {
namespace {

struct Pair {
  Descriptor first, second;
};

Result<Pair> make_channel() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorCode::kIo, "no channel");
  return Pair{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<Descriptor> open_for_child(const std::string& path) {
  // Opened anew for each start: children must not share a read position.
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    log_error("{} cannot be opened", path);
    return fail(ErrorCode::kIo, "a file for a front cannot be opened");
  }
  return file;
}

}  // namespace

Status FrontProcess::start(const Setup& setup, KeeperProcess& keeper, std::uint64_t now_ms) {
  started_ms_ = now_ms;
  ++starts_;
  auto channel = TRY(make_channel());
  if (setup.options.tap_path) channel.second = TRY(tapped(setup, std::move(channel.second)));
  const auto certificate = TRY(open_for_child(setup.paths.certificate()));
  const auto key = TRY(open_for_child(setup.paths.certificate_key()));
  Descriptor pages;
  if (face_ == Face::kDesk && !setup.pages.empty()) pages = TRY(open_for_child(setup.pages));
  int report[2];
  if (pipe2(report, O_CLOEXEC | O_NONBLOCK) != 0) return fail(ErrorCode::kIo, "no pipe");
  report_.reset(report[0]);
  answers_ = false;
  const Descriptor childs_report(report[1]);
  targets_ = TRY(make_targets_file(escape_targets_of(setup, keeper.child.pid())));

  ChildPlan plan;
  plan.program = setup.front_program.get();
  plan.name = "bulkhead-front";
  const auto host = instance_ + ".localhost:" + std::to_string(listener(setup).port);
  plan.arguments = {"--instance", instance_, "--host", host};
  plan.descriptors = {{"--keeper-fd", channel.second.get()},
                      {"--listen-fd", listener(setup).socket.get()}};
  if (face_ == Face::kDesk && setup.plain)
    plan.descriptors.emplace_back("--plain-fd", setup.plain->socket.get());
  plan.descriptors.emplace_back("--cert-fd", certificate.get());
  plan.descriptors.emplace_back("--key-fd", key.get());
  if (pages) plan.descriptors.emplace_back("--pages-fd", pages.get());
  plan.descriptors.emplace_back("--escape-targets-fd", targets_.get());
  plan.descriptors.emplace_back("--report-fd", childs_report.get());
  plan.user = setup.users.front;
  child = TRY(start_program(plan));
  const auto uid = setup.users.front ? setup.users.front->uid : getuid();
  TRY_STATUS(keeper.pass_channel({face_, uid, static_cast<std::uint32_t>(child.pid())},
                                 channel.first.get()));
  return {};
}

// Puts the relay between: it keeps `keeper_side`, and what is returned is the front's end.
Result<Descriptor> FrontProcess::tapped(const Setup& setup, Descriptor keeper_side) {
  const auto name = "tap-" + instance_ + "-" + std::to_string(starts_) + ".bin";
  const auto path = *setup.options.tap_path + "/" + name;
  const Descriptor tap(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!tap) {
    log_error("the tap {} cannot be written", path);
    return fail(ErrorCode::kIo, "the tap cannot be written");
  }
  auto channel = TRY(make_channel());
  const int keeper_end = keeper_side.get(), front_end = channel.first.get(), file = tap.get();
  relay = TRY(start_function("bulkhead-tap", setup.users.front, {keeper_end, front_end, file},
                             [keeper_end, front_end, file] {
                               // Nothing but its three descriptors is the relay's business.
                               if (const auto shut_in = confine({}); !shut_in) return 1;
                               return run_relay(keeper_end, front_end, file);
                             }));
  return std::move(channel.second);
}

void FrontProcess::ended(std::uint64_t now_ms) {
  start_at_ms = now_ms + back_off_.after_death(now_ms - started_ms_);
}

std::vector<std::string> FrontProcess::escapes() const {
  return read_escape_successes(targets_.get());
}

bool FrontProcess::answers() {
  if (!answers_ && report_) {
    std::array<char, 64> line;
    const auto got = read(report_.get(), line.data(), line.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    // Nothing but an end means that it died first.
    answers_ = got > 0;
    report_.reset();
  }
  return answers_;
}

}  // namespace bulkhead
