// From answer to response: one function per kind of answer, writing the JSON that docs/openapi.yaml
// describes. They must never add anything the keeper did not say; an answer that does not follow
// its format is an error and ends the process. Owned by front; named in the table of routes.cpp.
#pragma once

#include "front/routes.h"

namespace bulkhead::front {

Status tell_session(ByteView answer, Response& to);  // of a client: session in the body alone
Status tell_session_cookie(ByteView answer, Response& to);  // of staff at the desk: and as a cookie
Status tell_signed_out(ByteView answer, Response& to);
Status tell_erasure(ByteView answer, Response& to);
Status tell_contact(ByteView answer, Response& to);
Status tell_allowance(ByteView answer, Response& to);
Status tell_new_allowance(ByteView answer, Response& to);
Status tell_allowances(ByteView answer, Response& to);
Status tell_done(ByteView answer, Response& to);
Status tell_lane(ByteView answer, Response& to);
Status tell_me(ByteView answer, Response& to);
Status tell_disclosures(ByteView answer, Response& to);
Status tell_grants(ByteView answer, Response& to);
Status tell_case(ByteView answer, Response& to);
Status tell_new_case(ByteView answer, Response& to);
Status tell_cases(ByteView answer, Response& to);
Status tell_lookup(ByteView answer, Response& to);
Status tell_record(ByteView answer, Response& to);
Status tell_messages(ByteView answer, Response& to);
Status tell_count(ByteView answer, Response& to);
Status tell_checkpoint(ByteView answer, Response& to);
Status tell_anchor(ByteView answer, Response& to);
Status tell_opening(ByteView answer, Response& to);
Status tell_ledger_bytes(ByteView answer, Response& to);

}  // namespace bulkhead::front
