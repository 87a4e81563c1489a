// The case register: who works on what, for whom, with which proof of contact. Nothing here
// discloses a field.
#include <algorithm>

#include "keeper/handlers.h"

namespace bulkhead::handlers {
namespace {

constexpr std::uint32_t kOpenCasesPerAgentMax = 500;

// A case nobody may see yet and one that is not there look alike.
bool may_see(const Keeper& keeper, const Asker& asker, const Case& row) {
  if (keeper.parts().without.grant) return true;
  if (row.assignee == asker.number) return true;
  if (asker.is_client()) return false;
  if (!row.assignee) return asker.facts.role == Role::kLead || asker.facts.role == Role::kAgent;
  const auto* assignee = keeper.state().principal(row.assignee);
  return assignee != nullptr && asker.facts.team != 0 && assignee->facts.team == asker.facts.team;
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
  const auto role = asker.facts.role;
  if (role != Role::kAgent && role != Role::kLead && role != Role::kPrivacyOfficer) {
    return keeper.deny(call, asker, Reason::kRole);
  }
  const auto customer = read_ref(keeper.parts().ring, message.customer, asker.session->number);
  if (!customer || keeper.state().is_erased(*customer))
    return keeper.deny(call, asker, Reason::kNotThere);
  const auto& cases = keeper.state().cases();
  const auto mine = std::count_if(
      cases.rbegin(), cases.rbegin() + std::min<std::ptrdiff_t>(std::ssize(cases), 5000),
      [&](const Case& one) {
        return one.assignee == asker.number && one.state != CaseState::kClosed &&
               one.contact == ContactProof::kNone;
      });
  if (mine >= kOpenCasesPerAgentMax) return keeper.deny(call, asker, Reason::kTooMany);
  // The keeper's router gives a case that somebody opens at the telephone to who opened it; contact
  // proves nothing yet.
  const Case row{*customer,    asker.number,     keeper.wall_ms(),   keeper.wall_ms(),
                 message.type, CaseState::kOpen, ContactProof::kNone};
  const auto number = keeper.state().next_case();
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
  const auto wanted = [&](const Case& row) {
    if (!may_see(keeper, asker, row)) return false;
    switch (message.view) {
      case wire::CaseView::kMine:
        return row.assignee == asker.number && row.state != CaseState::kClosed;
      case wire::CaseView::kUnassigned:
        return !row.assignee && row.state != CaseState::kClosed;
      case wire::CaseView::kOpen:
        return row.state != CaseState::kClosed;
      case wire::CaseView::kClosed:
        return row.state == CaseState::kClosed;
    }
    return false;
  };
  wire::ListCasesAnswer answer;
  const auto& cases = keeper.state().cases();
  auto number = message.after == 0
                    ? static_cast<std::uint32_t>(cases.size())
                    : std::min(message.after - 1, static_cast<std::uint32_t>(cases.size()));
  for (; number > 0; --number) {
    if (!wanted(cases[number - 1])) continue;
    if (answer.rows.items.size() == message.limit) {
      answer.more = true;
      break;
    }
    answer.rows.items.push_back(row_of_case(keeper, CaseNumber(number), asker.number));
  }
  return Outcome::with(answer);
}

Outcome show_case(Keeper& keeper, const Call& call, const Asker& asker,
                  const wire::ShowCase& message) {
  const auto number = keeper.case_number(message.id);
  const bool granted = number && asker.is_client() && keeper.access(asker, message.id).has_value();
  if (!number || !(granted || may_see(keeper, asker, *keeper.state().find_case(*number)))) {
    return keeper.deny(call, asker, Reason::kNoGrant);
  }
  return Outcome::with(wire::CaseAnswer{row_of_case(keeper, *number, asker.number)});
}

Outcome assign_case(Keeper& keeper, const Call& call, const Asker& asker,
                    const wire::AssignCase& message) {
  const auto number = keeper.case_number(message.id);
  if (asker.facts.role != Role::kLead) return keeper.deny(call, asker, Reason::kRole);
  if (!number || !may_see(keeper, asker, *keeper.state().find_case(*number))) {
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
