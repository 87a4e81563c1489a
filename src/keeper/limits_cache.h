// The limits in force for each principal and for what they share, made anew when staff or policy
// changes and once a minute of keeper time, since budgets grow with tenure. It must never answer
// limits wider than policy gives. Owned by keeper, used by the loop alone.
#pragma once

#include <array>
#include <unordered_map>

#include "keeper/narrowed_limits.h"
#include "keeper/state.h"

namespace bulkhead {

inline constexpr std::uint64_t kLimitsAgeMsMax = 60'000;

// One per holder of the list that State::holders_of gives, in its order.
struct LimitList {
  std::array<const Limits*, kHolderCount> limits{};
  std::size_t size = 0;
  std::span<const Limits* const> all() const { return {limits.data(), size}; }
};

class LimitsCache {
 public:
  // `grown`: everybody has the whole budget of their role, however new; `spends_losses` off: what
  // was lost before an adoption counts as not spent. Both for drills alone.
  explicit LimitsCache(bool grown = false, bool spends_losses = true)
      : grown_(grown), spends_losses_(spends_losses) {}

  LimitList of(const State& state, PrincipalNumber principal, Face face, std::uint64_t now_ms);
  const Limits& own(const State& state, PrincipalNumber principal, std::uint64_t now_ms);
  void forget() { made_ms_ = 0; }

 private:
  Tenure tenure_of(const Principal& principal, std::uint64_t now_ms) const;
  void renew(const State& state, std::uint64_t now_ms);

  bool grown_;
  bool spends_losses_;
  Narrowing narrowing_;
  std::uint32_t full_weight_ = 0;
  std::uint64_t made_ms_ = 0;
  SharedLimits shared_;
  std::unordered_map<std::uint32_t, Limits> own_;
};

}  // namespace bulkhead
