// What is left of the limits when the witness has not been heard of, and after entries were lost:
// nobody may profit from either. It must never widen a limit, nor let a lost witness close the
// house. Owned by keeper.
#pragma once

#include <array>

#include "keeper/ledger_facts.h"
#include "keeper/policy.h"

namespace bulkhead {

inline constexpr std::uint64_t kWitnessLateMs = 3'600'000;       // then budgets halve
inline constexpr std::uint64_t kWitnessLostMs = 24 * 3'600'000;  // then they quarter

struct Narrowing {
  std::uint32_t divisor = 1;  // of budgets without contact
  // Of lost entries nobody knows what they disclosed. A minute, an hour and a day into which they
  // reach count as spent; a month as spent by a day's budget for each day of the loss.
  std::array<bool, kHorizonCount> spent{};
  std::uint32_t month_days = 0;
};

Narrowing narrowing_of(const LedgerFacts& facts, std::uint64_t keeper_ms);
// `full_weight`: of all fields of one customer, below which nothing could be shown.
void narrow(Limits& limits, const Narrowing& by, std::uint32_t full_weight);

}  // namespace bulkhead
