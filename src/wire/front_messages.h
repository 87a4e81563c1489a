// What a front may ask the keeper and what comes back, one struct per message. A message must hold
// no state that is impossible and no claim of identity: who somebody is, the proof shows. Owned by
// wire; the handlers are in keeper/.
#pragma once

#include "base/record.h"
#include "wire/codec.h"
#include "wire/operations.h"
#include "wire/proof.h"

namespace bulkhead::wire {

inline constexpr std::size_t kNameBytesMax = 64;
inline constexpr std::size_t kPasswordBytesMax = 256;
inline constexpr std::size_t kIdentifierBytesMax = 320;
inline constexpr std::size_t kMessageBytesMax = 64u << 10;
inline constexpr std::size_t kListItemsMax = 200;
inline constexpr std::size_t kContactChangesMax = 6;  // fields of the contact compartment
inline constexpr std::size_t kContactValueBytesMax = 512;
inline constexpr std::uint8_t kApprovalPeopleMax = 25;

// Every answer body starts with a Reason; kNone means the operation's answer follows, anything else
// a Refusal.
struct Refusal {
  std::uint32_t retry_after_s = 0;  // 0: waiting does not help
  WIRE_MEMBERS(retry_after_s)
};

// The first frame of every front: it has tried to escape and could not. `escapes` counts successes;
// more than 0 and the keeper refuses it.
struct Hello {
  static constexpr Op kOp = Op::kHello;
  Face face{};
  std::uint32_t escapes = 0;
  WIRE_MEMBERS(face, escapes)
};
struct HelloAnswer {
  InstanceNumber instance;
  Text<128> origin;
  bool demo = false;
  WIRE_MEMBERS(instance, origin, demo)
};

struct SignIn {
  static constexpr Op kOp = Op::kSignIn;
  Text<kNameBytesMax> name;
  Text<kPasswordBytesMax> password;
  Text<8> code;
  PublicKey public_key{};
  NetworkAddress network{};
  WIRE_MEMBERS(name, password, code, public_key, network)
};
struct ClientSignIn {
  static constexpr Op kOp = Op::kClientSignIn;
  Text<kNameBytesMax> name;
  PublicKey public_key{};
  Mac mac{};
  NetworkAddress network{};
  WIRE_MEMBERS(name, public_key, mac, network)
};
struct SignInAnswer {  // of both
  SessionId session;
  PublicKey keeper_public_key{};
  Role role{};
  Text<kNameBytesMax> name;
  std::uint32_t idle_s = 0;
  std::uint32_t absolute_s = 0;
  WIRE_MEMBERS(session, keeper_public_key, role, name, idle_s, absolute_s)
};

struct SignOut {
  static constexpr Op kOp = Op::kSignOut;
  Proof proof;
  WIRE_MEMBERS(proof)
};
struct Done {  // an answer that says no more than that it was done
  bool done = true;
  WIRE_MEMBERS(done)
};

struct OpenLane {
  static constexpr Op kOp = Op::kOpenLane;
  Proof proof;
  WIRE_MEMBERS(proof)
};
struct OpenLaneAnswer {
  std::uint8_t lane = 0;
  WIRE_MEMBERS(lane)
};

struct Me {
  static constexpr Op kOp = Op::kMe;
  Proof proof;
  WIRE_MEMBERS(proof)
};
struct BudgetRow {
  std::uint8_t column = 0;  // keeper/policy.h: lookup, masked, clear cold, clear with contact, miss
  std::uint8_t horizon = 0;  // 0: 1 min, 1: 1 h, 2: 1 day, 3: 30 days
  std::uint32_t used = 0;    // distinct customers
  std::uint32_t limit = 0;
  bool operator==(const BudgetRow&) const = default;
  WIRE_MEMBERS(column, horizon, used, limit)
};
struct MeAnswer {
  Text<kNameBytesMax> name;
  Role role{};
  Text<kNameBytesMax> team;
  List<BudgetRow, 32> budgets;
  WIRE_MEMBERS(name, role, team, budgets)
};

struct OpenCase {
  static constexpr Op kOp = Op::kOpenCase;
  Proof proof;
  CustomerRef customer;
  RequestType type{};
  WIRE_MEMBERS(proof, customer, type)
};
struct CaseRow {
  CaseId id;
  std::uint32_t number = 0;
  RequestType type{};
  CaseState state{};
  ContactProof contact{};
  Text<kNameBytesMax> assignee;  // a member of staff's sign-in name; empty: nobody
  bool mine = false;
  std::uint64_t opened_ms = 0;
  std::uint64_t changed_ms = 0;
  WIRE_MEMBERS(id, number, type, state, contact, assignee, mine, opened_ms, changed_ms)
};
struct CaseAnswer {  // of open, show, assign and close
  CaseRow row;
  WIRE_MEMBERS(row)
};

enum class CaseView : std::uint8_t { kMine, kUnassigned, kOpen, kClosed };
}  // namespace bulkhead::wire
namespace bulkhead {
template <>
struct Words<wire::CaseView> {
  static constexpr std::array<std::string_view, 4> names{"mine", "unassigned", "open", "closed"};
};
}  // namespace bulkhead
namespace bulkhead::wire {

struct ListCases {
  static constexpr Op kOp = Op::kListCases;
  Proof proof;
  CaseView view{};
  std::uint32_t after =
      0;  // case number after which to go on, downwards from the newest; 0: from the newest
  std::uint8_t limit = 50;  // 1 to kListItemsMax
  WIRE_MEMBERS(proof, view, after, limit)
};
struct ListCasesAnswer {
  List<CaseRow, kListItemsMax> rows;
  bool more = false;
  WIRE_MEMBERS(rows, more)
};
struct ShowCase {
  static constexpr Op kOp = Op::kShowCase;
  Proof proof;
  CaseId id;
  WIRE_MEMBERS(proof, id)
};
struct AssignCase {
  static constexpr Op kOp = Op::kAssignCase;
  Proof proof;
  CaseId id;
  Text<kNameBytesMax> assignee;
  WIRE_MEMBERS(proof, id, assignee)
};
struct CloseCase {
  static constexpr Op kOp = Op::kCloseCase;
  Proof proof;
  CaseId id;
  WIRE_MEMBERS(proof, id)
};

struct Lookup {
  static constexpr Op kOp = Op::kLookup;
  Proof proof;
  IdentifierKind kind{};
  Text<kIdentifierBytesMax> value;
  WIRE_MEMBERS(proof, kind, value)
};
struct LookupAnswer {  // a miss, a hit beyond what may be seen and an erased customer look alike:
                       // nothing
  std::optional<CustomerRef> customer;
  WIRE_MEMBERS(customer)
};

struct WireField {
  std::uint8_t field = 0;
  std::uint16_t item = 0;
  bool masked = false;
  Text<kFieldValueBytesMax> value;
  bool young = false;  // a channel changed so lately that it proves nothing yet
  WIRE_MEMBERS(field, item, masked, value, young)
};
struct RecordAnswer {  // of masked and reveal
  List<WireField, kRecordValuesMax> values;
  WIRE_MEMBERS(values)
};
struct Masked {
  static constexpr Op kOp = Op::kMasked;
  Proof proof;
  CaseId id;
  WIRE_MEMBERS(proof, id)
};
struct Reveal {
  static constexpr Op kOp = Op::kReveal;
  Proof proof;
  CaseId id;
  FieldSet fields;
  Purpose purpose{};
  WIRE_MEMBERS(proof, id, fields, purpose)
};

struct ListMessages {
  static constexpr Op kOp = Op::kListMessages;
  Proof proof;
  CaseId id;
  WIRE_MEMBERS(proof, id)
};
struct MessageRow {
  std::uint64_t created_ms = 0;
  Direction direction{};
  ContentTags tags;
  Text<kMessageBytesMax> text;
  WIRE_MEMBERS(created_ms, direction, tags, text)
};
struct MessagesAnswer {
  List<MessageRow, 100> rows;
  WIRE_MEMBERS(rows)
};
struct AddMessage {
  static constexpr Op kOp = Op::kAddMessage;
  Proof proof;
  CaseId id;
  Direction direction{};
  Text<kMessageBytesMax> text;
  WIRE_MEMBERS(proof, id, direction, text)
};

struct Disclosures {
  static constexpr Op kOp = Op::kDisclosures;
  Proof proof;
  WIRE_MEMBERS(proof)
};
struct DisclosureRow {
  std::uint64_t wall_ms = 0;
  std::uint8_t kind = 0;  // ledger/entry.h EntryKind
  Grade grade{};
  Reason reason{};
  std::uint32_t case_number = 0;
  FieldSet fields;
  WIRE_MEMBERS(wall_ms, kind, grade, reason, case_number, fields)
};
struct DisclosuresAnswer {  // newest first
  List<DisclosureRow, 100> rows;
  WIRE_MEMBERS(rows)
};

struct Count {
  static constexpr Op kOp = Op::kCount;
  Proof proof;
  WIRE_MEMBERS(proof)
};
struct CountAnswer {  // rounded to 10; below 10 it is 0 and means "< 10"
  std::uint32_t customers = 0;
  std::uint32_t open_cases = 0;
  WIRE_MEMBERS(customers, open_cases)
};

struct Grants {
  static constexpr Op kOp = Op::kGrants;
  Proof proof;
  WIRE_MEMBERS(proof)
};
struct GrantRow {
  CaseId id;
  RequestType type{};
  std::uint64_t expires_ms = 0;  // wall time
  WIRE_MEMBERS(id, type, expires_ms)
};
struct GrantsAnswer {
  List<GrantRow, 64> rows;
  WIRE_MEMBERS(rows)
};

// Asks for the customer of a data-subject case to be erased after the waiting time, and takes that
// back.
struct RequestErasure {
  static constexpr Op kOp = Op::kRequestErasure;
  Proof proof;
  CaseId id;
  WIRE_MEMBERS(proof, id)
};
struct RequestErasureAnswer {
  std::uint64_t due_ms = 0;  // wall time
  WIRE_MEMBERS(due_ms)
};
struct CancelErasure {
  static constexpr Op kOp = Op::kCancelErasure;
  Proof proof;
  CaseId id;
  WIRE_MEMBERS(proof, id)
};

// Changes contact fields of the case's customer. Each field stands once and takes the place of all
// its values; an empty one removes them.
struct FieldChange {
  std::uint8_t field = 0;
  Text<kContactValueBytesMax> value;
  WIRE_MEMBERS(field, value)
};
struct ChangeContact {
  static constexpr Op kOp = Op::kChangeContact;
  Proof proof;
  CaseId id;
  List<FieldChange, kContactChangesMax> changes;
  WIRE_MEMBERS(proof, id, changes)
};
struct ChangeContactAnswer {
  std::uint32_t version = 0;         // of the customer's contact compartment
  FieldSet young;                    // channels that prove nothing until then
  std::uint64_t young_until_ms = 0;  // wall time
  WIRE_MEMBERS(version, young, young_until_ms)
};

// Allowances: what goes beyond contact grade and own budget. A lead gives an approval that an agent
// asks for; break-glass is taken, and reviewed by somebody else afterwards.
struct AskApproval {
  static constexpr Op kOp = Op::kAskApproval;
  Proof proof;
  CaseId id;
  std::uint8_t people = 0;  // 1: the case's customer; more: so many, from any case of the asker's
  WIRE_MEMBERS(proof, id, people)
};
struct BreakGlass {
  static constexpr Op kOp = Op::kBreakGlass;
  Proof proof;
  CaseId id;
  WIRE_MEMBERS(proof, id)
};
struct AllowanceRow {
  std::uint32_t number = 0;
  AllowanceKind kind{};
  AllowanceStep step{};
  std::uint32_t case_number = 0;
  std::uint8_t people = 0;
  std::uint8_t used = 0;
  Text<kNameBytesMax> by;          // who asked for it or took it
  Text<kNameBytesMax> decided_by;  // who gave or reviewed it; empty: nobody
  bool mine = false;
  std::uint64_t expires_ms = 0;  // wall time
  WIRE_MEMBERS(number, kind, step, case_number, people, used, by, decided_by, mine, expires_ms)
};
struct AllowanceAnswer {  // of asking, breaking glass and deciding
  AllowanceRow row;
  WIRE_MEMBERS(row)
};
struct ListAllowances {
  static constexpr Op kOp = Op::kListAllowances;
  Proof proof;
  WIRE_MEMBERS(proof)
};
struct ListAllowancesAnswer {  // newest first: one's own, and those one may decide on
  List<AllowanceRow, kListItemsMax> rows;
  bool more = false;
  WIRE_MEMBERS(rows, more)
};
struct DecideAllowance {
  static constexpr Op kOp = Op::kDecideAllowance;
  Proof proof;
  std::uint32_t number = 0;
  AllowanceDecision decision{};
  WIRE_MEMBERS(proof, number, decision)
};

inline constexpr std::size_t kAnchorBytesMax = 8192;
// A file of the published ledger, for the holder of an auditor's token (a bearer secret of 32
// bytes).
struct ReadLedger {
  static constexpr Op kOp = Op::kReadLedger;
  std::array<std::uint8_t, 32> token{};
  std::uint8_t what = 0;   // 0: checkpoint, 1: tile, 2: entry bundle
  std::uint8_t level = 0;  // of a tile
  std::uint64_t index = 0;
  std::uint16_t width = 0;  // 1 to 256
  NetworkAddress network{};
  WIRE_MEMBERS(token, what, level, index, width, network)
};
// A checkpoint of this ledger that its witness cosigned, from the holder of an auditor's token.
struct AddAnchor {
  static constexpr Op kOp = Op::kAddAnchor;
  std::array<std::uint8_t, 32> token{};
  NetworkAddress network{};
  Text<kAnchorBytesMax> note;
  WIRE_MEMBERS(token, network, note)
};
struct AnchorAnswer {
  std::uint64_t size = 0;   // entries that the witness saw
  std::uint32_t age_s = 0;  // since it did
  WIRE_MEMBERS(size, age_s)
};
// The opening of one entry, for the same: what the leaf's hash hides. Each is an entry itself.
struct ReadOpening {
  static constexpr Op kOp = Op::kReadOpening;
  std::array<std::uint8_t, 32> token{};
  std::uint64_t index = 0;
  NetworkAddress network{};
  WIRE_MEMBERS(token, index, network)
};
inline constexpr std::size_t kOpeningBytesMax = 8192;
struct OpeningAnswer {
  Text<kOpeningBytesMax> bytes;  // salt ‖ private part
  WIRE_MEMBERS(bytes)
};
struct ReadLedgerAnswer {
  Text<(64u << 10) * 256> bytes;
  WIRE_MEMBERS(bytes)
};

}  // namespace bulkhead::wire
