// The case register: who works on what, for whom, with which proof of contact. Nothing here
// discloses a field.
#include <algorithm>

#include "keeper/handlers.h"

namespace bulkhead::handlers {
namespace {

constexpr std::int64_t kOpenCasesPerAgentMax = 500;

// Whose cases (0: nobody's) somebody may see. One that may not be seen and one that is not there
// look alike.
bool may_see(const Keeper& keeper, const Asker& asker, PrincipalNumber assignee) {
  if (keeper.parts().without.grant) return true;
  if (assignee == asker.number) return true;
  if (asker.is_client()) return false;
  if (!assignee) return asker.facts.role == Role::kLead || asker.facts.role == Role::kAgent;
  const auto* one = keeper.state().principal(assignee);
  return one != nullptr && asker.facts.team != 0 && one->facts.team == asker.facts.team;
}

// The lists of the index that make up what is viewed.
std::vector<CaseIndex::Numbers> lists_of(const Keeper& keeper, const Asker& asker,
                                         wire::CaseView view) {
  const auto& index = keeper.state().case_index();
  constexpr PrincipalNumber kNobody;
  std::vector<CaseIndex::Numbers> lists;
  switch (view) {
    case wire::CaseView::kMine:
      lists.push_back(index.of(asker.number, false));
      break;
    case wire::CaseView::kUnassigned:
      if (may_see(keeper, asker, kNobody)) lists.push_back(index.of(kNobody, false));
      break;
    case wire::CaseView::kOpen:
    case wire::CaseView::kClosed:
      index.for_each(view == wire::CaseView::kClosed,
                     [&](PrincipalNumber assignee, CaseIndex::Numbers numbers) {
                       if (may_see(keeper, asker, assignee)) lists.push_back(numbers);
                     });
      break;
  }
  return lists;
}

// Events grant a client one customer for a while (security rules, section 4).
void grant_to_clients(Keeper& keeper, const Call& call, CaseNumber number, const Case& row) {
  const auto& policy = keeper.state().policy();
  for (const auto& [id, principal] : keeper.state().principals()) {
    const bool wants =
        principal.facts.role == Role::kClient && !principal.facts.disabled &&
        (principal.facts.on_case_opened >> static_cast<unsigned>(row.type) & 1u) != 0;
    if (!wants) continue;
    if (keeper.state().grants(PrincipalNumber(id), keeper.now_ms()).size() >=
        policy.client_grants_max)
      continue;
    auto entry = keeper.make_entry(EntryKind::kGrant, call);
    entry.case_number = number;
    if (!keeper.name_customer(entry, row.customer)) continue;
    entry.detail = wire::encode(GrantDetail{id, keeper.now_ms() + policy.client_grant_s * 1000ull});
    keeper.record(std::move(entry), row.customer);
  }
}

}  // namespace

std::optional<Outcome> too_fast(Keeper& keeper, const Call& call, const Asker& asker) {
  auto& changes = asker.session->changes;
  const auto wait_s = changes.wait_s(keeper.now_ms(), kChangesPerMinuteMax);
  if (wait_s > 0)
    return keeper.deny(call, asker, Reason::kTooMany, CaseNumber(), FieldSet(), wait_s);
  changes.take(keeper.now_ms());
  return std::nullopt;
}

wire::CaseRow row_of_case(Keeper& keeper, CaseNumber number, PrincipalNumber asker) {
  const auto& row = *keeper.state().find_case(number);
  return {keeper.case_id(number),
          number.value,
          row.type,
          row.state,
          row.contact,
          {keeper.directory().name_of(row.assignee)},
          row.assignee == asker,
          row.opened_ms,
          row.changed_ms};
}

Status record_case(Keeper& keeper, Entry entry, CaseNumber number, const Case& row) {
  entry.case_number = number;
  TRY_STATUS(keeper.name_customer(entry, row.customer));
  entry.detail = wire::encode(CaseDetail{row.type, row.state, row.contact, row.assignee.value,
                                         row.opened_ms, row.changed_ms});
  keeper.record(std::move(entry), row.customer);
  return {};
}

Outcome open_case(Keeper& keeper, const Call& call, const Asker& asker,
                  const wire::OpenCase& message) {
  if (auto refusal = too_fast(keeper, call, asker)) return std::move(*refusal);
  const auto role = asker.facts.role;
  if (role != Role::kAgent && role != Role::kLead && role != Role::kPrivacyOfficer) {
    return keeper.deny(call, asker, Reason::kRole);
  }
  const auto customer = read_ref(keeper.parts().ring, message.customer, asker.session->number);
  if (customer && is_canary(keeper, *customer)) return contain(keeper, call, asker, *customer);
  if (!customer || keeper.state().is_erased(*customer))
    return keeper.deny(call, asker, Reason::kNotThere);
  const auto& state = keeper.state();
  const auto mine =
      std::ranges::count_if(state.case_index().of(asker.number, false), [&](std::uint32_t number) {
        return state.find_case(CaseNumber(number))->contact == ContactProof::kNone;
      });
  if (mine >= kOpenCasesPerAgentMax) return keeper.deny(call, asker, Reason::kTooMany);
  // The keeper's router gives a case that somebody opens at the telephone to who opened it; contact
  // proves nothing yet.
  const Case row{*customer,    asker.number,     keeper.wall_ms(),   keeper.wall_ms(),
                 message.type, CaseState::kOpen, ContactProof::kNone};
  const auto number = state.next_case();
  if (!record_case(keeper, keeper.make_entry(EntryKind::kCase, call, asker), number, row)) {
    return keeper.deny(call, asker, Reason::kNotThere);
  }
  grant_to_clients(keeper, call, number, row);
  return Outcome::with(wire::CaseAnswer{row_of_case(keeper, number, asker.number)});
}

Outcome list_cases(Keeper& keeper, const Call& call, const Asker& asker,
                   const wire::ListCases& message) {
  if (message.limit == 0 || message.limit > wire::kListItemsMax)
    return Outcome::refuse(Reason::kMalformed);
  if (asker.facts.role == Role::kAdmin || asker.facts.role == Role::kAuditor) {
    return keeper.deny(call, asker, Reason::kRole);
  }
  const auto below = message.after == 0 ? UINT32_MAX : message.after;
  auto numbers = newest_of(lists_of(keeper, asker, message.view), below, message.limit + 1u);
  wire::ListCasesAnswer answer;
  answer.more = numbers.size() > message.limit;
  if (answer.more) numbers.pop_back();
  for (const auto number : numbers) {
    const auto customer = keeper.state().find_case(CaseNumber(number))->customer;
    if (is_canary(keeper, customer)) return contain(keeper, call, asker, customer);
    answer.rows.items.push_back(row_of_case(keeper, CaseNumber(number), asker.number));
  }
  return Outcome::with(answer);
}

Outcome show_case(Keeper& keeper, const Call& call, const Asker& asker,
                  const wire::ShowCase& message) {
  const auto number = keeper.case_number(message.id);
  const bool granted = number && asker.is_client() && keeper.access(asker, message.id).has_value();
  if (!number ||
      !(granted || may_see(keeper, asker, keeper.state().find_case(*number)->assignee))) {
    return keeper.deny(call, asker, Reason::kNoGrant);
  }
  return Outcome::with(wire::CaseAnswer{row_of_case(keeper, *number, asker.number)});
}

Outcome assign_case(Keeper& keeper, const Call& call, const Asker& asker,
                    const wire::AssignCase& message) {
  if (auto refusal = too_fast(keeper, call, asker)) return std::move(*refusal);
  const auto number = keeper.case_number(message.id);
  if (asker.facts.role != Role::kLead) return keeper.deny(call, asker, Reason::kRole);
  if (!number || !may_see(keeper, asker, keeper.state().find_case(*number)->assignee)) {
    return keeper.deny(call, asker, Reason::kNoGrant);
  }
  auto row = *keeper.state().find_case(*number);
  if (row.state == CaseState::kClosed) return keeper.deny(call, asker, Reason::kState, *number);
  const auto to = keeper.directory().find(message.assignee.value);
  const auto* assignee = to ? keeper.state().principal(*to) : nullptr;
  const bool of_my_team =
      assignee != nullptr && !assignee->facts.disabled && assignee->facts.team == asker.facts.team;
  if (!of_my_team) return keeper.deny(call, asker, Reason::kNotThere, *number);
  row.assignee = *to;
  row.state = CaseState::kOpen;
  row.changed_ms = keeper.wall_ms();
  if (!record_case(keeper, keeper.make_entry(EntryKind::kCase, call, asker), *number, row)) {
    return Outcome::refuse(Reason::kNotThere);
  }
  return Outcome::with(wire::CaseAnswer{row_of_case(keeper, *number, asker.number)});
}

Outcome close_case(Keeper& keeper, const Call& call, const Asker& asker,
                   const wire::CloseCase& message) {
  if (auto refusal = too_fast(keeper, call, asker)) return std::move(*refusal);
  const auto access = keeper.access(asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error());
  if (asker.is_client()) return keeper.deny(call, asker, Reason::kRole, access->number);
  auto row = access->row;
  row.state = CaseState::kClosed;
  row.changed_ms = keeper.wall_ms();
  if (!record_case(keeper, keeper.make_entry(EntryKind::kCase, call, asker), access->number, row)) {
    return Outcome::refuse(Reason::kNotThere);
  }
  return Outcome::with(wire::CaseAnswer{row_of_case(keeper, access->number, asker.number)});
}

}  // namespace bulkhead::handlers
