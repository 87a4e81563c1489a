// Ledger is the append-only log of every disclosure: a journal that makes entries durable, and
// behind it an RFC 6962 tree in the C2SP tlog-tiles layout under a signed checkpoint. It must never
// acknowledge what is not on the disk, never sign two histories and never go on after a failed
// write. Owned by ledger; docs/LEDGER.md describes the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/sign.h"
#include "ledger/disk.h"
#include "ledger/entry.h"
#include "ledger/position.h"
#include "ledger/space_limits.h"

namespace bulkhead {

inline constexpr std::uint64_t kTailEntriesMax = 1u << 20;
inline constexpr std::uint32_t kSettleIntervalMs = 5000;

struct LedgerOptions {
  std::string directory;  // made when absent
  std::string origin;     // the log's name, first line of every checkpoint and name of its key
  SigningKey key;
  Disk* disk = nullptr;
  // File of a second copy of the last checkpoint, best on another machine's disk; empty: none. A
  // directory restored from an old backup is recognised by it and refused.
  std::string second_place;
  // Opens although the second place cannot be reached (this run then goes without it), or is empty
  // while the ledger is not (it is filled). What it does hold must fit all the same.
  bool unanchored = false;
  // Longest wait between an append and the start of its checkpoint.
  std::uint32_t checkpoint_delay_ms = 500;
  // The journal is cut about this often: then everything behind it is synced at once.
  std::uint32_t settle_interval_ms = kSettleIntervalMs;
  // Entries after the checkpoint wait in memory for their tiles; beyond this many append() waits
  // for a checkpoint.
  std::uint64_t tail_entries_max = kTailEntriesMax;
  // What is held back on the disk, so that it never fills to the last byte (space.h).
  SpaceLimits space{};
  // Called once, from any thread, when a write failed for good. The process should end.
  std::function<void(const Error&)> on_broken;
};

inline constexpr std::size_t kAppendEntriesMax = 65'536;

class Ledger {
 public:
  // Locks the directory, recovers, and starts the checkpointer. kConflict: in use, or older than
  // the second place; kUnavailable: the second place cannot vouch for it; kMalformed: the files
  // contradict each other or the last checkpoint; kCrypto: the checkpoint is not ours; kIo.
  static Result<std::unique_ptr<Ledger>> open(LedgerOptions options);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Appends in order with one write and one fdatasync, and answers the index of the first when all
  // are durable. From one thread only. kTooLarge, kMalformed: nothing was written; anything else is
  // final and all later appends fail.
  Result<LeafIndex> append(std::span<const Entry> entries);

  // Entries that are durable; every one below it was acknowledged or survived a crash.
  TreeSize size() const;
  bool broken() const;
  // Whether every checkpoint also goes to a second place.
  bool anchored() const;
  // Whether the disk counts as full. Checkpoints are held then; appending goes on as long as what
  // was held back lasts. `look` asks the disk; without, the answer is what the last look found.
  bool space_low(bool look = false) const;
  std::uint64_t space_held_back() const;

  // Calls `on_entry` for [from, to) in order. Usable from any thread while another appends. `to`
  // may not pass size(). Answers kMalformed when an entry does not decode. `on_entry` returns false
  // to stop early.
  using OnEntry = std::function<bool(LeafIndex, const Entry&)>;
  Status read(LeafIndex from, TreeSize to, const OnEntry& on_entry) const;

  // The last signed checkpoint (C2SP signed note), and the size it covers.
  std::string checkpoint_text() const;
  TreeSize checkpoint_size() const;
  // Signs a checkpoint over at least everything durable at the call, and waits until it is on the
  // disk. kUnavailable while the disk counts as full.
  Status checkpoint_now();

  // Files as they are served: `width` 1 to 255 for a partial tile, 256 for a full one. kNotFound
  // beyond the checkpoint.
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) const;
  Result<Bytes> bundle(std::uint64_t index, unsigned width) const;
  // Salt and private part of one entry: with its leaf, what decode_entry takes. Never published.
  // kNotFound beyond the checkpoint.
  Result<Bytes> opening(LeafIndex index) const;

  // MTH over the first `size` entries. kNotFound beyond the checkpoint.
  Result<Digest> root_at(TreeSize size) const;
  // RFC 6962 2.1.1 and 2.1.2, for sizes up to checkpoint_size(). kNotFound beyond.
  Result<std::vector<Digest>> inclusion_proof(LeafIndex index, TreeSize size) const;
  Result<std::vector<Digest>> consistency_proof(TreeSize from, TreeSize to) const;
  // A C2SP .tlog-proof of one entry under the last checkpoint.
  Result<std::string> proof_file(LeafIndex index) const;
  // What somebody needs to verify this log: "<origin>+<key id>+<key>".
  std::string verifier_key() const;

  // Last checkpoint (unless the disk counts as full), then everything closed. Later appends fail.
  // Call it for a clean end; the
  // destructor also does, but cannot answer for it.
  Status close();

 private:
  struct Core;
  explicit Ledger(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace bulkhead
