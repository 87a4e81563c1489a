// AnchorGate bounds what handing in cosigned checkpoints may cost: signatures checked and entries
// written. It must never stand in the way of a witness that signs once a minute. Owned by keeper,
// used by the loop alone.
#pragma once

#include <cstdint>

namespace bulkhead {

inline constexpr std::uint64_t kAnchorIntervalMs = 10'000;  // between two that are recorded
inline constexpr std::uint32_t kBadAnchorsPerMinuteMax = 10;

class AnchorGate {
 public:
  // Seconds until the next one is looked at; 0: now.
  std::uint32_t wait_s(std::uint64_t now_ms) {
    if (now_ms >= minute_ms_ + 60'000) {
      minute_ms_ = now_ms;
      bad_ = 0;
    }
    if (bad_ >= kBadAnchorsPerMinuteMax) return seconds_until(minute_ms_ + 60'000, now_ms);
    if (taken_ms_ != 0 && now_ms < taken_ms_ + kAnchorIntervalMs)
      return seconds_until(taken_ms_ + kAnchorIntervalMs, now_ms);
    return 0;
  }
  void refused() { ++bad_; }
  void taken(std::uint64_t now_ms) { taken_ms_ = now_ms; }

 private:
  static std::uint32_t seconds_until(std::uint64_t at_ms, std::uint64_t now_ms) {
    return static_cast<std::uint32_t>((at_ms - now_ms + 999) / 1000);
  }
  std::uint64_t minute_ms_ = 0;
  std::uint64_t taken_ms_ = 0;
  std::uint32_t bad_ = 0;
};

}  // namespace bulkhead
