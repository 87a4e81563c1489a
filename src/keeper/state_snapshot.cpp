// The state in snapshots: one list of its members, from which writing and reading come.
#include "keeper/state.h"

namespace bulkhead {

// The binding names every member, or it does not compile. One that is not tied must follow from
// others: the weights from the policy.
template <class Self>
auto State::folded(Self& self) {
  auto& [policy, weights, policy_number, meters, principals, sessions, cases, grants, disclosures,
         erasures, imports, names, proposals, contact_writes, allowances, quarantined, last_name,
         last_proposal, last_session, last_instance, customers, last_customer, open_cases, entries,
         first_wall_ms, last_wall_ms, last_keeper_ms] = self;
  return std::tie(policy, policy_number, meters, principals, sessions, cases, grants, disclosures,
                  erasures, imports, names, proposals, contact_writes, allowances, quarantined,
                  last_name, last_proposal, last_session, last_instance, customers, last_customer,
                  open_cases, entries, first_wall_ms, last_wall_ms, last_keeper_ms);
}

void State::write(StateWriter& to) const {
  std::apply([&to](const auto&... member) { (to.put(member), ...); }, folded(*this));
}

void State::read(StateReader& from) {
  policy_ = {};  // a new state has the default one, and lists are read to the end of what is there
  std::apply([&from](auto&... member) { (from.get(member), ...); }, folded(*this));
  weights_ = field_weights(policy_);
}

}  // namespace bulkhead
