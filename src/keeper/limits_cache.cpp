#include "keeper/limits_cache.h"

namespace bulkhead {

Tenure LimitsCache::tenure_of(const Principal& principal, std::uint64_t now_ms) const {
  return {now_ms > principal.since_ms ? now_ms - principal.since_ms : 0,
          grown_ || principal.facts.grown};
}

void LimitsCache::renew(const State& state, std::uint64_t now_ms) {
  if (made_ms_ != 0 && now_ms < made_ms_ + kLimitsAgeMsMax) return;
  PeopleSum people;
  for (const auto& [number, principal] : state.principals()) {
    const bool is_person =
        principal.facts.role != Role::kClient && principal.facts.role != Role::kAuditor;
    if (is_person && !principal.facts.disabled) {
      people.add(state.policy(), principal.facts.role, tenure_of(principal, now_ms));
    }
  }
  shared_ = shared_limits(state.policy(), people);
  own_.clear();
  narrowing_ = narrowing_of(state.ledger_facts(), now_ms);
  if (!spends_losses_) narrowing_ = {.divisor = narrowing_.divisor};
  full_weight_ = state.weights().sum(FieldSet::all());
  for (auto* shared : {&shared_.team, &shared_.face, &shared_.house})
    narrow(*shared, narrowing_, full_weight_);
  made_ms_ = now_ms;
}

const Limits& LimitsCache::own(const State& state, PrincipalNumber number, std::uint64_t now_ms) {
  renew(state, now_ms);
  auto [at, fresh] = own_.try_emplace(number.value);
  if (fresh) {
    const auto* principal = state.principal(number);
    if (principal != nullptr && !principal->facts.disabled &&
        principal->facts.budget_frozen_until_ms <= now_ms) {
      at->second =
          own_limits(state.policy(), principal->facts.role, tenure_of(*principal, now_ms), shared_);
      narrow(at->second, narrowing_, full_weight_);
    }
  }
  return at->second;
}

LimitList LimitsCache::of(const State& state, PrincipalNumber principal, Face face,
                          std::uint64_t now_ms) {
  LimitList list;
  own(state, principal, now_ms);  // first, since it may renew what the others point to
  for (const auto& holder : state.holders_of(principal, face).all()) {
    auto& limits = list.limits[list.size++];
    switch (holder.kind) {
      case Holder::kPerson:
      case Holder::kClient:
        limits = &own(state, principal, now_ms);
        break;
      case Holder::kTeam:
        limits = &shared_.team;
        break;
      case Holder::kFace:
        limits = &shared_.face;
        break;
      case Holder::kHouse:
        limits = &shared_.house;
        break;
    }
  }
  return list;
}

}  // namespace bulkhead
