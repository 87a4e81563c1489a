// The operations of the keeper's protocol, by number. Front operations carry a proof by the person
// or client who asks; admin operations come over admin.sock; control operations come from the
// supervisor alone. Numbers are never reused. Owned by wire; which channel may send which
// operation, when and how large is keeper/rules.h.
#pragma once

#include <cstdint>

namespace bulkhead::wire {

enum class Op : std::uint16_t {
  kHello = 1,
  kSignIn = 2,
  kClientSignIn = 3,
  kSignOut = 4,
  kOpenLane = 5,
  kMe = 6,
  kOpenCase = 7,
  kListCases = 8,
  kShowCase = 9,
  kAssignCase = 10,
  kCloseCase = 11,
  kLookup = 12,
  kMasked = 13,
  kReveal = 14,
  kListMessages = 15,
  kAddMessage = 16,
  kDisclosures = 17,
  kCount = 18,
  kGrants = 19,
  kReadLedger = 20,
  kRequestErasure = 21,
  kCancelErasure = 22,
  kChangeContact = 24,
  kAskApproval = 25,
  kBreakGlass = 26,
  kListAllowances = 27,
  kDecideAllowance = 28,
  kAddAnchor = 29,
  kReadOpening = 30,

  kAdminHello = 64,
  kAdminSignIn = 65,
  kStatus = 66,
  kStaffAdd = 67,
  kStaffList = 68,
  kStaffChange = 69,
  kClientAdd = 70,
  kClientList = 71,
  kClientRevoke = 72,
  kAdminResume = 73,
  kSetPolicy = 74,
  kImport = 75,
  kScope = 76,
  kProve = 77,
  kDemoCode = 78,
  kSeedCases = 79,
  kSetContact = 80,
  kErasures = 81,
  kHold = 82,
  kChangeKeys = 83,
  kKeyStatus = 84,
  kCanary = 85,
  kSetWitness = 86,
  kMakeBackup = 87,
  kReadBackup = 88,
  kEndBackup = 89,
  kListProposals = 90,
  kApproveProposal = 91,
  kRefuseProposal = 92,
  kCarryOutProposal = 93,
  kLiftQuarantine = 94,
  kTakeAnchor = 95,
  kConfirmAdoption = 96,
  kMoveClock = 116,

  kNewChannel = 128,
  kDrain = 129,
  kKeeperReady = 130,
};

}  // namespace bulkhead::wire
