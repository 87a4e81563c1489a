// Keeper time never steps: it follows CLOCK_BOOTTIME while the keeper runs and, across a restart,
// believes the wall clock only so far. Budgets, expiries and waits use it; wall time is only a
// claim (security rules, section 7). Owned by keeper.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace bulkhead {

inline constexpr std::uint64_t kTimePerStartMsMax = 3'600'000;
inline constexpr std::uint64_t kClocksApartMsMax = 30'000;

class KeeperTime {
 public:
  // `last_*` come from the newest entry (0: the ledger is empty); so much of the time that the wall
  // clock says has passed since is believed.
  KeeperTime(const Clock& clock, std::uint64_t last_keeper_ms, std::uint64_t last_wall_ms,
             std::uint64_t believed_ms_max)
      : clock_(clock), boot_at_start_ms_(clock.boot_ms()), wall_at_start_ms_(clock.wall_ms()) {
    std::uint64_t passed = wall_at_start_ms_ > last_wall_ms ? wall_at_start_ms_ - last_wall_ms : 0;
    passed = std::min(passed, believed_ms_max);
    time_lost_ms_ = last_wall_ms == 0 ? 0 : passed;
    start_ms_ = last_wall_ms == 0 ? wall_at_start_ms_ : last_keeper_ms + passed;
  }

  std::uint64_t now_ms() const { return start_ms_ + (clock_.boot_ms() - boot_at_start_ms_); }
  std::uint64_t wall_ms() const { return clock_.wall_ms(); }
  std::uint64_t time_lost_ms() const { return time_lost_ms_; }

  // How far the wall clock has stepped against boot time since the start; positive when it is
  // ahead.
  std::int64_t wall_step_ms() const {
    return static_cast<std::int64_t>(clock_.wall_ms() - wall_at_start_ms_) -
           static_cast<std::int64_t>(clock_.boot_ms() - boot_at_start_ms_);
  }

 private:
  const Clock& clock_;
  std::uint64_t boot_at_start_ms_;
  std::uint64_t wall_at_start_ms_;
  std::uint64_t start_ms_ = 0;
  std::uint64_t time_lost_ms_ = 0;
};

}  // namespace bulkhead
