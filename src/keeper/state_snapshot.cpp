// The state in snapshots: one list of its members, from which writing and reading come.
#include "keeper/state.h"

namespace bulkhead {

// The binding names every member, or it does not compile. One that is not tied must follow from
// others: the weights from the policy, the index from the cases.
template <class Self>
auto State::folded(Self& self) {
  auto& [policy, weights, policy_number, meters, principals, sessions, cases, case_index, grants,
         disclosures, erasures, imports, erased_rows, names, proposals, contact_writes, allowances,
         quarantined, ledger_facts, keys, canaries, last_name, last_proposal, last_session,
         last_instance, customers, last_customer, open_cases, entries, first_wall_ms, last_wall_ms,
         last_keeper_ms, start_credit] = self;
  return std::tie(policy, policy_number, meters, principals, sessions, cases, grants, disclosures,
                  erasures, imports, erased_rows, names, proposals, contact_writes, allowances,
                  quarantined, ledger_facts, keys, canaries, last_name, last_proposal, last_session,
                  last_instance, customers, last_customer, open_cases, entries, first_wall_ms,
                  last_wall_ms, last_keeper_ms, start_credit);
}

void State::write(StateWriter& to) const {
  std::apply([&to](const auto&... member) { (to.put(member), ...); }, folded(*this));
}

void State::read(StateReader& from) {
  policy_ = {};  // a new state has the default one, and lists are read to the end of what is there
  std::apply([&from](auto&... member) { (from.get(member), ...); }, folded(*this));
  weights_ = field_weights(policy_);
  case_index_.clear();
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    case_index_.add(CaseNumber(static_cast<std::uint32_t>(i) + 1), cases_[i].assignee,
                    cases_[i].state == CaseState::kClosed);
  }
}

}  // namespace bulkhead
