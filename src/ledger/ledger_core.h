// What a Ledger holds, shared by the files that make it: recovery (ledger_open.cpp), appending and
// reading (ledger.cpp) and checkpoints (ledger_checkpoint.cpp). No lock may be held across a disk
// call but append_mutex. Owned by ledger; nobody else includes it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "ledger/checkpoint.h"
#include "ledger/journal.h"
#include "ledger/ledger.h"
#include "ledger/second_place.h"
#include "ledger/space.h"
#include "ledger/tile_writer.h"

namespace bulkhead {

// A journal this large is cut earlier.
inline constexpr std::uint64_t kSettleJournalBytes = 64u << 20;
// Never reached but by a checkpointer far behind; append() then waits as well.
inline constexpr std::uint64_t kUnsettledBytesMax = 1u << 30;

// Consecutive records as the journal holds them.
struct TailBatch {
  LeafIndex first;
  Bytes bytes;
  std::vector<std::uint64_t> offsets;

  std::uint64_t end() const { return first.value + offsets.size(); }
  JournalRecord record(std::uint64_t index) const {
    const auto at = index - first.value;
    const auto stop = at + 1 < offsets.size() ? offsets[at + 1] : bytes.size();
    return open_record(ByteView(bytes).subspan(offsets[at], stop - offsets[at]));
  }
};
using Tail = std::deque<std::shared_ptr<const TailBatch>>;

struct Ledger::Core {
  using SteadyTime = std::chrono::steady_clock::time_point;

  Core(LedgerOptions opened_with, NoteVerifier own_verifier)
      : options(std::move(opened_with)),
        verifier(std::move(own_verifier)),
        record_key(journal_key(options.key)),
        disk(*options.disk),
        second_place(disk, options.second_place),
        space(disk, options.directory, options.space) {}

  // Recovery, before any thread runs.
  Status recover();
  Status start_empty();
  Status replay_journals(std::span<const LeafIndex> journals, const Checkpoint& checkpoint);
  Status replay_from(std::span<const LeafIndex> journals, const Checkpoint& checkpoint);
  Status replay_journal(ByteView bytes, const JournalScan& scan, const Checkpoint& checkpoint);
  Status look_at_second_place();
  Status check_second_place();
  Status reach(const Checkpoint& second);
  Result<Digest> root_in_tail(TreeSize size) const;

  // Appending.
  Result<LeafIndex> append(std::span<const Entry> entries);
  Status wait_for_room();
  bool has_room() const;
  Status make_durable(const TailBatch& batch);

  // Checkpoints, all on the checkpointing thread but checkpoint_now and close.
  void run_checkpointer();
  bool checkpoint_due(SteadyTime now) const;
  SteadyTime next_settling() const;
  bool settle_due(SteadyTime now) const;
  Status checkpoint_to(TreeSize target);
  bool must_hold();
  Status settle();
  Result<TreeSize> rotate_journal();
  Status publish_checkpoint(const Checkpoint& checkpoint);
  Status checkpoint_now();
  Status close();

  // Reading.
  Status read(LeafIndex from, TreeSize to, const OnEntry& on_entry) const;
  Status read_bundle(std::uint64_t bundle, TreeSize size, std::uint64_t from, std::uint64_t to,
                     const OnEntry& on_entry, bool& stopped) const;
  // A leaf, or salt and private part.
  Result<Bytes> read_item(TileKind kind, LeafIndex index, TreeSize size) const;
  Result<Bytes> published_file(TileName name) const;

  // Remembers the first failure for good and tells the process.
  Error break_with(const Error& error);
  std::string path(std::string_view name) const {
    return options.directory + "/" + std::string(name);
  }
  std::string journal_path(LeafIndex first) const { return path("journal/") + journal_name(first); }
  TreeSize durable() const { return {durable_size.load(std::memory_order_acquire)}; }

  LedgerOptions options;
  NoteVerifier verifier;
  SecretBytes record_key;
  Disk& disk;
  SecondPlace second_place;
  Space space;
  std::optional<std::string> second_note;  // what it held when the ledger was opened
  std::unique_ptr<DirectoryLock> lock;

  // Held while the journal is written or changed for the next one.
  std::mutex append_mutex;
  std::unique_ptr<AppendFile> journal;
  LeafIndex journal_first;
  std::uint64_t journal_bytes = 0;

  // Guards what follows.
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::atomic<std::uint64_t> durable_size{0};
  Tail tail;  // entries from checkpoint_size on
  TreeSize checkpoint_size;
  std::string checkpoint_note;
  std::optional<Error> error;
  SteadyTime uncovered_since;  // when the first entry after the checkpoint became durable
  std::uint64_t unsettled_bytes = 0;
  std::uint64_t wanted_size = 0;
  bool stopping = false;

  // The checkpointing thread's own.
  std::optional<TileWriter> tiles;
  std::vector<std::string> old_journals;
  std::vector<TileName>
      doomed;  // partial files that go once the removal of their journal is durable
  TreeSize settled_size;
  SteadyTime settled_at;
  std::thread checkpointer;
};

}  // namespace bulkhead
