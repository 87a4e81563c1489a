// Who was affected, and proof of an entry. Scope must name pseudonyms and nothing else of a
// customer. Owned by wire; the handlers are in keeper/.
#pragma once

#include "wire/ledger_messages.h"

namespace bulkhead::wire {

// An empty predicate holds for everything; all given ones must hold.
struct ScopeQuery {
  std::uint32_t session = 0;  // 0: any
  std::uint32_t case_number = 0;
  Text<kNameBytesMax> principal;  // staff or client name; empty: any
  Text<64> network;               // textual prefix such as 127.0.1.0/24; empty: any
  std::uint64_t from_ms = 0;
  std::uint64_t to_ms = 0;  // 0: no end
  std::optional<Purpose> purpose;
  std::uint32_t kinds = 0;  // bit per ledger/entry.h EntryKind; 0: every kind that discloses
  std::optional<std::uint8_t> compartment;
  // What passed through one process instance, or all of a face: what was typed there as well, since
  // whoever owns the process saw it.
  std::uint32_t exposed_through = 0;  // 0: any
  std::optional<Face> exposed_face;
  WIRE_MEMBERS(session, case_number, principal, network, from_ms, to_ms, purpose, kinds,
               compartment, exposed_through, exposed_face)
};
struct Scope {
  static constexpr Op kOp = Op::kScope;
  ScopeQuery query;
  std::uint64_t after = 0;  // rows already had; the keeper answers the next page
  std::uint64_t ledger_size =
      0;  // 0 on the first page; then what the first page said, so that pages agree
  WIRE_MEMBERS(query, after, ledger_size)
};
struct ScopeRow {
  Pseudonym customer;  // of the year of `last`
  FieldSet clear;
  FieldSet masked;
  bool existence = false;
  std::uint64_t first_ms = 0;
  std::uint64_t last_ms = 0;
  std::uint32_t sessions = 0;
  std::uint32_t number =
      0;  // the keeper's own number; only in demo and drill directories, where drills compare it
  WIRE_MEMBERS(customer, clear, masked, existence, first_ms, last_ms, sessions, number)
};
struct ScopeAnswer {
  std::uint64_t ledger_size = 0;
  std::uint64_t customers = 0;
  std::uint64_t fields = 0;  // distinct (customer, field) pairs, clear or masked
  List<ScopeRow, 20000> rows;
  bool more = false;
  List<UnknownWindow, kUnknownWindowsMax> unknown;  // what no longer stands in the ledger
  WIRE_MEMBERS(ledger_size, customers, fields, rows, more, unknown)
};

struct Prove {  // the .tlog-proof of one entry, and its leaf
  static constexpr Op kOp = Op::kProve;
  std::uint64_t index = 0;
  WIRE_MEMBERS(index)
};
struct ProveAnswer {
  Text<65535> leaf;
  Text<16384> proof;
  WIRE_MEMBERS(leaf, proof)
};

}  // namespace bulkhead::wire
