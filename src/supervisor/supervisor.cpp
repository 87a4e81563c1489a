#include "supervisor/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>

#include "base/log.h"
#include "confine/escape.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kNever = ~std::uint64_t{0};

bool escaped(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == kExitEscapeSucceeded;
}

}  // namespace

Supervisor::Supervisor(Setup setup, Descriptor signals, const Clock& clock)
    : setup_(std::move(setup)), signals_(std::move(signals)), clock_(clock) {
  fronts_.emplace_back("desk", Face::kDesk);
  fronts_.emplace_back("api", Face::kApi);
}

// Every step looks for itself whether there is something to do, so the order of events never
// matters.
int Supervisor::run() {
  act_on_time();
  while (phase_ != Phase::kDone) {
    wait();
    read_signals();
    read_keeper();
    reap();
    accept_channels(setup_.admin.get(), Face::kAdmin);
    if (setup_.owned_front) accept_channels(setup_.owned_front.get(), Face::kDesk);
    act_on_time();
    tell_when_ready();
  }
  return exit_code_;
}

void Supervisor::wait() {
  std::vector<pollfd> watched;
  const auto watch = [&watched](int fd) {
    if (fd >= 0) watched.push_back({fd, POLLIN, 0});
  };
  watch(signals_.get());
  watch(keeper_.child.handle());
  watch(keeper_.control());
  for (const auto& front : fronts_) {
    watch(front.child.handle());
    watch(front.relay.handle());
    watch(front.report());
  }
  if (phase_ == Phase::kRunning && keeper_.ready()) {
    watch(setup_.admin.get());
    watch(setup_.owned_front.get());
  }
  const auto now = now_ms();
  const auto deadline = next_deadline_ms();
  const int timeout = deadline == kNever ? -1
                                         : static_cast<int>(std::min<std::uint64_t>(
                                               deadline > now ? deadline - now : 0, kBackOffMaxMs));
  poll(watched.data(), watched.size(), timeout);
}

std::uint64_t Supervisor::next_deadline_ms() const {
  auto deadline = kNever;
  if (fronts_killed_at_ms_ != 0) deadline = std::min(deadline, fronts_killed_at_ms_);
  if (keeper_killed_at_ms_ != 0) deadline = std::min(deadline, keeper_killed_at_ms_);
  if (phase_ != Phase::kRunning) return deadline;
  if (!keeper_.child.alive() && !any_front_alive())
    deadline = std::min(deadline, keeper_.start_at_ms);
  for (const auto& front : fronts_) {
    if (keeper_.ready() && !front.child.alive()) deadline = std::min(deadline, front.start_at_ms);
  }
  return deadline;
}

void Supervisor::read_signals() {
  signalfd_siginfo signal{};
  while (read(signals_.get(), &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
    if (phase_ == Phase::kRunning) {
      log_info("stopping");
      begin_stop();
    } else {
      // Asked twice: whoever asks will not wait.
      if (fronts_killed_at_ms_ != 0) fronts_killed_at_ms_ = now_ms();
      if (keeper_killed_at_ms_ != 0) keeper_killed_at_ms_ = now_ms();
    }
  }
}

void Supervisor::read_keeper() {
  for (;;) {
    switch (keeper_.read_control()) {
      case KeeperProcess::News::kNothing:
        return;
      case KeeperProcess::News::kReady:
        keeper_is_ready();
        break;
      case KeeperProcess::News::kDrained:
        log_info("the keeper has drained");
        break;
      case KeeperProcess::News::kBroken:
        log_error("the keeper said something that it may not say");
        keeper_.child.signal(SIGKILL);
        return;
      case KeeperProcess::News::kClosed:
        // Its last act, normally; one that lives on without us is of no use.
        if (keeper_killed_at_ms_ == 0) keeper_killed_at_ms_ = now_ms() + kDrainMsMax;
        return;
    }
  }
}

void Supervisor::keeper_is_ready() {
  if (phase_ != Phase::kRunning) return;
  if ((setup_.options.tap_path || setup_.owned_front) && !keeper_.is_demo()) {
    log_error("{} is no demo or drill directory: its channels are given to nobody",
              setup_.paths.data);
    return refuse();
  }
  if ((keeper_.is_demo() && !open_plain_port(setup_)) || !write_ports_file(setup_)) return refuse();
  for (auto& front : fronts_) front.start_at_ms = 0;
}

void Supervisor::accept_channels(int listener, Face face) {
  if (phase_ != Phase::kRunning || !keeper_.ready()) return;
  for (int i = 0; i < kAdminConnectionsPerTurnMax; ++i) {
    const Descriptor connection(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) return;
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) continue;
    if (peer.uid != 0 && peer.uid != getuid() && peer.uid != setup_.data_owner) {
      log_warning("user {} may not use the sockets of this data directory", peer.uid);
      continue;
    }
    const auto passed = keeper_.pass_channel({face, peer.uid, static_cast<std::uint32_t>(peer.pid)},
                                             connection.get());
    if (!passed) {
      log_error("the keeper takes no channel: {}", passed.error().context);
      keeper_.child.signal(SIGKILL);
      return;
    }
  }
}

void Supervisor::reap() {
  if (const auto status = keeper_.child.reap()) keeper_ended(*status);
  for (auto& front : fronts_) {
    if (const auto status = front.relay.reap(); status && *status != 0) {
      log_error("the tap of {} ended: {}", front.instance(), describe_end(*status));
    }
    if (const auto status = front.child.reap()) front_ended(front, *status);
  }
}

