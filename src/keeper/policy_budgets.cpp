#include <algorithm>
#include <bit>
#include <limits>

#include "base/clock.h"
#include "keeper/policy.h"

namespace bulkhead {
namespace {

// A policy may hold any numbers: what does not fit is the most there is, never a small remainder.
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max()
                                                : product;
}

// Whoever may see one customer may see all of that customer: less weight would refuse a reveal for
// ever.
Limit limit_of(std::uint64_t customers, std::uint16_t weight_per_customer,
               std::uint32_t full_weight) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (customers == 0) return {};
  const auto weight = std::max<std::uint64_t>(times(customers, weight_per_customer), full_weight);
  return {.customers = static_cast<std::uint32_t>(std::min(customers, kMax)),
          .weight = static_cast<std::uint32_t>(std::min(weight, kMax))};
}

// Thousandths of the full budget that somebody of this tenure has.
std::uint64_t grown_permille(const Policy& policy, Tenure tenure) {
  const std::uint64_t days_ms = policy.growth_days * kMsPerDay;
  if (tenure.grown || tenure.age_ms >= days_ms) return 1000;
  const std::uint64_t start = policy.growth_start_percent * 10u;
  return start + (1000 - start) * tenure.age_ms / days_ms;
}
std::uint64_t grown_customers(std::uint32_t customers, std::uint64_t permille) {
  return (customers * permille + 999) / 1000;
}

}  // namespace

std::uint32_t FieldWeights::sum(FieldSet fields) const {
  std::uint32_t weight = 0;
  for (auto bits = fields.bits; bits != 0; bits &= bits - 1)
    weight += of[static_cast<unsigned>(std::countr_zero(bits))];
  return weight;
}

FieldWeights field_weights(const Policy& policy) {
  FieldWeights weights;
  for (const auto& info : kFields) {
    auto& weight = weights.of[static_cast<std::size_t>(info.field)];
    switch (info.field_class) {
      case FieldClass::kBasic:
        weight = policy.weight_basic;
        break;
      case FieldClass::kPersonal:
        weight = policy.weight_personal;
        break;
      case FieldClass::kHigh:
        weight = policy.weight_high;
        break;
    }
  }
  for (const auto& item : policy.weights.items) weights.of[item.field] = item.weight;
  return weights;
}

void PeopleSum::add(const Policy& policy, Role role, Tenure tenure) {
  if (role == Role::kClient) return;
  const auto permille = grown_permille(policy, tenure);
  for (const auto column : kAllColumns) {
    hourly_[static_cast<std::size_t>(column)] +=
        grown_customers(policy.rule(role).budgets.of(column).hour, permille);
  }
}

SharedLimits shared_limits(const Policy& policy, const PeopleSum& people) {
  const auto& rule = policy.shared;
  const auto full_weight = field_weights(policy).sum(FieldSet::all());
  const std::array<std::uint64_t, kHorizonCount> tenths{rule.minute_tenths, 10, rule.day_tenths,
                                                        rule.month_tenths};
  SharedLimits shared;
  for (const auto column : kAllColumns) {
    const bool reserved = column != Column::kClearContact && column != Column::kWrite;
    for (const auto horizon : kAllHorizons) {
      std::uint64_t of_people = 0, of_all = 0;
      std::uint16_t weight = 0;
      for (const auto role : kAllRoles) {
        const auto& budget = policy.rule(role).budgets.of(column);
        of_all = std::max<std::uint64_t>(of_all, budget.customers(horizon));
        if (role != Role::kClient)
          of_people = std::max<std::uint64_t>(of_people, budget.customers(horizon));
        weight = std::max(weight, budget.weight_per_customer);
      }
      const auto team = of_people * rule.team_times;
      const auto hour_tenths =
          times(people.hourly(column), tenths[static_cast<std::size_t>(horizon)]);
      const auto house =
          std::max(of_all * rule.largest_part, times(hour_tenths, rule.house_percent) / 1000);
      const auto usable = reserved ? times(house, 100u - rule.reserved_percent) / 100 : house;
      shared.team.of(column, horizon) = limit_of(team, weight, full_weight);
      shared.house.of(column, horizon) = limit_of(usable, weight, full_weight);
      shared.face.of(column, horizon) =
          limit_of(times(usable, rule.face_percent) / 100, weight, full_weight);
      shared.largest_part.of(column, horizon) =
          limit_of(house / rule.largest_part, weight, full_weight);
      shared.team_part.of(column, horizon) =
          limit_of(team / rule.largest_part, weight, full_weight);
    }
  }
  return shared;
}

Limits own_limits(const Policy& policy, Role role, Tenure tenure, const SharedLimits& shared) {
  const auto full_weight = field_weights(policy).sum(FieldSet::all());
  const auto permille = grown_permille(policy, tenure);
  Limits limits;
  for (const auto column : kAllColumns) {
    const auto& budget = policy.rule(role).budgets.of(column);
    for (const auto horizon : kAllHorizons) {
      const auto own = limit_of(grown_customers(budget.customers(horizon), permille),
                                budget.weight_per_customer, full_weight);
      // A client is in no team.
      auto part = shared.largest_part.of(column, horizon);
      if (role != Role::kClient) {
        const auto& team = shared.team_part.of(column, horizon);
        part = {std::min(part.customers, team.customers), std::min(part.weight, team.weight)};
      }
      limits.of(column, horizon) = {std::min(own.customers, part.customers),
                                    std::min(own.weight, part.weight)};
    }
  }
  return limits;
}

}  // namespace bulkhead
