// The gate: whether somebody may work on a case, and whether a disclosure fits every budget it is
// charged to, from the state alone. It must never look at anything that front or a clock of its own
// says, so that a month of it can be simulated in seconds. Owned by keeper.
#pragma once

#include <expected>

#include "keeper/limits_cache.h"
#include "keeper/state.h"

namespace bulkhead {

// A case that somebody may work on now.
struct CaseAccess {
  CaseNumber number;
  Case row;
  ContactProof contact{};
};

// kNoGrant whether the case is not there, closed, about an erased customer or somebody else's.
std::expected<CaseAccess, Reason> access_to(const State& state, PrincipalNumber who,
                                            CaseNumber number, std::uint64_t keeper_ms);

// Whether the disclosure that the entry describes (its face and fields) may be charged to that
// column for that customer; what it would charge.
std::expected<Charge, BudgetRefusal> charge_of(const State& state, LimitsCache& limits,
                                               PrincipalNumber who, Column column,
                                               CustomerNumber customer, const Entry& entry,
                                               std::uint64_t keeper_ms);

}  // namespace bulkhead
