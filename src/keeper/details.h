// The `detail` of each kind of entry that changes the keeper's state: what the fold needs to make
// the change again. It must never hold a name, an address, a secret or free text; those stand in
// the vault's rows. Owned by keeper; docs/LEDGER.md lists them.
#pragma once

#include "ledger/entry.h"
#include "wire/codec.h"
#include "wire/proof.h"

namespace bulkhead {

// kRestart: the keeper started (face kKeeper), or a process instance of a face did.
struct RestartDetail {
  std::uint32_t instance = 0;
  std::uint64_t time_lost_ms =
      0;  // keeper time that passed since the last entry, as far as it may be believed
  WIRE_MEMBERS(instance, time_lost_ms)
};

// kName: a ledger-local number is introduced by a commitment; the opening stands in the vault's
// rows.
enum class NameKind : std::uint8_t { kTeam, kNetwork };
template <>
struct Words<NameKind> {
  static constexpr std::array<std::string_view, 2> names{"team", "network"};
};
struct NameDetail {
  NameKind kind{};
  std::uint32_t number = 0;
  std::array<std::uint8_t, 32> commitment{};
  WIRE_MEMBERS(kind, number, commitment)
};

// kStaff and kClient: the principal as it stands after this entry. `secrets` names the version of
// its sealed row.
struct PrincipalDetail {
  std::uint32_t number = 0;
  Role role{};
  std::uint32_t team = 0;
  bool disabled = false;
  bool grown = false;
  std::uint32_t secrets = 0;
  std::uint64_t budget_frozen_until_ms = 0;  // keeper time; a reset freezes the budget for a day
  wire::NetworkAddress network{};
  std::uint8_t prefix_bits = 0;
  std::uint16_t on_case_opened = 0;  // bit per RequestType
  WIRE_MEMBERS(number, role, team, disabled, grown, secrets, budget_frozen_until_ms, network,
               prefix_bits, on_case_opened)
};

// kSignIn.
struct SignInDetail {
  std::uint64_t totp_step = 0;  // 0 for clients
  WIRE_MEMBERS(totp_step)
};

// kSignInFailed and kDenied: how many alike this one entry stands for (at least 1).
struct CountDetail {
  std::uint32_t times = 1;
  std::uint16_t op = 0;
  WIRE_MEMBERS(times, op)
};

// kCase: the case as it stands after this entry. The customer is the entry's own.
struct CaseDetail {
  RequestType type{};
  CaseState state{};
  ContactProof contact{};
  std::uint32_t assignee = 0;
  std::uint64_t opened_ms = 0;
  std::uint64_t changed_ms = 0;
  WIRE_MEMBERS(type, state, contact, assignee, opened_ms, changed_ms)
};

// kGrant: an event gives a client one customer through one case.
struct GrantDetail {
  std::uint32_t client = 0;
  std::uint64_t expires_keeper_ms = 0;
  WIRE_MEMBERS(client, expires_keeper_ms)
};

// kImport.
struct ImportDetail {
  std::array<std::uint8_t, 16> job{};
  std::uint32_t batch = 0;
  std::uint32_t first_customer = 0;
  std::uint32_t customers = 0;
  WIRE_MEMBERS(job, batch, first_customer, customers)
};

// kErasure: what became of the request to erase the entry's customer. Holds stop a request from
// being made or carried out.
enum class ErasureStep : std::uint8_t {
  kNone,
  kRequested,
  kCancelled,
  kCarriedOut,
  kHeld,
  kReleased
};
template <>
struct Words<ErasureStep> {
  static constexpr std::array<std::string_view, 6> names{"none",        "requested", "cancelled",
                                                         "carried-out", "held",      "released"};
};
inline constexpr std::size_t kPseudonymsMax = 32;
struct ErasureDetail {
  ErasureStep step{};
  std::uint64_t due_keeper_ms = 0;                   // of a request
  wire::List<Pseudonym, kPseudonymsMax> pseudonyms;  // when it was carried out: the last trace
  WIRE_MEMBERS(step, due_keeper_ms, pseudonyms)
};

// kWrite: a change of a customer's contact compartment; `fields` of the entry says which. First
// that it begins, with the version it makes, then that it ended, with the version that stands
// since: the same, unless the vault could not take it.
enum class WriteStep : std::uint8_t { kBegun, kEnded };
template <>
struct Words<WriteStep> {
  static constexpr std::array<std::string_view, 2> names{"begun", "ended"};
};
struct WriteDetail {
  WriteStep step{};
  std::uint8_t compartment = 0;
  std::uint32_t version = 0;
  std::uint32_t stands = 0;                 // of one that ended
  std::uint64_t young_until_keeper_ms = 0;  // of one that begins; for its channels
  WIRE_MEMBERS(step, compartment, version, stands, young_until_keeper_ms)
};

// kAllowance: a step in the life of an allowance (allowances.h). The case is the entry's own.
struct AllowanceDetail {
  AllowanceKind kind{};
  AllowanceStep step{};
  std::uint32_t number = 0;
  std::uint8_t people = 0;
  std::uint64_t expires_keeper_ms = 0;
  WIRE_MEMBERS(kind, step, number, people, expires_keeper_ms)
};
// kReveal, when it went by an allowance: whose people and approver are charged too.
struct AllowanceUse {
  std::uint32_t number = 0;
  WIRE_MEMBERS(number)
};

// kPolicy: the whole policy in its canonical encoding; its number is the entry's policy number.
struct PolicyDetail {
  wire::Text<4000> policy;
  WIRE_MEMBERS(policy)
};

// kApproval: a step in the life of a proposal, an act that widens and waits for a second admin. The
// act itself stands in a sealed row; `act` is the salted digest of that row.
enum class ProposalStep : std::uint8_t { kProposed, kApproved, kRefused, kCarriedOut };
template <>
struct Words<ProposalStep> {
  static constexpr std::array<std::string_view, 4> names{"proposed", "approved", "refused",
                                                         "carried-out"};
};
struct ProposalDetail {
  ProposalStep step{};
  std::uint32_t number = 0;
  std::uint16_t op = 0;
  std::array<std::uint8_t, 32> act{};
  std::uint64_t ready_keeper_ms = 0;
  std::uint64_t expires_keeper_ms = 0;
  bool alone = false;  // carried out without a second admin, since there was none yet
  WIRE_MEMBERS(step, number, op, act, ready_keeper_ms, expires_keeper_ms, alone)
};

// kContainment: an operation that ended the keeper three times in ten minutes is refused, until an
// admin lifts that.
enum class ContainmentStep : std::uint8_t { kQuarantined, kLifted };
template <>
struct Words<ContainmentStep> {
  static constexpr std::array<std::string_view, 2> names{"quarantined", "lifted"};
};
struct ContainmentDetail {
  ContainmentStep step{};
  std::uint16_t op = 0;
  WIRE_MEMBERS(step, op)
};

// kContainment too, told apart by its length: what became of a canary, or who touched one. Which
// customer it is stands in the entry's sealed number alone, never in the detail or the public part.
enum class CanaryStep : std::uint8_t { kAdded, kRemoved, kTouched, kReleased };
template <>
struct Words<CanaryStep> {
  static constexpr std::array<std::string_view, 4> names{"added", "removed", "touched", "released"};
};
struct CanaryDetail {
  CanaryStep step{};
  std::uint32_t canary = 0;     // its number among canaries
  std::uint32_t principal = 0;  // who touched one, or is released
  std::uint64_t cause = 0;      // index of the entry that touched it
  WIRE_MEMBERS(step, canary, principal, cause)
};

// kScope: what was asked of the ledger, as a digest of the query.
struct ScopeDetail {
  std::array<std::uint8_t, 32> query{};
  std::uint64_t ledger_size = 0;
  WIRE_MEMBERS(query, ledger_size)
};

// kExport without a customer: an auditor was given the opening of one entry.
struct OpeningDetail {
  std::uint64_t index = 0;
  WIRE_MEMBERS(index)
};

// kClock: wall time and keeper time parted by more than 30 seconds, or are closer again.
struct ClockDetail {
  bool wall_ahead = false;
  std::uint64_t apart_ms = 0;
  WIRE_MEMBERS(wall_ahead, apart_ms)
};

}  // namespace bulkhead
