// The one spelling of each request that carries a proof, and of an auditor's for an opening:
// method, path, query and body, rebuilt from the message's own members. Front's routes and the
// keeper's check both come from here, so a proof fits exactly what was asked, whoever carries it.
// Owned by wire.
#pragma once

#include <string>

#include "wire/front_messages.h"

namespace bulkhead::wire {

// Bodies are canonical JSON (RFC 8785: members in order of their names, no blanks). Queries name
// view, after and limit in this order, without what has its default.
struct Target {
  std::string_view method;
  std::string path;
  std::string query = {};
  std::string body = {};

  // What the proof's digest is taken of.
  std::string content() const { return query + "\n" + body; }
};

// Where a front serves the ledger to auditors: a C2SP tlog-tiles prefix, and openings beside it.
inline constexpr std::string_view kLedgerPath = "/api/v1/ledger";
std::string opening_name(std::uint64_t index);  // below it: "opening/<decimal>"

std::string path_of_case(const CaseId& id,
                         std::string_view tail);  // "/api/v1/cases/<32 hex digits><tail>"

inline Target target_of(const SignOut&) { return {"DELETE", "/api/v1/session"}; }
inline Target target_of(const OpenLane&) { return {"POST", "/api/v1/session/lanes"}; }
inline Target target_of(const Me&) { return {"GET", "/api/v1/me"}; }
inline Target target_of(const Disclosures&) { return {"GET", "/api/v1/me/disclosures"}; }
inline Target target_of(const Grants&) { return {"GET", "/api/v1/me/grants"}; }
Target target_of(const OpenCase& message);
Target target_of(const ListCases& message);
inline Target target_of(const ShowCase& m) { return {"GET", path_of_case(m.id, "")}; }
Target target_of(const AssignCase& message);
inline Target target_of(const CloseCase& m) { return {"POST", path_of_case(m.id, "/close")}; }
inline Target target_of(const Masked& m) { return {"GET", path_of_case(m.id, "/record")}; }
Target target_of(const Reveal& message);
inline Target target_of(const ListMessages& m) { return {"GET", path_of_case(m.id, "/messages")}; }
Target target_of(const AddMessage& message);
Target target_of(const Lookup& message);
inline Target target_of(const RequestErasure& m) {
  return {"POST", path_of_case(m.id, "/erasure")};
}
inline Target target_of(const CancelErasure& m) {
  return {"DELETE", path_of_case(m.id, "/erasure")};
}
Target target_of(const ChangeContact& message);
Target target_of(const AskApproval& message);
inline Target target_of(const BreakGlass& m) {
  return {"POST", path_of_case(m.id, "/break-glass")};
}
inline Target target_of(const ListAllowances&) { return {"GET", "/api/v1/allowances"}; }
Target target_of(const DecideAllowance& message);
Target target_of(const ReadOpening& message);
inline Target target_of(const Count&) { return {"GET", "/api/v1/customers/count"}; }

}  // namespace bulkhead::wire
