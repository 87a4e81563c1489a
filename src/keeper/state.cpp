#include "keeper/state.h"

#include <algorithm>

namespace bulkhead {
namespace {
constexpr Error kBadDetail{ErrorCode::kMalformed, "an entry's detail does not fit its kind"};
constexpr std::uint32_t kNumbersMax = 0x7fff'ffff;

// Counts against a budget.
bool is_charged(const Entry& entry) {
  return entry.kind == EntryKind::kWrite &&
         entry.column == static_cast<std::uint8_t>(Column::kWrite);
}
bool discloses(const Entry& entry) {
  return entry.grade != Grade::kNothing &&
         (entry.kind == EntryKind::kReveal || entry.kind == EntryKind::kLookup ||
          entry.kind == EntryKind::kCount);
}
}  // namespace

State::State() : policy_(default_policy()), weights_(field_weights(policy_)) {}

Status State::apply(const Entry& entry, CustomerNumber customer) {
  ++entries_;
  if (first_wall_ms_ == 0) first_wall_ms_ = entry.wall_ms;
  last_wall_ms_ = entry.wall_ms;
  last_keeper_ms_ = std::max(last_keeper_ms_, entry.keeper_ms);
  if (discloses(entry) || is_charged(entry)) TRY_STATUS(charge(entry, customer));
  if (discloses(entry) || entry.kind == EntryKind::kDenied) remember(entry);
  switch (entry.kind) {
    case EntryKind::kRestart: {
      const auto detail = TRY(wire::decode<RestartDetail>(entry.detail));
      last_instance_ = std::max(last_instance_, detail.instance);
      if (entry.face != Face::kKeeper) return {};
      // Sessions live in the keeper's memory, so its start is the end of all of them.
      sessions_.clear();
      ledger_facts_.started(entry.keeper_ms);
      start_credit_.started(entry.keeper_ms, detail.time_lost_ms);
      return {};
    }
    case EntryKind::kName: {
      const auto detail = TRY(wire::decode<NameDetail>(entry.detail));
      names_[{detail.kind, detail.commitment}] = detail.number;
      auto& last = last_name_[static_cast<std::size_t>(detail.kind)];
      last = std::max(last, detail.number);
      return {};
    }
    case EntryKind::kStaff:
    case EntryKind::kClient:
      return apply_principal(entry);
    case EntryKind::kSignIn: {
      const auto detail = TRY(wire::decode<SignInDetail>(entry.detail));
      apply_sign_in(entry);
      const auto at = principals_.find(entry.principal.value);
      if (at == principals_.end()) return std::unexpected(kBadDetail);
      at->second.last_totp_step = std::max(at->second.last_totp_step, detail.totp_step);
      return {};
    }
    case EntryKind::kSessionEnd:
      sessions_.erase(entry.session.value);
      return {};
    case EntryKind::kCase:
      return apply_case(entry, customer);
    case EntryKind::kGrant:
      return apply_grant(entry);
    case EntryKind::kErasure:
      return apply_erasure(entry, customer);
    case EntryKind::kImport:
      return apply_import(entry);
    case EntryKind::kPolicy:
      return apply_policy(entry);
    case EntryKind::kApproval:
      return apply_proposal(entry);
    case EntryKind::kKey:
      return apply_keys(entry);
    case EntryKind::kContainment:
      return apply_containment(entry, customer);
    case EntryKind::kWrite:
      return contact_writes_.apply(entry, customer);
    case EntryKind::kAllowance:
      return apply_allowance(entry, customer);
    case EntryKind::kWitness:
      return ledger_facts_.apply_witness(entry);
    case EntryKind::kCheckpointNote:
      return apply_adoption(entry);
    default:
      return {};
  }
}

Status State::apply_principal(const Entry& entry) {
  const auto detail = TRY(wire::decode<PrincipalDetail>(entry.detail));
  if (detail.number == 0 || detail.number > kNumbersMax) return std::unexpected(kBadDetail);
  auto [at, fresh] = principals_.try_emplace(detail.number);
  if (fresh) at->second.since_ms = entry.keeper_ms;
  at->second.facts = detail;
  return {};
}

void State::apply_sign_in(const Entry& entry) {
  last_session_ = std::max(last_session_, entry.session.value);
  sessions_[entry.session.value] = {entry.principal, entry.network, entry.face, entry.keeper_ms};
  const auto at = principals_.find(entry.principal.value);
  if (at == principals_.end()) return;
  at->second.last_sign_in_ms = entry.wall_ms;
  at->second.last_network = entry.network;
}

Status State::apply_case(const Entry& entry, CustomerNumber customer) {
  const auto detail = TRY(wire::decode<CaseDetail>(entry.detail));
  const std::size_t number = entry.case_number.value;
  if (number == 0 || number > cases_.size() + 1) return std::unexpected(kBadDetail);
  const bool is_new = number > cases_.size();
  if (is_new) cases_.emplace_back();
  auto& one = cases_[number - 1];
  const bool was_open = !is_new && one.state != CaseState::kClosed;
  if (!is_new) case_index_.remove(entry.case_number, one.assignee, !was_open);
  // A stronger proof that comes while a channel is young may have come through it. Whoever set that
  // channel would be proven by it, so the proof counts as none, also when the channel is old.
  const auto before = one.customer == customer ? one.contact : ContactProof::kNone;
  const bool proves =
      detail.contact <= before || contact_writes_.young(customer, entry.keeper_ms).empty();
  one = {customer,
         PrincipalNumber(detail.assignee),
         detail.opened_ms,
         detail.changed_ms,
         detail.type,
         detail.state,
         proves ? detail.contact : before,
         detail.contact};
  const bool is_open = detail.state != CaseState::kClosed;
  case_index_.add(entry.case_number, one.assignee, !is_open);
  open_cases_ += static_cast<std::uint32_t>(is_open) - static_cast<std::uint32_t>(was_open);
  return {};
}

Status State::apply_grant(const Entry& entry) {
  const auto detail = TRY(wire::decode<GrantDetail>(entry.detail));
  auto& grants = grants_[detail.client];
  std::erase_if(grants, [&](const EventGrant& one) { return one.expires_ms <= entry.keeper_ms; });
  grants.push_back({entry.case_number, detail.expires_keeper_ms});
  return {};
}

Status State::apply_erasure(const Entry& entry, CustomerNumber customer) {
  const auto detail = TRY(wire::decode<ErasureDetail>(entry.detail));
  if (!customer) return std::unexpected(kBadDetail);
  auto& one = erasures_[customer.value];
  switch (detail.step) {
    case ErasureStep::kRequested:
      one.by = entry.principal;
      one.requested_ms = entry.keeper_ms;
      one.due_ms = detail.due_keeper_ms;
      one.request = entries_ - 1;
      break;
    case ErasureStep::kCarriedOut:
      one.carried_out = entries_ - 1;
      one.pseudonyms = detail.pseudonyms.items;
      break;
    case ErasureStep::kHeld:
    case ErasureStep::kReleased:
      one.held = detail.step == ErasureStep::kHeld;
      return {};
    case ErasureStep::kCancelled:
      break;
    case ErasureStep::kNone:
      return std::unexpected(kBadDetail);
  }
  one.step = detail.step;
  return {};
}

Status State::apply_import(const Entry& entry) {
  const auto detail = TRY(wire::decode<ImportDetail>(entry.detail));
  imports_[{detail.job, detail.batch}] = detail;
  customers_ += detail.customers;
  if (detail.customers > 0)
    last_customer_ = std::max(last_customer_, detail.first_customer + detail.customers - 1);
  return {};
}

// What a restore did not bring back can be imported again, by the same job.
Status State::apply_keys(const Entry& entry) {
  TRY_STATUS(keys_.apply(entry));
  const auto detail = TRY(wire::decode<KeyDetail>(entry.detail));
  if (detail.step != KeyStep::kRestored) return {};
  customers_ -= std::min(customers_, imported_after(CustomerNumber(detail.last_customer)));
  std::erase_if(imports_, [&](const auto& one) {
    const auto& batch = one.second;
    if (batch.customers == 0 || batch.first_customer <= detail.last_customer) return false;
    remember_erased_rows(batch);
    return true;
  });
  return {};
}

// But for whom was erased meanwhile, or asked for it: which row of the batch each was. A batch that
// was forgotten before has no numbers for those who were left out since.
void State::remember_erased_rows(const ImportDetail& batch) {
  auto known = std::set<std::uint32_t>();
  const auto before = erased_rows_.find({batch.job, batch.batch});
  if (before != erased_rows_.end()) known = before->second;
  auto all = known;
  std::uint32_t row = 0;
  for (std::uint32_t i = 0; i < batch.customers; ++i, ++row) {
    while (known.contains(row)) ++row;
    const auto at = erasures_.find(batch.first_customer + i);
    if (at == erasures_.end()) continue;
    const auto& [step, held] = std::tie(at->second.step, at->second.held);
    if (step == ErasureStep::kCarriedOut || (step == ErasureStep::kRequested && !held))
      all.insert(row);
  }
  if (!all.empty()) erased_rows_[{batch.job, batch.batch}] = std::move(all);
}

Status State::apply_policy(const Entry& entry) {
  const auto detail = TRY(wire::decode<PolicyDetail>(entry.detail));
  policy_ = TRY(wire::decode<Policy>(view_of(detail.policy.value)));
  policy_number_ = entry.policy;
  weights_ = field_weights(policy_);
  return {};
}

Status State::apply_proposal(const Entry& entry) {
  const auto detail = TRY(wire::decode<ProposalDetail>(entry.detail));
  std::erase_if(proposals_,
                [&](const auto& one) { return one.second.expires_ms <= entry.keeper_ms; });
  if (detail.step == ProposalStep::kProposed) {
    last_proposal_ = std::max(last_proposal_, detail.number);
    proposals_[detail.number] = {entry.principal, PrincipalNumber(),      detail.op,
                                 detail.act,      detail.ready_keeper_ms, detail.expires_keeper_ms};
    return {};
  }
  const auto at = proposals_.find(detail.number);
  if (at == proposals_.end()) return std::unexpected(kBadDetail);
  if (detail.step == ProposalStep::kApproved)
    at->second.approved_by = entry.principal;
  else
    proposals_.erase(at);
  return {};
}

Status State::apply_containment(const Entry& entry, CustomerNumber customer) {
  if (const auto canary = wire::decode<CanaryDetail>(entry.detail)) {
    TRY_STATUS(canaries_.apply(entry, *canary, customer));
    if (canary->step != CanaryStep::kAdded) return {};
    ++customers_;
    last_customer_ = std::max(last_customer_, customer.value);
    return {};
  }
  const auto detail = TRY(wire::decode<ContainmentDetail>(entry.detail));
  if (detail.step == ContainmentStep::kQuarantined)
    quarantined_.insert(detail.op);
  else
    quarantined_.erase(detail.op);
  return {};
}

Status State::apply_allowance(const Entry& entry, CustomerNumber customer) {
  const auto* const row = find_case(entry.case_number);
  if (row == nullptr) return std::unexpected(kBadDetail);
  return allowances_.apply(entry, row->assignee, customer);
}

Status State::apply_adoption(const Entry& entry) {
  const auto detail = TRY(wire::decode<AdoptionDetail>(entry.detail));
  // Customers whose import may be among the lost entries stay: their rows are there.
  if (detail.last_customer > last_customer_) {
    customers_ += detail.last_customer - last_customer_;
    last_customer_ = detail.last_customer;
  }
  keys_.follow(detail.key_epoch, detail.key_epoch_last);
  return ledger_facts_.apply_adoption(detail, entry);
}

Status State::charge(const Entry& entry, CustomerNumber customer) {
  if (entry.column >= kColumnCount) return {};
  const auto holders = holders_of(entry.principal, entry.face);
  const auto column = static_cast<Column>(entry.column);
  const bool distinct = entry.kind == EntryKind::kReveal || entry.kind == EntryKind::kWrite;
  const auto charged = distinct ? customer : CustomerNumber();
  meters_.apply({column, charged, entry.fields, holders}, weights_, entry.keeper_ms);
  if (entry.kind == EntryKind::kLookup && entry.reason == Reason::kNotThere) {
    meters_.apply({Column::kMiss, CustomerNumber(), {}, holders}, weights_, entry.keeper_ms);
  }
  if (entry.kind != EntryKind::kReveal || entry.detail.empty()) return {};
  // By an allowance: whoever approved it is charged as well.
  const auto use = TRY(wire::decode<AllowanceUse>(entry.detail));
  const auto approver = TRY(allowances_.use(use.number, customer));
  if (!approver) return {};
  MeterHolders theirs;
  theirs.add({Holder::kPerson, approver.value});
  meters_.apply({column, customer, entry.fields, theirs}, weights_, entry.keeper_ms);
  return {};
}

void State::remember(const Entry& entry) {
  if (!entry.principal) return;
  auto& kept = disclosures_[entry.principal.value];
  kept.push_front(
      {entry.wall_ms, entry.fields, entry.case_number, entry.kind, entry.grade, entry.reason});
  if (kept.size() > kDisclosuresKept) kept.pop_back();
}

MeterHolders State::holders_of(PrincipalNumber number, Face face) const {
  MeterHolders holders;
  const auto* one = principal(number);
  if (one != nullptr && one->facts.role == Role::kClient) {
    holders.add({Holder::kClient, number.value});
  } else {
    holders.add({Holder::kPerson, number.value});
    if (one != nullptr && one->facts.team != 0) holders.add({Holder::kTeam, one->facts.team});
  }
  holders.add({Holder::kFace, static_cast<std::uint32_t>(face)});
  holders.add({Holder::kHouse, 0});
  return holders;
}

const Principal* State::principal(PrincipalNumber number) const {
  const auto at = principals_.find(number.value);
  return at == principals_.end() ? nullptr : &at->second;
}

const SessionRow* State::session(SessionNumber number) const {
  const auto at = sessions_.find(number.value);
  return at == sessions_.end() ? nullptr : &at->second;
}

const Case* State::find_case(CaseNumber number) const {
  return number.value == 0 || number.value > cases_.size() ? nullptr : &cases_[number.value - 1];
}

const EventGrant* State::grant(PrincipalNumber client, CaseNumber number,
                               std::uint64_t keeper_ms) const {
  const auto at = grants_.find(client.value);
  if (at == grants_.end()) return nullptr;
  const auto found = std::find_if(at->second.begin(), at->second.end(), [&](const EventGrant& one) {
    return one.case_number == number && one.expires_ms > keeper_ms;
  });
  return found == at->second.end() ? nullptr : &*found;
}

std::vector<EventGrant> State::grants(PrincipalNumber client, std::uint64_t keeper_ms) const {
  std::vector<EventGrant> live;
  const auto at = grants_.find(client.value);
  if (at == grants_.end()) return live;
  for (const auto& one : at->second) {
    if (one.expires_ms > keeper_ms) live.push_back(one);
  }
  return live;
}

const Erasure* State::erasure(CustomerNumber customer) const {
  const auto at = erasures_.find(customer.value);
  return at == erasures_.end() ? nullptr : &at->second;
}

bool State::is_erased(CustomerNumber customer) const {
  const auto* const one = erasure(customer);
  return one != nullptr &&
         (one->step == ErasureStep::kRequested || one->step == ErasureStep::kCarriedOut);
}

const Proposal* State::proposal(std::uint32_t number, std::uint64_t keeper_ms) const {
  const auto at = proposals_.find(number);
  return at == proposals_.end() || at->second.expires_ms <= keeper_ms ? nullptr : &at->second;
}

const std::deque<Disclosure>* State::disclosures(PrincipalNumber number) const {
  const auto at = disclosures_.find(number.value);
  return at == disclosures_.end() ? nullptr : &at->second;
}

std::optional<ImportDetail> State::last_batch(const std::array<std::uint8_t, 16>& job,
                                              std::uint32_t batch) const {
  const auto at = imports_.find({job, batch});
  if (at == imports_.end()) return std::nullopt;
  return at->second;
}

std::set<std::uint32_t> State::erased_rows(const std::array<std::uint8_t, 16>& job,
                                           std::uint32_t batch) const {
  const auto at = erased_rows_.find({job, batch});
  return at == erased_rows_.end() ? std::set<std::uint32_t>() : at->second;
}

std::uint32_t State::imported_after(CustomerNumber last) const {
  std::uint32_t customers = 0;
  for (const auto& [job, one] : imports_)
    customers += one.first_customer > last.value ? one.customers : 0;
  return customers;
}

std::optional<std::uint32_t> State::number_of(
    NameKind kind, const std::array<std::uint8_t, 32>& commitment) const {
  const auto at = names_.find({kind, commitment});
  if (at == names_.end()) return std::nullopt;
  return at->second;
}

PrincipalNumber State::next_principal() const {
  return PrincipalNumber(principals_.empty() ? 1 : principals_.rbegin()->first + 1);
}

std::uint32_t State::next_name(NameKind kind) const {
  return last_name_[static_cast<std::size_t>(kind)] + 1;
}

}  // namespace bulkhead