void Supervisor::keeper_ended(int status) {
  keeper_.ended(now_ms());
  keeper_killed_at_ms_ = 0;
  if (phase_ != Phase::kRunning) {
    if (status != 0) {
      log_error("the keeper ended without a clean shutdown: {}", describe_end(status));
      exit_code_ = 1;
    }
    return;
  }
  log_error("the keeper ended: {}", describe_end(status));
  if (!came_up_) {
    log_error("Bulkhead does not start: the keeper's own words stand above");
    return refuse();
  }
  stop_fronts(kFrontStopMsMax);
}

void Supervisor::front_ended(FrontProcess& front, int status) {
  front.ended(now_ms());
  if (!any_front_alive()) fronts_killed_at_ms_ = 0;
  if (escaped(status)) {
    std::string what;
    for (const auto& success : front.escapes()) what += (what.empty() ? "" : ", ") + success;
    if (what.empty()) what = "escape its confinement";
    log_error("Bulkhead does not run: a process like front {} could {}", front.instance(), what);
    return refuse();
  }
  if (phase_ != Phase::kRunning || !keeper_.child.alive()) return;
  log_error("front {} ended: {}", front.instance(), describe_end(status));
  if (!came_up_) {
    log_error("Bulkhead does not start: front {}'s own words stand above", front.instance());
    refuse();
  }
}

void Supervisor::act_on_time() {
  kill_late_children();
  if (phase_ == Phase::kRunning) keep_running();
  if (phase_ != Phase::kRunning) continue_stop();
}

void Supervisor::keep_running() {
  const auto now = now_ms();
  if (!keeper_.child.alive() && !any_front_alive() && now >= keeper_.start_at_ms) {
    if (const auto started = keeper_.start(setup_, now); !started) {
      log_error("the keeper cannot be started: {}", started.error().context);
      if (!came_up_) return refuse();
      keeper_.ended(now);
    }
  }
  if (!keeper_.ready()) return;
  for (auto& front : fronts_) {
    if (front.child.alive() || front.relay.alive() || now < front.start_at_ms) continue;
    const auto started = front.start(setup_, keeper_, now);
    if (started) continue;
    log_error("front {} cannot be started: {}", front.instance(), started.error().context);
    // A keeper that takes no channel is dead or stuck: its end takes the fronts down and starts
    // everything again.
    if (started.error().code == ErrorCode::kUnavailable) return keeper_.child.signal(SIGKILL);
    if (!came_up_) return refuse();
    front.ended(now);
  }
}

void Supervisor::stop_fronts(std::uint64_t grace_ms) {
  for (auto& front : fronts_) front.child.signal(SIGTERM);
  fronts_killed_at_ms_ = any_front_alive() ? now_ms() + grace_ms : 0;
}

void Supervisor::kill_late_children() {
  const auto now = now_ms();
  if (fronts_killed_at_ms_ != 0 && now >= fronts_killed_at_ms_) {
    for (auto& front : fronts_) {
      front.child.signal(SIGKILL);
      front.relay.signal(SIGKILL);
    }
    fronts_killed_at_ms_ = 0;
  }
  if (keeper_killed_at_ms_ != 0 && now >= keeper_killed_at_ms_) {
    log_error("the keeper did not stop in time and is killed");
    keeper_.child.signal(SIGKILL);
    keeper_killed_at_ms_ = 0;
  }
}

void Supervisor::begin_stop() {
  phase_ = Phase::kStoppingFronts;
  remove_signs(setup_);
  setup_.admin.reset();
  // Fronts first: they stop accepting and finish what they began while the keeper still answers.
  stop_fronts(kFrontStopMsMax);
}

void Supervisor::refuse() {
  exit_code_ = 1;
  if (phase_ == Phase::kRunning) begin_stop();
}

void Supervisor::continue_stop() {
  if (phase_ == Phase::kStoppingFronts && !any_front_alive()) begin_drain();
  if (phase_ == Phase::kDraining && !keeper_.child.alive()) phase_ = Phase::kDone;
}

void Supervisor::begin_drain() {
  phase_ = Phase::kDraining;
  if (!keeper_.child.alive()) return;
  keeper_killed_at_ms_ = now_ms() + kDrainMsMax;
  // One that is not ready yet has nothing in flight.
  if (!keeper_.ready() || !keeper_.ask_to_drain()) keeper_.child.signal(SIGTERM);
}

void Supervisor::tell_when_ready() {
  const bool all = phase_ == Phase::kRunning && keeper_.ready() &&
                   std::all_of(fronts_.begin(), fronts_.end(), [](FrontProcess& front) {
                     return front.child.alive() && front.answers();
                   });
  if (all == told_ready_) return;
  told_ready_ = all;
  const auto path = setup_.paths.ready_file();
  if (!all) {
    unlink(path.c_str());
    return;
  }
  came_up_ = true;
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file) log_warning("{} cannot be written", path);
  log_info("ready");
}

bool Supervisor::any_front_alive() const {
  return std::any_of(fronts_.begin(), fronts_.end(), [](const FrontProcess& front) {
    return front.child.alive() || front.relay.alive();
  });
}

}  // namespace bulkhead
