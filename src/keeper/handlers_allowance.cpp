// Approvals and break-glass: who may ask for them, take them and decide on them (security rules,
// section 4). Each step is an entry; what an allowance lets through is keeper_allowances.cpp's.
#include <algorithm>

#include "base/clock.h"
#include "keeper/handlers.h"

namespace bulkhead::handlers {
namespace {

std::uint32_t seconds_left(std::uint64_t until_ms, std::uint64_t now_ms) {
  return until_ms <= now_ms ? 0 : static_cast<std::uint32_t>((until_ms - now_ms + 999) / 1000);
}

// Only a whole budget may be exceeded: not one that a reset froze.
bool is_frozen(const Keeper& keeper, const Asker& asker) {
  return asker.facts.budget_frozen_until_ms > keeper.now_ms();
}

bool leads_team_of(const Keeper& keeper, const Asker& asker, PrincipalNumber other) {
  const auto* const one = keeper.state().principal(other);
  return asker.facts.role == Role::kLead && asker.facts.team != 0 && one != nullptr &&
         one->facts.team == asker.facts.team;
}

// Of somebody else's allowance.
bool may_decide(const Keeper& keeper, const Asker& asker, const Allowance& one) {
  if (one.by == asker.number) return false;
  const bool reviews =
      one.kind == AllowanceKind::kBreakGlass && asker.facts.role == Role::kPrivacyOfficer;
  return reviews || leads_team_of(keeper, asker, one.by);
}

// Whether it waits to be given: its session and case are as they were.
bool is_asked(const Keeper& keeper, const Allowance& one) {
  const auto* const row = keeper.state().find_case(one.case_number);
  return one.step == AllowanceStep::kAsked && one.expires_ms > keeper.now_ms() &&
         keeper.state().session(one.session) != nullptr && row != nullptr &&
         row->state != CaseState::kClosed && row->assignee == one.assignee;
}

wire::AllowanceRow row_of_allowance(Keeper& keeper, std::uint32_t number, const Allowance& one,
                                    PrincipalNumber asker) {
  const bool is_over =
      one.step != AllowanceStep::kReviewed && !is_asked(keeper, one) && !keeper.is_live(one);
  return {number,
          one.kind,
          is_over ? AllowanceStep::kEnded : one.step,
          one.case_number.value,
          one.people,
          static_cast<std::uint8_t>(one.used.size()),
          {keeper.directory().name_of(one.by)},
          {keeper.directory().name_of(one.decided_by)},
          one.by == asker,
          keeper.wall_ms() + one.expires_ms - keeper.now_ms()};
}

Outcome answer_row(Keeper& keeper, std::uint32_t number, PrincipalNumber asker) {
  const auto* const one = keeper.state().allowances().find(number);
  return Outcome::with(wire::AllowanceAnswer{row_of_allowance(keeper, number, *one, asker)});
}

// Records that one begins: asked for or taken.
Outcome begin_allowance(Keeper& keeper, const Call& call, const Asker& asker,
                        const CaseAccess& access, AllowanceKind kind, std::uint8_t people) {
  const auto number = keeper.state().allowances().next_number();
  const bool approval = kind == AllowanceKind::kApproval;
  auto entry = keeper.make_entry(EntryKind::kAllowance, call, asker);
  entry.case_number = access.number;
  if (!keeper.name_customer(entry, access.row.customer))
    return keeper.deny(call, asker, Reason::kNotThere, access.number);
  entry.detail =
      wire::encode(AllowanceDetail{kind, approval ? AllowanceStep::kAsked : AllowanceStep::kTaken,
                                   number, people, keeper.now_ms() + kAllowanceMs});
  keeper.record(std::move(entry), access.row.customer);
  return answer_row(keeper, number, asker.number);
}

}  // namespace

Outcome ask_approval(Keeper& keeper, const Call& call, const Asker& asker,
                     const wire::AskApproval& message) {
  if (message.people == 0 || message.people > wire::kApprovalPeopleMax)
    return Outcome::refuse(Reason::kMalformed);
  const auto access = keeper.access(asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error());
  const auto role = asker.facts.role;
  if ((role != Role::kAgent && role != Role::kLead) || asker.facts.team == 0)
    return keeper.deny(call, asker, Reason::kRole, access->number);
  if (is_frozen(keeper, asker)) return keeper.deny(call, asker, Reason::kBudget, access->number);
  const auto mine = std::ranges::count_if(keeper.state().allowances().all(), [&](const auto& item) {
    const auto& one = item.second;
    return one.kind == AllowanceKind::kApproval && one.by == asker.number &&
           one.expires_ms > keeper.now_ms();
  });
  if (static_cast<std::size_t>(mine) >= kApprovalsPerPersonMax)
    return keeper.deny(call, asker, Reason::kTooMany, access->number);
  return begin_allowance(keeper, call, asker, *access, AllowanceKind::kApproval, message.people);
}

Outcome break_glass(Keeper& keeper, const Call& call, const Asker& asker,
                    const wire::BreakGlass& message) {
  const auto access = keeper.access(asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error());
  const auto refuse = [&](Reason reason, std::uint32_t retry_after_s = 0) {
    return keeper.deny(call, asker, reason, access->number, {}, retry_after_s);
  };
  const auto role = asker.facts.role;
  if (role != Role::kAgent && role != Role::kLead && role != Role::kPrivacyOfficer)
    return refuse(Reason::kRole);
  // Whoever is new asks for an approval: twenty customers are ten times a new one's hour.
  const auto* const principal = keeper.state().principal(asker.number);
  const auto grown_ms = principal->since_ms + keeper.state().policy().growth_days * kMsPerDay;
  if (!asker.facts.grown && grown_ms > keeper.now_ms())
    return refuse(Reason::kBudget, seconds_left(grown_ms, keeper.now_ms()));
  if (is_frozen(keeper, asker)) return refuse(Reason::kBudget);
  std::size_t live = 0, today = 0;
  std::uint64_t free_again_ms = 0, day_over_ms = UINT64_MAX;
  for (const auto& [number, one] : keeper.state().allowances().all()) {
    if (one.kind != AllowanceKind::kBreakGlass) continue;
    if (keeper.is_live(one)) {
      ++live;
      free_again_ms = std::max(free_again_ms, one.expires_ms);
    }
    if (one.by != asker.number) continue;
    if (one.step != AllowanceStep::kReviewed) return refuse(Reason::kState);
    if (one.made_ms + kMsPerDay <= keeper.now_ms()) continue;
    ++today;
    day_over_ms = std::min(day_over_ms, one.made_ms + kMsPerDay);
  }
  if (today >= kBreakGlassADayMax)
    return refuse(Reason::kBudget, seconds_left(day_over_ms, keeper.now_ms()));
  if (live >= kBreakGlassLiveMax)
    return refuse(Reason::kHouseBudget, seconds_left(free_again_ms, keeper.now_ms()));
  return begin_allowance(keeper, call, asker, *access, AllowanceKind::kBreakGlass,
                         kBreakGlassPeople);
}

Outcome list_allowances(Keeper& keeper, const Call&, const Asker& asker,
                        const wire::ListAllowances&) {
  wire::ListAllowancesAnswer answer;
  const auto& all = keeper.state().allowances().all();
  for (auto at = all.rbegin(); at != all.rend(); ++at) {
    const auto& [number, one] = *at;
    if (one.by != asker.number && !may_decide(keeper, asker, one)) continue;
    if (answer.rows.items.size() == wire::kListItemsMax) {
      answer.more = true;
      break;
    }
    answer.rows.items.push_back(row_of_allowance(keeper, number, one, asker.number));
  }
  return Outcome::with(answer);
}

Outcome decide_allowance(Keeper& keeper, const Call& call, const Asker& asker,
                         const wire::DecideAllowance& message) {
  const auto* const found = keeper.state().allowances().find(message.number);
  // Nobody decides on their own, and one of another team looks as if it were not there.
  if (found != nullptr && found->by == asker.number)
    return keeper.deny(call, asker, Reason::kRole, found->case_number);
  if (found == nullptr || !may_decide(keeper, asker, *found))
    return keeper.deny(call, asker, Reason::kNotThere);
  const bool reviews = message.decision == AllowanceDecision::kReview;
  const bool fits =
      found->kind == AllowanceKind::kApproval
          ? !reviews && is_asked(keeper, *found)
          : reviews && found->step == AllowanceStep::kTaken && !keeper.is_live(*found);
  if (!fits) return keeper.deny(call, asker, Reason::kState, found->case_number);
  auto entry = keeper.make_entry(EntryKind::kAllowance, call, asker);
  entry.case_number = found->case_number;
  AllowanceDetail detail{found->kind, AllowanceStep::kReviewed, message.number, found->people,
                         found->expires_ms};
  if (message.decision == AllowanceDecision::kGive) {
    detail.step = AllowanceStep::kGiven;
    detail.expires_keeper_ms = keeper.now_ms() + kAllowanceMs;
  } else if (message.decision == AllowanceDecision::kRefuse) {
    detail.step = AllowanceStep::kRefused;
  }
  auto row = row_of_allowance(keeper, message.number, *found, asker.number);
  entry.detail = wire::encode(detail);
  keeper.record(std::move(entry));
  // One that was refused, or reviewed late, is forgotten at once.
  if (keeper.state().allowances().find(message.number) != nullptr)
    return answer_row(keeper, message.number, asker.number);
  row.step = detail.step;
  row.decided_by.value = keeper.directory().name_of(asker.number);
  return Outcome::with(wire::AllowanceAnswer{std::move(row)});
}

}  // namespace bulkhead::handlers
