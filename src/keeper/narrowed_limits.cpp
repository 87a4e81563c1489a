#include "keeper/narrowed_limits.h"

#include <algorithm>

#include "base/clock.h"

namespace bulkhead {
namespace {

constexpr std::array<std::uint64_t, kHorizonCount> kHorizonMs{60'000, 3'600'000, kMsPerDay,
                                                              30 * kMsPerDay};

std::uint32_t divided(std::uint32_t number, std::uint32_t divisor, std::uint32_t least) {
  return number == 0 ? 0 : std::min(number, std::max(number / divisor, least));
}

// So many days' worth less.
std::uint32_t less_days(std::uint32_t month, std::uint32_t day, std::uint32_t days) {
  const auto gone = std::uint64_t{day} * days;
  return gone >= month ? 0 : month - static_cast<std::uint32_t>(gone);
}

}  // namespace

Narrowing narrowing_of(const LedgerFacts& facts, std::uint64_t keeper_ms) {
  Narrowing narrowing;
  if (!facts.witness.value.empty()) {
    const auto heard_ms = facts.anchored_keeper_ms;
    const auto age_ms = keeper_ms > heard_ms ? keeper_ms - heard_ms : 0;
    narrowing.divisor = age_ms >= kWitnessLostMs ? 4 : age_ms >= kWitnessLateMs ? 2 : 1;
  }
  for (const auto& one : facts.adoptions) {
    const bool started = one.keeper_ms != 0 && keeper_ms > one.keeper_ms;
    const auto age_ms = started ? keeper_ms - one.keeper_ms : 0;
    for (std::size_t i = 0; i < kHorizonCount; ++i) {
      if (age_ms >= kHorizonMs[i]) continue;
      if (i + 1 < kHorizonCount)
        narrowing.spent[i] = true;
      else
        narrowing.month_days +=
            static_cast<std::uint32_t>((one.to_ms - one.from_ms) / kMsPerDay + 1);
    }
  }
  return narrowing;
}

void narrow(Limits& limits, const Narrowing& by, std::uint32_t full_weight) {
  for (const auto column : kAllColumns) {
    const auto day = limits.of(column, Horizon::kDay);
    auto& month = limits.of(column, Horizon::kMonth);
    month = {less_days(month.customers, day.customers, by.month_days),
             less_days(month.weight, day.weight, by.month_days)};
    const bool divides = column != Column::kClearContact;
    for (const auto horizon : kAllHorizons) {
      auto& limit = limits.of(column, horizon);
      if (by.spent[static_cast<std::size_t>(horizon)]) limit = {};
      if (divides) {
        limit = {divided(limit.customers, by.divisor, 1),
                 divided(limit.weight, by.divisor, full_weight)};
      }
    }
  }
}

}  // namespace bulkhead
