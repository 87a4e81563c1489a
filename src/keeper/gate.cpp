#include "keeper/gate.h"

namespace bulkhead {

std::expected<CaseAccess, Reason> access_to(const State& state, PrincipalNumber who,
                                            CaseNumber number, std::uint64_t keeper_ms) {
  const auto* const row = state.find_case(number);
  const auto* const asker = state.principal(who);
  if (row == nullptr || asker == nullptr || row->state == CaseState::kClosed ||
      state.is_erased(row->customer))
    return std::unexpected(Reason::kNoGrant);
  const CaseAccess access{number, *row, row->contact};
  if (asker->facts.role == Role::kClient) {
    if (state.grant(who, number, keeper_ms) == nullptr) return std::unexpected(Reason::kNoGrant);
    return access;
  }
  if (row->assignee == who) return access;
  const auto* const assignee = state.principal(row->assignee);
  const bool leads = asker->facts.role == Role::kLead && assignee != nullptr &&
                     asker->facts.team != 0 && assignee->facts.team == asker->facts.team;
  if (!leads) return std::unexpected(Reason::kNoGrant);
  return access;
}

std::expected<Charge, BudgetRefusal> charge_of(const State& state, LimitsCache& limits,
                                               PrincipalNumber who, Column column,
                                               CustomerNumber customer, const Entry& entry,
                                               std::uint64_t keeper_ms) {
  const MeterEvent event{column, customer, entry.fields, state.holders_of(who, entry.face)};
  const auto list = limits.of(state, who, entry.face, keeper_ms);
  return state.meters().check(event, list.all(), state.weights(), keeper_ms);
}

}  // namespace bulkhead
