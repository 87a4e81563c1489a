// StartCredit remembers how much time starts of the keeper took on the wall clock's word alone, so
// that a day which the keeper lived through gives at most one more, however often it was started.
// It must never forget a start before such a day is over. Owned by keeper, part of the fold.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

#include "base/clock.h"
#include "keeper/state_codec.h"

namespace bulkhead {

inline constexpr std::uint64_t kTimePerDayMsMax = kMsPerDay;

class StartCredit {
 public:
  // A start was recorded at this keeper time, of which so much was believed.
  void started(std::uint64_t keeper_ms, std::uint64_t believed_ms) {
    believed_ms_ += believed_ms;
    const auto hour = lived_hour(keeper_ms);
    std::erase_if(by_hour_, [&](const auto& one) { return one.first + kHoursKept <= hour; });
    if (believed_ms > 0) by_hour_[hour] += believed_ms;
  }

  // What the next start may believe when the newest entry has this keeper time.
  std::uint64_t left_ms(std::uint64_t keeper_ms) const {
    const auto hour = lived_hour(keeper_ms);
    std::uint64_t used = 0;
    for (const auto& [then, believed_ms] : by_hour_) {
      if (then + kHoursKept > hour) used += believed_ms;
    }
    return used < kTimePerDayMsMax ? kTimePerDayMsMax - used : 0;
  }

  FOLDED_MEMBERS(believed_ms_, by_hour_)

 private:
  static constexpr std::uint64_t kMsPerHour = 3'600'000;
  static constexpr std::uint64_t kHoursKept = 25;  // a day and the hour that is not over yet

  // Keeper time without what was only believed.
  std::uint64_t lived_hour(std::uint64_t keeper_ms) const {
    return (keeper_ms - std::min(keeper_ms, believed_ms_)) / kMsPerHour;
  }

  std::uint64_t believed_ms_ = 0;                   // in all
  std::map<std::uint64_t, std::uint64_t> by_hour_;  // lived hour -> believed in it
};

}  // namespace bulkhead
