// From request to question: one function per operation, reading body, path and query strictly. They
// must never put a claim about who asks into a message; the proof alone travels. Owned by front;
// named in the table of routes.cpp.
#pragma once

#include "front/routes.h"

namespace bulkhead::front {

Status ask_sign_in(const Asked& asked, Bytes& to);
Status ask_client_sign_in(const Asked& asked, Bytes& to);
Status ask_open_case(const Asked& asked, Bytes& to);
Status ask_list_cases(const Asked& asked, Bytes& to);
Status ask_assign_case(const Asked& asked, Bytes& to);
Status ask_lookup(const Asked& asked, Bytes& to);
Status ask_reveal(const Asked& asked, Bytes& to);
Status ask_change_contact(const Asked& asked, Bytes& to);
Status ask_approval(const Asked& asked, Bytes& to);
Status ask_decide_allowance(const Asked& asked, Bytes& to);
Status ask_add_message(const Asked& asked, Bytes& to);
Status ask_checkpoint(const Asked& asked, Bytes& to);
Status ask_anchor(const Asked& asked, Bytes& to);
Status ask_opening(const Asked& asked, Bytes& to);
Status ask_tile(const Asked& asked, Bytes& to);
Status ask_entries(const Asked& asked, Bytes& to);

// 32 hex digits of lower case: the one spelling that proofs are made over.
std::optional<CaseId> case_id_of(std::string_view text);

// Questions that hold nothing but the proof, or the proof and a case.
template <class Message>
Status ask_plain(const Asked& asked, Bytes& to) {
  Message message;
  message.proof = asked.proof;
  wire::Encoder(to).put(message);
  return {};
}
template <class Message>
Status ask_about_case(const Asked& asked, Bytes& to) {
  const auto id = case_id_of(asked.parameter);
  if (!id) return fail(ErrorCode::kNotFound, "A case is named by 32 hex digits of lower case.");
  Message message;
  message.proof = asked.proof;
  message.id = *id;
  wire::Encoder(to).put(message);
  return {};
}

}  // namespace bulkhead::front
