// What an operator may ask the keeper over admin.sock. Acts that widen are for admins; in a demo or
// drill directory the connection of its creator is one. Secrets made here (passwords, client
// secrets) are shown once and never again. Owned by wire; the handlers are in keeper/.
#pragma once

#include "wire/front_messages.h"

namespace bulkhead::wire {

inline constexpr std::size_t kImportCustomersMax = 2000;
inline constexpr std::size_t kSeedCasesMax = 2000;

struct AdminHello {
  static constexpr Op kOp = Op::kAdminHello;
  std::uint16_t protocol = 1;
  WIRE_MEMBERS(protocol)
};
struct AdminHelloAnswer {
  Text<128> origin;
  bool demo = false;
  bool signed_in =
      false;  // true at once in a demo or drill directory; otherwise AdminSignIn comes next
  WIRE_MEMBERS(origin, demo, signed_in)
};
struct AdminSignIn {
  static constexpr Op kOp = Op::kAdminSignIn;
  Text<kNameBytesMax> name{};
  Text<kPasswordBytesMax> password{};
  Text<8> code{};
  WIRE_MEMBERS(name, password, code)
};
// A signed-in admin's later connections show the token instead, for a quarter of an hour.
using AdminToken = std::array<std::uint8_t, 32>;
struct AdminSession {
  AdminToken token{};
  std::uint32_t valid_s = 0;
  WIRE_MEMBERS(token, valid_s)
};
struct AdminResume {
  static constexpr Op kOp = Op::kAdminResume;
  AdminToken token{};
  bool sign_out = false;  // the token ends, and the connection stays signed out
  WIRE_MEMBERS(token, sign_out)
};

struct StatusQuery {
  static constexpr Op kOp = Op::kStatus;
  bool measure = false;  // also give figures that cost time
  WIRE_MEMBERS(measure)
};
struct FrontRow {
  Face face{};
  InstanceNumber instance;  // as entries name it
  WIRE_MEMBERS(face, instance)
};
inline constexpr std::size_t kFrontRowsMax = 64;
struct StatusAnswer {
  Text<128> origin;
  bool demo = false;
  std::uint64_t ledger_size = 0;
  std::uint64_t checkpoint_size = 0;
  std::uint32_t customers = 0;
  std::uint32_t open_cases = 0;
  std::uint32_t staff = 0;
  std::uint32_t clients = 0;
  std::uint32_t sessions = 0;
  std::uint32_t policy = 0;
  std::uint64_t up_s = 0;
  std::uint32_t rss_mib = 0;
  bool breached_passwords = false;
  std::array<std::uint8_t, 32> ledger_public_key{};
  List<FrontRow, kFrontRowsMax> fronts;  // that hold a channel now
  List<Text<32>, 128> quarantined;       // refused, since they ended the keeper again and again
  List<Text<32>, 8> without;             // protections switched off in a drill directory
  // Of the keeper's state, and how many entries made it; drill directories only, since it walks
  // over all of it.
  std::uint64_t state_fingerprint = 0;
  std::uint64_t state_entries = 0;
  WIRE_MEMBERS(origin, demo, ledger_size, checkpoint_size, customers, open_cases, staff, clients,
               sessions, policy, up_s, rss_mib, breached_passwords, ledger_public_key, fronts,
               quarantined, without, state_fingerprint, state_entries)
};

struct StaffAdd {
  static constexpr Op kOp = Op::kStaffAdd;
  Text<kNameBytesMax> name;
  Role role{};
  Text<kNameBytesMax> team;
  Text<kPasswordBytesMax> password;  // empty: the keeper makes one
  bool grown = false;                // demo and drill directories only: budgets as after 14 days
  WIRE_MEMBERS(name, role, team, password, grown)
};
struct StaffSecrets {  // of add and reset
  std::uint32_t number = 0;
  Text<kPasswordBytesMax> password;
  Text<512> otpauth;
  WIRE_MEMBERS(number, password, otpauth)
};
struct StaffList {
  static constexpr Op kOp = Op::kStaffList;
  bool all = true;
  WIRE_MEMBERS(all)
};
struct StaffRow {
  std::uint32_t number = 0;
  Text<kNameBytesMax> name;
  Role role{};
  Text<kNameBytesMax> team;
  bool disabled = false;
  std::uint64_t last_sign_in_ms = 0;
  WIRE_MEMBERS(number, name, role, team, disabled, last_sign_in_ms)
};
struct StaffListAnswer {
  List<StaffRow, 10000> rows;
  WIRE_MEMBERS(rows)
};

enum class StaffChangeKind : std::uint8_t { kDisable, kReset };
}  // namespace bulkhead::wire
namespace bulkhead {
template <>
struct Words<wire::StaffChangeKind> {
  static constexpr std::array<std::string_view, 2> names{"disable", "reset"};
};
}  // namespace bulkhead
namespace bulkhead::wire {

struct StaffChange {  // disable answers Done, reset StaffSecrets
  static constexpr Op kOp = Op::kStaffChange;
  Text<kNameBytesMax> name;
  StaffChangeKind what{};
  WIRE_MEMBERS(name, what)
};

struct ClientAdd {
  static constexpr Op kOp = Op::kClientAdd;
  Text<kNameBytesMax> name;
  Role role = Role::kClient;             // client or auditor
  NetworkAddress network{};              // the one network it may come from
  std::uint8_t prefix_bits = 0;          // of `network`; 0: anywhere (auditors only)
  List<RequestType, 16> on_case_opened;  // events that grant it one customer for 15 minutes
  bool grown = false;
  WIRE_MEMBERS(name, role, network, prefix_bits, on_case_opened, grown)
};
struct ClientSecret {
  std::uint32_t number = 0;
  std::array<std::uint8_t, 32> secret{};
  WIRE_MEMBERS(number, secret)
};
struct ClientList {
  static constexpr Op kOp = Op::kClientList;
  bool all = true;
  WIRE_MEMBERS(all)
};
struct ClientRow {
  std::uint32_t number = 0;
  Text<kNameBytesMax> name;
  Role role{};
  bool revoked = false;
  WIRE_MEMBERS(number, name, role, revoked)
};
struct ClientListAnswer {
  List<ClientRow, 1000> rows;
  WIRE_MEMBERS(rows)
};
struct ClientRevoke {
  static constexpr Op kOp = Op::kClientRevoke;
  Text<kNameBytesMax> name;
  WIRE_MEMBERS(name)
};

struct SetPolicy {
  static constexpr Op kOp = Op::kSetPolicy;
  Text<8192> policy;  // the canonical encoding of keeper/policy.h
  WIRE_MEMBERS(policy)
};
struct SetPolicyAnswer {
  std::uint32_t number = 0;
  WIRE_MEMBERS(number)
};

// One batch of new customers: all of it is taken, or none. `job` and `first_line` make a repeated
// batch harmless.
struct ImportValue {
  std::uint8_t field = 0;
  std::uint16_t item = 0;
  Text<kFieldValueBytesMax> value;
  WIRE_MEMBERS(field, item, value)
};
struct ImportCustomer {
  std::uint64_t line = 0;  // of the source, for the reject file
  List<ImportValue, kRecordValuesMax> values;
  WIRE_MEMBERS(line, values)
};
struct Import {
  static constexpr Op kOp = Op::kImport;
  std::array<std::uint8_t, 16> job{};
  std::uint32_t batch = 0;  // from 0, rising by one within the job
  List<ImportCustomer, kImportCustomersMax> customers;
  WIRE_MEMBERS(job, batch, customers)
};
struct ImportReject {
  std::uint64_t line = 0;
  std::uint8_t field = 0;
  Text<128> reason;  // a fixed sentence, never the value
  WIRE_MEMBERS(line, field, reason)
};
struct ImportAnswer {
  std::uint32_t first_customer = 0;  // the number of the first one taken; they rise by one
  std::uint32_t taken = 0;
  bool repeated = false;  // this batch had been taken before
  List<ImportReject, kImportCustomersMax> rejects;
  WIRE_MEMBERS(first_customer, taken, repeated, rejects)
};

// Past and present cases of a demo or drill directory. Messages are sealed like any other.
struct SeedMessage {
  std::uint64_t created_ms = 0;
  Direction direction{};
  Text<4096> text;
  WIRE_MEMBERS(created_ms, direction, text)
};
struct SeedCase {
  std::uint32_t customer = 0;
  RequestType type{};
  CaseState state{};
  ContactProof contact{};
  std::uint32_t assignee = 0;  // a staff number; 0: nobody
  std::uint64_t opened_ms = 0;
  List<SeedMessage, 8> messages;
  WIRE_MEMBERS(customer, type, state, contact, assignee, opened_ms, messages)
};
struct SeedCases {
  static constexpr Op kOp = Op::kSeedCases;
  List<SeedCase, kSeedCasesMax> cases;
  WIRE_MEMBERS(cases)
};
struct SeedCasesAnswer {
  std::uint32_t first_case = 0;  // numbers rise by one
  List<CaseId, kSeedCasesMax> ids;
  WIRE_MEMBERS(first_case, ids)
};
// Requests to erase customers, open and done. Customers are named by pseudonyms alone.
struct Erasures {
  static constexpr Op kOp = Op::kErasures;
  std::uint64_t after = 0;  // the last request had; the keeper answers the next page
  WIRE_MEMBERS(after)
};
struct ErasureRow {
  std::uint64_t request = 0;      // index of the entry that asked for it, and its name
  std::uint64_t carried_out = 0;  // index of the entry that recorded its end; 0: not yet
  Text<16> step;                  // requested, cancelled, carried-out
  bool held = false;
  std::uint64_t waits_s = 0;  // until it is due
  Text<kNameBytesMax> by;
  List<Pseudonym, 32> pseudonyms;  // of one carried out
  WIRE_MEMBERS(request, carried_out, step, held, waits_s, by, pseudonyms)
};
inline constexpr std::size_t kErasuresMax = 1000;  // of one page
struct ErasuresAnswer {
  List<ErasureRow, kErasuresMax> rows;
  bool more = false;
  WIRE_MEMBERS(rows, more)
};
// A hold on the customer of a case: no erasure is asked for or carried out until it is released.
struct Hold {
  static constexpr Op kOp = Op::kHold;
  std::uint32_t case_number = 0;
  bool hold = true;
  WIRE_MEMBERS(case_number, hold)
};

// In a drill directory the keeper's clocks go forward by so much.
inline constexpr std::uint64_t kMoveClockMsMax = 40ull * 24 * 3600 * 1000;
struct MoveClock {
  static constexpr Op kOp = Op::kMoveClock;
  std::uint64_t forward_ms = 0;
  WIRE_MEMBERS(forward_ms)
};
struct SetContact {
  static constexpr Op kOp = Op::kSetContact;
  CaseId id;
  ContactProof contact{};
  WIRE_MEMBERS(id, contact)
};

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

struct LiftQuarantine {
  static constexpr Op kOp = Op::kLiftQuarantine;
  Text<32> operation;  // its name, as the status has it
  WIRE_MEMBERS(operation)
};

struct DemoCode {
  static constexpr Op kOp = Op::kDemoCode;
  Text<kNameBytesMax> name;
  WIRE_MEMBERS(name)
};
struct DemoCodeAnswer {
  Text<8> code;
  std::uint8_t valid_s = 0;
  WIRE_MEMBERS(code, valid_s)
};

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
  WIRE_MEMBERS(ledger_size, customers, fields, rows, more)
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
