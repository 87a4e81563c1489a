// Method and path of each request that carries a proof, rebuilt from the operation's own ids.
// Front's routes and the keeper's check both come from here, so a proof made for one case or
// operation fits no other. Owned by wire.
#pragma once

#include <string>

#include "wire/front_messages.h"

namespace bulkhead::wire {

struct Target {
  std::string_view method;
  std::string path;
};

std::string path_of_case(const CaseId& id,
                         std::string_view tail);  // "/api/v1/cases/<32 hex digits><tail>"

inline Target target_of(const SignOut&) { return {"DELETE", "/api/v1/session"}; }
inline Target target_of(const OpenLane&) { return {"POST", "/api/v1/session/lanes"}; }
inline Target target_of(const Me&) { return {"GET", "/api/v1/me"}; }
inline Target target_of(const Disclosures&) { return {"GET", "/api/v1/me/disclosures"}; }
inline Target target_of(const Grants&) { return {"GET", "/api/v1/me/grants"}; }
inline Target target_of(const OpenCase&) { return {"POST", "/api/v1/cases"}; }
inline Target target_of(const ListCases&) { return {"GET", "/api/v1/cases"}; }
inline Target target_of(const ShowCase& m) { return {"GET", path_of_case(m.id, "")}; }
inline Target target_of(const AssignCase& m) { return {"POST", path_of_case(m.id, "/assign")}; }
inline Target target_of(const CloseCase& m) { return {"POST", path_of_case(m.id, "/close")}; }
inline Target target_of(const Masked& m) { return {"GET", path_of_case(m.id, "/record")}; }
inline Target target_of(const Reveal& m) { return {"POST", path_of_case(m.id, "/reveal")}; }
inline Target target_of(const ListMessages& m) { return {"GET", path_of_case(m.id, "/messages")}; }
inline Target target_of(const AddMessage& m) { return {"POST", path_of_case(m.id, "/messages")}; }
inline Target target_of(const Lookup&) { return {"POST", "/api/v1/lookups"}; }
inline Target target_of(const Count&) { return {"GET", "/api/v1/customers/count"}; }

}  // namespace bulkhead::wire
