// The rule table: which operation may come over which kind of channel, in which stage, how large,
// and who handles it. Anything not in the table, or not as the table says, closes the channel.
// Owned by keeper; an operation is added by adding its line here, its message in wire/ and its
// handler.
#pragma once

#include <array>
#include <cstddef>

#include "keeper/handlers.h"
#include "wire/operations.h"

namespace bulkhead {

// Whether a message asks for an act that widens: more people, more rights, larger budgets.
enum class Width : std::uint8_t { kNarrow, kWide, kMalformed };

struct Rule {
  wire::Op op;
  std::string_view name;
  bool admin;   // over admin.sock; otherwise from a front
  Stage stage;  // the one stage in which it is allowed
  std::size_t body_bytes_max;
  Outcome (*handle)(Keeper&, const Call&);
  Width (*width)(ByteView body) = nullptr;  // none: it never widens
};

// Inside the handlers' namespace, so that the table reads as a table.
namespace handlers {
using wire::Op;
inline constexpr bool kFront = false, kAdmin = true;
inline constexpr std::size_t kSmall = 1024;

template <class M>
Width wide(ByteView body) {
  return wire::decode<M>(body) ? Width::kWide : Width::kMalformed;
}
// Closing an account narrows and must not wait; new secrets for one do.
inline Width wide_reset(ByteView body) {
  const auto message = wire::decode<wire::StaffChange>(body);
  if (!message) return Width::kMalformed;
  return message->what == wire::StaffChangeKind::kReset ? Width::kWide : Width::kNarrow;
}
// A rekey makes every backup of the old database worthless, for its owner as well; a rotation only
// wraps the same keys anew.
inline Width wide_rekey(ByteView body) {
  const auto message = wire::decode<wire::ChangeKeys>(body);
  if (!message) return Width::kMalformed;
  return message->change == KeyChange::kRekey ? Width::kWide : Width::kNarrow;
}

// One more canary narrows; one less, or somebody back who touched one, does not.
inline Width wide_canary(ByteView body) {
  const auto message = wire::decode<wire::Canary>(body);
  if (!message) return Width::kMalformed;
  const bool wide =
      message->act == wire::CanaryAct::kRemove || message->act == wire::CanaryAct::kRelease;
  return wide ? Width::kWide : Width::kNarrow;
}

// clang-format off
inline constexpr std::array kTable = [] {
  return std::array{
    Rule{Op::kHello,        "hello",          kFront, Stage::kGreeting,  16,        read<wire::Hello, hello>},
    Rule{Op::kSignIn,       "sign-in",        kFront, Stage::kServing,   kSmall,    read<wire::SignIn, sign_in>},
    Rule{Op::kClientSignIn, "client-sign-in", kFront, Stage::kServing,   kSmall,    read<wire::ClientSignIn, client_sign_in>},
    Rule{Op::kSignOut,      "sign-out",       kFront, Stage::kServing,   kSmall,    read_proven<wire::SignOut, sign_out>},
    Rule{Op::kOpenLane,     "open-lane",      kFront, Stage::kServing,   kSmall,    read_proven<wire::OpenLane, open_lane>},
    Rule{Op::kMe,           "me",             kFront, Stage::kServing,   kSmall,    read_proven<wire::Me, me>},
    Rule{Op::kOpenCase,     "open-case",      kFront, Stage::kServing,   kSmall,    read_proven<wire::OpenCase, open_case>},
    Rule{Op::kListCases,    "list-cases",     kFront, Stage::kServing,   kSmall,    read_proven<wire::ListCases, list_cases>},
    Rule{Op::kShowCase,     "show-case",      kFront, Stage::kServing,   kSmall,    read_proven<wire::ShowCase, show_case>},
    Rule{Op::kAssignCase,   "assign-case",    kFront, Stage::kServing,   kSmall,    read_proven<wire::AssignCase, assign_case>},
    Rule{Op::kCloseCase,    "close-case",     kFront, Stage::kServing,   kSmall,    read_proven<wire::CloseCase, close_case>},
    Rule{Op::kLookup,       "lookup",         kFront, Stage::kServing,   kSmall,    read_proven<wire::Lookup, lookup>},
    Rule{Op::kMasked,       "masked",         kFront, Stage::kServing,   kSmall,    read_proven<wire::Masked, masked>},
    Rule{Op::kReveal,       "reveal",         kFront, Stage::kServing,   kSmall,    read_proven<wire::Reveal, reveal>},
    Rule{Op::kListMessages, "list-messages",  kFront, Stage::kServing,   kSmall,    read_proven<wire::ListMessages, list_messages>},
    Rule{Op::kAddMessage,   "add-message",    kFront, Stage::kServing,   80u << 10, read_proven<wire::AddMessage, add_message>},
    Rule{Op::kDisclosures,  "disclosures",    kFront, Stage::kServing,   kSmall,    read_proven<wire::Disclosures, disclosures>},
    Rule{Op::kCount,        "count",          kFront, Stage::kServing,   kSmall,    read_proven<wire::Count, count>},
    Rule{Op::kGrants,       "grants",         kFront, Stage::kServing,   kSmall,    read_proven<wire::Grants, grants>},
    Rule{Op::kReadLedger,   "read-ledger",    kFront, Stage::kServing,   kSmall,    read<wire::ReadLedger, read_ledger>},
    Rule{Op::kRequestErasure, "request-erasure", kFront, Stage::kServing, kSmall,  read_proven<wire::RequestErasure, request_erasure>},
    Rule{Op::kCancelErasure, "cancel-erasure", kFront, Stage::kServing,  kSmall,    read_proven<wire::CancelErasure, cancel_erasure>},
    Rule{Op::kChangeContact, "change-contact", kFront, Stage::kServing,  4u << 10, read_proven<wire::ChangeContact, change_contact>},
    Rule{Op::kAskApproval,  "ask-approval",   kFront, Stage::kServing,   kSmall,    read_proven<wire::AskApproval, ask_approval>},
    Rule{Op::kBreakGlass,   "break-glass",    kFront, Stage::kServing,   kSmall,    read_proven<wire::BreakGlass, break_glass>},
    Rule{Op::kListAllowances, "list-allowances", kFront, Stage::kServing, kSmall,  read_proven<wire::ListAllowances, list_allowances>},
    Rule{Op::kDecideAllowance, "decide-allowance", kFront, Stage::kServing, kSmall, read_proven<wire::DecideAllowance, decide_allowance>},
    Rule{Op::kAddAnchor,    "add-anchor",     kFront, Stage::kServing,   10u << 10, read<wire::AddAnchor, add_anchor>},
    Rule{Op::kReadOpening,  "read-opening",   kFront, Stage::kServing,   kSmall,    read<wire::ReadOpening, read_opening>},

    Rule{Op::kAdminHello,   "admin-hello",    kAdmin, Stage::kGreeting,  16,        read<wire::AdminHello, admin_hello>},
    Rule{Op::kAdminSignIn,  "admin-sign-in",  kAdmin, Stage::kSigningIn, kSmall,    read<wire::AdminSignIn, admin_sign_in>},
    Rule{Op::kStatus,       "status",         kAdmin, Stage::kServing,   16,        read<wire::StatusQuery, status>},
    Rule{Op::kStaffAdd,     "staff-add",      kAdmin, Stage::kServing,   kSmall,    read<wire::StaffAdd, staff_add>, wide<wire::StaffAdd>},
    Rule{Op::kStaffList,    "staff-list",     kAdmin, Stage::kServing,   16,        read<wire::StaffList, staff_list>},
    Rule{Op::kStaffChange,  "staff-change",   kAdmin, Stage::kServing,   kSmall,    read<wire::StaffChange, staff_change>, wide_reset},
    Rule{Op::kClientAdd,    "client-add",     kAdmin, Stage::kServing,   kSmall,    read<wire::ClientAdd, client_add>, wide<wire::ClientAdd>},
    Rule{Op::kClientList,   "client-list",    kAdmin, Stage::kServing,   16,        read<wire::ClientList, client_list>},
    Rule{Op::kClientRevoke, "client-revoke",  kAdmin, Stage::kServing,   kSmall,    read<wire::ClientRevoke, client_revoke>},
    Rule{Op::kAdminResume,  "admin-resume",   kAdmin, Stage::kSigningIn, 64,        read<wire::AdminResume, admin_resume>},
    Rule{Op::kSetPolicy,    "set-policy",     kAdmin, Stage::kServing,   8u << 10,  read<wire::SetPolicy, set_policy>, wide<wire::SetPolicy>},
    Rule{Op::kImport,       "import",         kAdmin, Stage::kServing,   wire::kFrameBodyBytesMax, read<wire::Import, import>},
    Rule{Op::kScope,        "scope",          kAdmin, Stage::kServing,   kSmall,    read<wire::Scope, scope>},
    Rule{Op::kProve,        "prove",          kAdmin, Stage::kServing,   16,        read<wire::Prove, prove>},
    Rule{Op::kDemoCode,     "demo-code",      kAdmin, Stage::kServing,   kSmall,    read<wire::DemoCode, demo_code>},
    Rule{Op::kSeedCases,    "seed-cases",     kAdmin, Stage::kServing,   wire::kFrameBodyBytesMax, read<wire::SeedCases, seed_cases>},
    Rule{Op::kSetContact,   "set-contact",    kAdmin, Stage::kServing,   kSmall,    read<wire::SetContact, set_contact>},
    Rule{Op::kErasures,     "erasures",       kAdmin, Stage::kServing,   16,        read<wire::Erasures, erasures>},
    Rule{Op::kHold,         "hold",           kAdmin, Stage::kServing,   16,        read<wire::Hold, hold>},
    Rule{Op::kChangeKeys,   "change-keys",    kAdmin, Stage::kServing,   16,        read<wire::ChangeKeys, change_keys>, wide_rekey},
    Rule{Op::kKeyStatus,    "key-status",     kAdmin, Stage::kServing,   16,        read<wire::KeyStatus, key_status>},
    Rule{Op::kCanary,       "canary",         kAdmin, Stage::kServing,   64u << 10, read<wire::Canary, canary>, wide_canary},
    Rule{Op::kSetWitness,   "set-witness",    kAdmin, Stage::kServing,   kSmall,    read<wire::SetWitness, set_witness>, wide<wire::SetWitness>},
    Rule{Op::kMakeBackup,   "make-backup",    kAdmin, Stage::kServing,   16,        read<wire::MakeBackup, make_backup>},
    Rule{Op::kReadBackup,   "read-backup",    kAdmin, Stage::kServing,   24,        read<wire::ReadBackup, read_backup>},
    Rule{Op::kEndBackup,    "end-backup",     kAdmin, Stage::kServing,   16,        read<wire::EndBackup, end_backup>},
    Rule{Op::kListProposals,    "list-proposals",     kAdmin, Stage::kServing, 16,  read<wire::ListProposals, list_proposals>},
    Rule{Op::kApproveProposal,  "approve-proposal",   kAdmin, Stage::kServing, 64,  read<wire::ApproveProposal, approve_proposal>},
    Rule{Op::kRefuseProposal,   "refuse-proposal",    kAdmin, Stage::kServing, 16,  read<wire::RefuseProposal, refuse_proposal>},
    Rule{Op::kCarryOutProposal, "carry-out-proposal", kAdmin, Stage::kServing, 16,  read<wire::CarryOutProposal, carry_out_proposal>},
    Rule{Op::kLiftQuarantine, "lift-quarantine", kAdmin, Stage::kServing, 64,    read<wire::LiftQuarantine, lift_quarantine>},
    Rule{Op::kTakeAnchor,   "take-anchor",    kAdmin, Stage::kServing,   10u << 10, read<wire::TakeAnchor, take_anchor>},
    Rule{Op::kConfirmAdoption, "confirm-adoption", kAdmin, Stage::kServing, 16,    read<wire::ConfirmAdoption, confirm_adoption>, wide<wire::ConfirmAdoption>},
    Rule{Op::kMoveClock,    "move-clock",     kAdmin, Stage::kServing,   16,        read<wire::MoveClock, move_clock>},
  };
}();
// clang-format on
}  // namespace handlers
inline constexpr const auto& kRules = handlers::kTable;

constexpr const Rule* rule_of(std::uint16_t op) {
  for (const auto& rule : kRules) {
    if (static_cast<std::uint16_t>(rule.op) == op) return &rule;
  }
  return nullptr;
}

// Never quarantined: greeting, signing in, narrowing, and seeing and lifting what is quarantined.
constexpr bool is_essential(wire::Op op) {
  using wire::Op;
  switch (op) {
    case Op::kHello:
    case Op::kSignIn:
    case Op::kClientSignIn:
    case Op::kSignOut:
    case Op::kAdminHello:
    case Op::kAdminSignIn:
    case Op::kAdminResume:
    case Op::kStatus:
    case Op::kStaffChange:
    case Op::kClientRevoke:
    case Op::kLiftQuarantine:
      return true;
    default:
      return false;
  }
}

// The table is sane: every operation once, in rising order, named, bounded, handled, and greeting
// comes first.
constexpr bool table_is_sane() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    const auto& rule = kRules[i];
    if (rule.name.empty() || rule.handle == nullptr) return false;
    if (rule.body_bytes_max == 0 || rule.body_bytes_max > wire::kFrameBodyBytesMax) return false;
    if (i > 0 && !(kRules[i - 1].op < rule.op)) return false;
    if (rule.admin != (static_cast<std::uint16_t>(rule.op) >= 64)) return false;
    if (!rule.admin && rule.stage == Stage::kSigningIn) return false;
    if (!rule.admin && rule.width != nullptr) return false;
    if (rule.name.size() > 32) return false;  // wire::LiftQuarantine
  }
  return kRules.front().op == wire::Op::kHello;
}
static_assert(table_is_sane());

}  // namespace bulkhead
