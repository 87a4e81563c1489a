// How often programs may sign in: so many a minute in all, right or wrong, and each one so many.
// Strangers must never use up what is kept for programs at their own network, nor lock one out
// whose secret they do not have. Owned by keeper, used by the loop alone.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/ids.h"
#include "keeper/rate.h"

namespace bulkhead {

inline constexpr std::uint32_t kClientSignInsPerMinuteMax = 600;
// Of those, by a name that is no program's or from another network than the program's own.
inline constexpr std::uint32_t kStrangersClientSignInsPerMinuteMax = 450;
inline constexpr std::uint32_t kSignInsOfOneClientPerMinuteMax = 60;

class ClientSignIns {
 public:
  // Seconds until another try may be looked at; 0: now, and it is counted.
  std::uint32_t try_one(bool at_home, std::uint64_t now_ms) {
    const auto max = at_home ? kClientSignInsPerMinuteMax : kStrangersClientSignInsPerMinuteMax;
    const auto wait_s = all_.wait_s(now_ms, max);
    if (wait_s == 0) all_.take(now_ms);
    return wait_s;
  }
  // The same for one that showed its secret.
  std::uint32_t let_in(PrincipalNumber client, std::uint64_t now_ms) {
    auto& own = own_[client.value];
    const auto wait_s = own.wait_s(now_ms, kSignInsOfOneClientPerMinuteMax);
    if (wait_s == 0) own.take(now_ms);
    return wait_s;
  }

 private:
  Rate all_;
  std::unordered_map<std::uint32_t, Rate> own_;
};

}  // namespace bulkhead
