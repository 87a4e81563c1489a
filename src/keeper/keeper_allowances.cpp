// What an allowance lets through: the asker's own budget is lifted, and nothing else. Whoever
// approved it pays from a budget of their own.
#include <algorithm>
#include <limits>

#include "keeper/keeper.h"

namespace bulkhead {
namespace {

const Limits& lifted() {
  static const Limits kLifted = [] {
    constexpr auto kMax = std::numeric_limits<std::uint32_t>::max();
    Limits limits;
    for (auto& column : limits.by) column.fill({kMax, kMax});
    return limits;
  }();
  return kLifted;
}

}  // namespace

bool Keeper::is_live(const Allowance& one) const {
  const bool usable = one.step == AllowanceStep::kGiven || one.step == AllowanceStep::kTaken;
  if (!usable || one.expires_ms <= now_ms_) return false;
  const auto* const session = state_.session(one.session);
  const auto* const row = state_.find_case(one.case_number);
  const bool as_it_was = session != nullptr && session->principal == one.by && row != nullptr &&
                         row->state != CaseState::kClosed && row->assignee == one.assignee &&
                         row->customer == one.customer && !state_.is_erased(one.customer);
  if (!as_it_was || one.kind == AllowanceKind::kBreakGlass) return as_it_was;
  const auto* const by = state_.principal(one.by);
  const auto* const approver = state_.principal(one.decided_by);
  return by != nullptr && approver != nullptr && !approver->facts.disabled &&
         approver->facts.role == Role::kLead && approver->facts.team == by->facts.team;
}

bool Keeper::may_use(const Allowance& one, const Asker& asker, CustomerNumber customer) const {
  return asker.session != nullptr && one.by == asker.number &&
         one.session == asker.session->number && asker.facts.budget_frozen_until_ms <= now_ms_ &&
         one.covers(customer) && is_live(one);
}

bool Keeper::has_allowance(const Asker& asker, CustomerNumber customer) const {
  return std::ranges::any_of(state_.allowances().all(), [&](const auto& item) {
    return may_use(item.second, asker, customer);
  });
}

std::expected<Charge, BudgetRefusal> Keeper::check_allowed(const MeterEvent& event,
                                                           const Allowance& one, Face face) {
  auto limits = limits_.of(state_, one.by, face, now_ms_);
  limits.limits[0] = &lifted();  // the person's own
  if (one.kind == AllowanceKind::kApproval) {
    MeterEvent theirs{event.column, event.customer, event.fields, {}};
    theirs.holders.add({Holder::kPerson, one.decided_by.value});
    const auto* const own = &limits_.own(state_, one.decided_by, now_ms_);
    const auto fits = state_.meters().check(theirs, {&own, 1}, state_.weights(), now_ms_);
    if (!fits) return std::unexpected(fits.error());
  }
  return state_.meters().check(event, limits.all(), state_.weights(), now_ms_);
}

}  // namespace bulkhead
