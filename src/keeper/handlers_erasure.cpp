// Erasure: asked for by the privacy officer in a data-subject case of somebody who proved to be the
// customer, blocked at once, carried out after the waiting time (security rules, section 8).
#include <algorithm>
#include <ctime>

#include "base/clock.h"
#include "keeper/handlers.h"

namespace bulkhead::handlers {
namespace {

constexpr std::uint64_t kErasureWaitMs = 14 * kMsPerDay;

// The case with which the officer may ask for an erasure, or take one back.
std::expected<CaseAccess, Reason> officers_case(const Keeper& keeper, const Asker& asker,
                                                const CaseId& id) {
  if (asker.facts.role != Role::kPrivacyOfficer) return std::unexpected(Reason::kRole);
  const auto number = keeper.case_number(id);
  if (!number) return std::unexpected(Reason::kNoGrant);
  const auto& row = *keeper.state().find_case(*number);
  if (row.assignee != asker.number) return std::unexpected(Reason::kNoGrant);
  const bool fits = row.type == RequestType::kDataSubject && row.state != CaseState::kClosed &&
                    row.contact == ContactProof::kProven;
  if (!fits) return std::unexpected(Reason::kState);
  return CaseAccess{*number, row, row.contact};
}

// Records the step about the customer; false when there is no such customer any more.
bool record_step(Keeper& keeper, Entry entry, CustomerNumber customer,
                 const ErasureDetail& detail) {
  if (!keeper.name_customer(entry, customer)) return false;
  entry.detail = wire::encode(detail);
  keeper.record(std::move(entry), customer);
  return true;
}

}  // namespace

Outcome request_erasure(Keeper& keeper, const Call& call, const Asker& asker,
                        const wire::RequestErasure& message) {
  const auto access = officers_case(keeper, asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error());
  const auto customer = access->row.customer;
  const auto* const before = keeper.state().erasure(customer);
  if (before != nullptr && (before->held || keeper.state().is_erased(customer)))
    return keeper.deny(call, asker, Reason::kState, access->number);
  const auto& all = keeper.state().erasures();
  const auto today = std::ranges::count_if(all, [&](const auto& one) {
    return one.second.by == asker.number && one.second.requested_ms + kMsPerDay > keeper.now_ms();
  });
  if (today >= kErasuresADayMax)
    return keeper.deny(call, asker, Reason::kBudget, access->number, {},
                       static_cast<std::uint32_t>(kMsPerDay / 1000));
  auto entry = keeper.make_entry(EntryKind::kErasure, call, asker);
  entry.case_number = access->number;
  entry.purpose = Purpose::kAccessRequest;
  if (!record_step(keeper, std::move(entry), customer,
                   {ErasureStep::kRequested, keeper.now_ms() + kErasureWaitMs, {}}))
    return keeper.deny(call, asker, Reason::kNotThere, access->number);
  return Outcome::with(wire::RequestErasureAnswer{keeper.wall_ms() + kErasureWaitMs});
}

Outcome cancel_erasure(Keeper& keeper, const Call& call, const Asker& asker,
                       const wire::CancelErasure& message) {
  const auto access = officers_case(keeper, asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error());
  const auto customer = access->row.customer;
  const auto* const before = keeper.state().erasure(customer);
  if (before == nullptr || before->step != ErasureStep::kRequested)
    return keeper.deny(call, asker, Reason::kState, access->number);
  auto entry = keeper.make_entry(EntryKind::kErasure, call, asker);
  entry.case_number = access->number;
  if (!record_step(keeper, std::move(entry), customer, {ErasureStep::kCancelled, 0, {}}))
    return keeper.deny(call, asker, Reason::kNotThere, access->number);
  return Outcome::with(wire::Done{});
}

Outcome erasures(Keeper& keeper, const Call&, const wire::Erasures& message) {
  std::vector<const Erasure*> asked;
  for (const auto& [customer, one] : keeper.state().erasures()) {
    if (one.step != ErasureStep::kNone && one.request > message.after) asked.push_back(&one);
  }
  std::ranges::sort(asked, {}, &Erasure::request);
  wire::ErasuresAnswer answer;
  for (const auto* one : asked) {
    if (answer.rows.items.size() == wire::kErasuresMax) {
      answer.more = true;
      break;
    }
    const auto now = keeper.now_ms();
    const bool waits = one->step == ErasureStep::kRequested && one->due_ms > now;
    answer.rows.items.push_back({one->request,
                                 one->carried_out,
                                 {std::string(name_of(one->step))},
                                 one->held,
                                 waits ? (one->due_ms - now) / 1000 : 0,
                                 {keeper.directory().name_of(one->by)},
                                 {one->pseudonyms}});
  }
  return Outcome::with(answer);
}

Outcome hold(Keeper& keeper, const Call& call, const wire::Hold& message) {
  const auto* const row = keeper.state().find_case(CaseNumber(message.case_number));
  if (row == nullptr) return Outcome::refuse(Reason::kNotThere);
  const auto* const before = keeper.state().erasure(row->customer);
  const bool too_late = before != nullptr && before->step == ErasureStep::kCarriedOut;
  if (too_late || (before != nullptr && before->held) == message.hold)
    return Outcome::refuse(Reason::kState);
  auto entry = keeper.make_entry(EntryKind::kErasure, call);
  entry.principal = call.channel->operator_number;
  entry.case_number = CaseNumber(message.case_number);
  const auto step = message.hold ? ErasureStep::kHeld : ErasureStep::kReleased;
  return record_step(keeper, std::move(entry), row->customer, {step, 0, {}})
             ? Outcome::with(wire::Done{})
             : Outcome::refuse(Reason::kNotThere);
}

}  // namespace bulkhead::handlers
