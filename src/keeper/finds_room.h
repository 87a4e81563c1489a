// Which operations are answered when the disk is full: what narrows, signing in and out, and
// looking. Whatever shows a customer or adds something must not be among them. Owned by keeper.
#pragma once

#include "wire/operations.h"

namespace bulkhead {

inline constexpr std::uint16_t kFirstAdminOp = 64;

constexpr bool finds_room(wire::Op op) {
  using wire::Op;
  switch (op) {
    case Op::kHello:
    case Op::kSignIn:
    case Op::kClientSignIn:
    case Op::kSignOut:
    case Op::kOpenLane:
    case Op::kMe:
    case Op::kDisclosures:
    case Op::kGrants:
    case Op::kReadLedger:
    case Op::kAdminHello:
    case Op::kAdminSignIn:
    case Op::kAdminResume:
    case Op::kStatus:
    case Op::kStaffList:
    case Op::kStaffChange:
    case Op::kClientList:
    case Op::kClientRevoke:
    case Op::kErasures:
    case Op::kKeyStatus:
    case Op::kEndBackup:
    case Op::kHold:
    case Op::kListProposals:
    case Op::kRefuseProposal:
    case Op::kLiftQuarantine:
    case Op::kDemoCode:
    case Op::kMoveClock:
      return true;
    default:
      return false;
  }
}

}  // namespace bulkhead
