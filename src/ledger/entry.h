// An entry is one disclosure or security decision, and how it is written: a leaf that anybody may
// be shown, and a private part that only the keeper and an auditor's opening may show, joined by a
// salted hash. It must never hold names, addresses, search terms or free text. docs/LEDGER.md
// describes the bytes. Owned by ledger.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/catalogue.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/words.h"

namespace bulkhead {

// Numbers are for ever; a new kind goes to the end.
enum class EntryKind : std::uint8_t {
  kReveal,
  kLookup,
  kCount,
  kDenied,
  kIntake,
  kSend,
  kWrite,
  kName,
  kSignIn,
  kSignInFailed,
  kSessionEnd,
  kGrant,
  kGrantEnd,
  kCase,
  kApproval,
  kPolicy,
  kKey,
  kErasure,
  kImport,
  kExport,
  kNotice,
  kContainment,
  kRestart,
  kClock,
  kCheckpointNote,
  kStaff,
  kClient,
  kScope,
  kAllowance
};
template <>
struct Words<EntryKind> {
  static constexpr std::array<std::string_view, 29> names{
      "reveal",          "lookup", "count",    "denied",         "intake",      "send",
      "write",           "name",   "sign-in",  "sign-in-failed", "session-end", "grant",
      "grant-end",       "case",   "approval", "policy",         "key",         "erasure",
      "import",          "export", "notice",   "containment",    "restart",     "clock",
      "checkpoint-note", "staff",  "client",   "scope",          "allowance"};
};

using Salt = std::array<std::uint8_t, 16>;
using Digest = std::array<std::uint8_t, 32>;

inline constexpr std::size_t kEntryDetailBytesMax = 4096;
inline constexpr std::uint8_t kEntryVersion = 1;

struct Entry {
  // Public: what the customer's own proof shows.
  EntryKind kind{};
  Grade grade{};
  Purpose purpose{};
  Reason reason{};
  std::uint64_t wall_ms = 0;    // as claimed
  std::uint64_t keeper_ms = 0;  // keeper time, which never steps
  Pseudonym customer;           // all zero when the entry is about no customer
  FieldSet fields;
  ContentTags tags;
  InstanceNumber instance;  // the process instance the plaintext went through

  // Private: who, from where, for which case, at what charge.
  std::uint32_t sealed_customer =
      0;  // the customer's number, masked under a keeper key and the salt; 0 bytes of link
  PrincipalNumber principal;
  SessionNumber session;
  TeamNumber team;
  NetworkNumber network;
  CaseNumber case_number;
  PolicyNumber policy;
  std::uint32_t charge =
      0;  // bit (holder * 4 + horizon) set where this entry counted a new customer
  std::uint16_t weight = 0;  // weighted fields newly charged
  std::uint8_t column = 0;   // which budget column was charged (keeper/meters.h)
  Face face{};
  Bytes detail;  // canonical bytes of the kind's own state change, at most kEntryDetailBytesMax

  Salt salt{};
  bool operator==(const Entry&) const = default;
};

inline constexpr std::size_t kLeafBytes = 83;
inline constexpr std::size_t kPrivateBytesMin = 38;
inline constexpr std::size_t kPrivateBytesMax = kPrivateBytesMin + kEntryDetailBytesMax;

// What no ledger takes: an enum or mask outside its list (kMalformed), a detail over its maximum
// (kTooLarge).
Status check_entry(const Entry& entry);

// leaf = version ‖ public part ‖ SHA-256(salt ‖ private part). The entry must pass check_entry.
Bytes encode_leaf(const Entry& entry);
// The same when encode_private(entry) is at hand.
Bytes encode_leaf(const Entry& entry, ByteView private_part);
Bytes encode_private(const Entry& entry);
// Refuses anything but the one encoding of an entry whose private part fits the leaf's hash.
// kMalformed, kCrypto.
Result<Entry> decode_entry(ByteView leaf, const Salt& salt, ByteView private_part);
// The public part alone, as an outsider reads it; private members stay zero.
Result<Entry> decode_leaf(ByteView leaf);

}  // namespace bulkhead
