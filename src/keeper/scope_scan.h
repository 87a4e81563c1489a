// Scope: which customers lost which fields to whom, read straight from the ledger's entries. It
// must never miss an entry that fits the predicate. Columns will answer the same question faster
// behind this same interface. Owned by keeper; runs on the scan lane.
#pragma once

#include <optional>
#include <vector>

#include "ledger/ledger.h"
#include "vault/key_ring.h"

namespace bulkhead {

// Unset members hold for everything; all set ones must hold.
struct ScopePredicate {
  std::optional<PrincipalNumber> principal;
  std::optional<SessionNumber> session;
  std::optional<CaseNumber> case_number;
  std::optional<NetworkNumber> network;
  std::optional<Purpose> purpose;
  std::optional<Compartment> compartment;
  // Everything whose plaintext passed through there, typed in or handed out.
  std::optional<InstanceNumber> exposed_through;
  std::optional<Face> exposed_face;
  std::uint32_t kinds = 0;  // bit per EntryKind; 0: every kind that discloses (or exposes)
  std::uint64_t from_ms = 0;
  std::uint64_t to_ms = 0;  // 0: no end

  bool holds(const Entry& entry) const;
};

struct AffectedCustomer {
  CustomerNumber number;
  Pseudonym pseudonym;  // of the last entry
  FieldSet clear;
  FieldSet masked;
  bool existence = false;
  std::uint64_t first_ms = 0;
  std::uint64_t last_ms = 0;
  std::uint32_t sessions = 0;
};

struct AffectedSet {
  std::vector<AffectedCustomer> customers;  // by number
  std::uint64_t fields = 0;                 // distinct (customer, field) pairs, clear or masked
};

Result<AffectedSet> scan_scope(const Ledger& ledger, const KeyRing& ring, TreeSize size,
                               const ScopePredicate& predicate);

}  // namespace bulkhead
