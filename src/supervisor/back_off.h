// How long a dead child waits for its next start: 100 ms, doubling to 10 s, from the beginning
// again once a child lived for a minute. It must never give up: a house that is down for good is
// worse than one that tries. Owned by supervisor.
#pragma once

#include <algorithm>
#include <cstdint>

namespace bulkhead {

inline constexpr std::uint64_t kBackOffFirstMs = 100;
inline constexpr std::uint64_t kBackOffMaxMs = 10'000;
inline constexpr std::uint64_t kBackOffForgetMs = 60'000;

class BackOff {
 public:
  // Milliseconds to wait after a child that lived for `lived_ms` has died.
  std::uint64_t after_death(std::uint64_t lived_ms) {
    if (lived_ms >= kBackOffForgetMs) next_ms_ = kBackOffFirstMs;
    const auto wait_ms = next_ms_;
    next_ms_ = std::min(next_ms_ * 2, kBackOffMaxMs);
    return wait_ms;
  }

 private:
  std::uint64_t next_ms_ = kBackOffFirstMs;
};

}  // namespace bulkhead
