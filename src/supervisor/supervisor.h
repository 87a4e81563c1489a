// The loop of `bulkhead serve`: one thread, one poll, every rule about starting, restarting and
// stopping. It must never leave a front running without the keeper it was started with, nor give up
// once everything has answered. Owned by supervisor.
#pragma once

#include <vector>

#include "base/clock.h"
#include "supervisor/front_process.h"
#include "supervisor/keeper_process.h"
#include "supervisor/setup.h"

namespace bulkhead {

inline constexpr std::uint64_t kFrontStopMsMax = 3'000;  // then a front is killed
inline constexpr std::uint64_t kDrainMsMax = 10'000;     // then the keeper is killed
inline constexpr int kAdminConnectionsPerTurnMax = 16;

class Supervisor {
 public:
  Supervisor(Setup setup, Descriptor signals, const Clock& clock);
  int run();

 private:
  enum class Phase { kRunning, kStoppingFronts, kDraining, kDone };

  void wait();
  std::uint64_t next_deadline_ms() const;
  void read_signals();
  void read_keeper();
  void keeper_is_ready();
  void accept_channels(int listener, Face face);
  void reap();
  void keeper_ended(int status);
  void front_ended(FrontProcess& front, int status);
  void act_on_time();
  void keep_running();
  void stop_fronts(std::uint64_t grace_ms);
  void kill_late_children();
  void begin_stop();
  void refuse();
  void continue_stop();
  void begin_drain();
  void tell_when_ready();
  bool any_front_alive() const;
  std::uint64_t now_ms() const { return clock_.boot_ms(); }

  Setup setup_;
  Descriptor signals_;
  const Clock& clock_;
  KeeperProcess keeper_;
  std::vector<FrontProcess> fronts_;
  Phase phase_ = Phase::kRunning;
  bool came_up_ = false;  // everything answered once: from then on the dead are restarted
  bool told_ready_ = false;
  int exit_code_ = 0;
  std::uint64_t fronts_killed_at_ms_ = 0;  // 0: no front is being stopped
  std::uint64_t keeper_killed_at_ms_ = 0;  // 0: the keeper is not being stopped
};

}  // namespace bulkhead
