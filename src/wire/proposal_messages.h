// Acts that widen, outside demo and drill directories: proposed, approved by a second admin,
// carried out. A chosen password is never shown to the second. Owned by wire; the handlers are in
// keeper/.
#pragma once

#include "wire/front_messages.h"

namespace bulkhead::wire {

// Outside demo and drill directories an act that widens is only proposed, and answers this.
struct Proposed {
  std::uint32_t number = 0;
  std::uint32_t wait_s = 0;
  WIRE_MEMBERS(number, wait_s)
};
inline constexpr std::size_t kProposalsMax = 64;
inline constexpr std::size_t kActBytesMax = 8192;
struct ListProposals {
  static constexpr Op kOp = Op::kListProposals;
  bool all = true;
  WIRE_MEMBERS(all)
};
struct ProposalRow {
  std::uint32_t number = 0;
  std::uint16_t op = 0;
  Text<kActBytesMax> act;  // the operation's own message; a chosen password is left out
  std::array<std::uint8_t, 32> digest{};  // of the act, as the entries have it
  Text<kNameBytesMax> by;
  Text<kNameBytesMax> approved_by;  // empty: nobody has
  std::uint32_t ready_in_s = 0;
  std::uint32_t expires_in_s = 0;
  WIRE_MEMBERS(number, op, act, digest, by, approved_by, ready_in_s, expires_in_s)
};
struct ListProposalsAnswer {
  List<ProposalRow, kProposalsMax> rows;
  WIRE_MEMBERS(rows)
};
struct ApproveProposal {  // by another admin than the one who proposed it
  static constexpr Op kOp = Op::kApproveProposal;
  std::uint32_t number = 0;
  std::array<std::uint8_t, 32> digest{};  // what the approver was shown
  WIRE_MEMBERS(number, digest)
};
struct RefuseProposal {  // or withdraw one's own
  static constexpr Op kOp = Op::kRefuseProposal;
  std::uint32_t number = 0;
  WIRE_MEMBERS(number)
};
struct CarryOutProposal {  // by the one who proposed it; answers what the act answers
  static constexpr Op kOp = Op::kCarryOutProposal;
  std::uint32_t number = 0;
  WIRE_MEMBERS(number)
};

}  // namespace bulkhead::wire
