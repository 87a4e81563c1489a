// A Rate counts what one session or program did within the last minute of keeper time. It must
// never let a minute hold more than the maximum, wherever that minute begins. Owned by keeper, used
// by the loop alone; it lives in memory, so a restart forgets it.
#pragma once

#include <array>
#include <cstdint>

namespace bulkhead {

class Rate {
 public:
  // Seconds until one more is within `per_minute_max` (at least 1); 0: now. Time may not fall.
  std::uint32_t wait_s(std::uint64_t now_ms, std::uint32_t per_minute_max) {
    advance(now_ms / 1000);
    std::uint32_t counted = 0;
    for (const auto count : counts_) counted += count;
    std::uint32_t wait = 0;
    while (counted >= per_minute_max) counted -= counts_[(newest_s_ + ++wait) % kSeconds];
    return wait;
  }
  void take(std::uint64_t now_ms) {
    advance(now_ms / 1000);
    ++counts_[newest_s_ % kSeconds];
  }

 private:
  // A minute and the second that is not over yet.
  static constexpr std::uint64_t kSeconds = 61;

  void advance(std::uint64_t now_s) {
    if (now_s >= newest_s_ + kSeconds) {
      counts_ = {};
      newest_s_ = now_s;
    }
    while (newest_s_ < now_s) counts_[++newest_s_ % kSeconds] = 0;
  }

  std::array<std::uint16_t, kSeconds> counts_{};
  std::uint64_t newest_s_ = 0;
};

}  // namespace bulkhead
