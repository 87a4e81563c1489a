// The journal is where an entry first becomes durable: files of records, each file named by the
// index of its first entry. Reading must tell a torn tail, which nobody was promised, from damage
// to what was acknowledged, and never cut the latter away; and no record counts that the holder of
// the ledger's key did not write at this very place. Owned by ledger.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "crypto/sign.h"
#include "ledger/entry.h"
#include "ledger/position.h"

namespace bulkhead {

// record = u16 length of body ‖ first 4 bytes of SHA-256(body) ‖ first 8 bytes of
// HMAC-SHA256(journal key, u64 index ‖ body) ‖ body;
// body = u64 durable size when written ‖ leaf ‖ salt ‖ private part.
// The hash tells whether a record is whole, to anybody; the MAC who wrote it, to the keeper alone.
inline constexpr std::size_t kRecordHeadBytes = 14;
inline constexpr std::size_t kRecordBodyBytesMin = 8 + kLeafBytes + sizeof(Salt) + kPrivateBytesMin;
inline constexpr std::size_t kRecordBodyBytesMax = 8 + kLeafBytes + sizeof(Salt) + kPrivateBytesMax;
inline constexpr std::uint64_t kJournalBytesMax = std::uint64_t{4} << 30;

std::string journal_name(LeafIndex first);  // twenty digits
Result<LeafIndex> parse_journal_name(std::string_view name);

// Views into a record's bytes.
struct JournalRecord {
  TreeSize durable_before;  // how many entries were known to be durable when this was written
  ByteView leaf;
  Salt salt{};
  ByteView private_part;
  ByteView salted_private;  // salt ‖ private part: one item of a private file
};

static_assert(kRecordBodyBytesMax <= 0xffff);

// The key of the records' MACs, from the ledger's signing key.
SecretBytes journal_key(const SigningKey& key);

// The entry must pass check_entry.
void append_record(Bytes& to, const SecretBytes& key, LeafIndex index, TreeSize durable_before,
                   const Entry& entry);
// Whether `record`, one whole record, was written with this key as this entry.
bool is_authentic(ByteView record, const SecretBytes& key, LeafIndex index);
// `record` is one whole record as scan_journal found it.
JournalRecord open_record(ByteView record);

struct JournalScan {
  std::vector<std::uint64_t> offsets;  // where each whole record starts
  std::uint64_t whole_bytes = 0;       // end of the last whole record
  bool damaged =
      false;  // a later record says that one before it was durable, so this is no torn tail
};

// Walks a journal file whose first record is entry `first`.
JournalScan scan_journal(ByteView file, LeafIndex first);

}  // namespace bulkhead
