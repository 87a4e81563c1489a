// Recovery: from what is on the disk to a ledger that may append again, or a refusal.
#include <algorithm>

#include "ledger/ledger_core.h"
#include "ledger/merkle.h"

namespace bulkhead {
namespace {

std::unexpected<Error> contradiction(const char* what) { return fail(ErrorCode::kMalformed, what); }

Result<std::vector<LeafIndex>> list_journals(Disk& disk, const std::string& directory) {
  std::vector<LeafIndex> journals;
  for (const auto& name : TRY(disk.list(directory)))
    journals.push_back(TRY(parse_journal_name(name)));
  return journals;  // names of equal length sort as their numbers do
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(LedgerOptions options) {
  auto verifier =
      TRY(NoteVerifier::create(options.origin, NoteKeyType::kEd25519, options.key.public_key()));
  auto core = std::make_unique<Core>(std::move(options), std::move(verifier));
  TRY_STATUS(core->disk.make_directories(core->path("journal")));
  core->lock = TRY(core->disk.lock(core->path("lock")));
  core->space.open();
  TRY_STATUS(core->recover());
  core->settled_at = std::chrono::steady_clock::now();
  core->uncovered_since = core->settled_at;
  auto* const running = core.get();
  core->checkpointer = std::thread([running] { running->run_checkpointer(); });
  return std::unique_ptr<Ledger>(new Ledger(std::move(core)));
}

Status Ledger::Core::recover() {
  // A process that was killed may have left what it had not synced yet. Nobody is shown anything,
  // and nothing is built on it, before it is durable.
  TRY_STATUS(disk.sync_all(options.directory));
  TRY_STATUS(look_at_second_place());
  auto journals = TRY(list_journals(disk, path("journal")));
  auto note = disk.read(path("checkpoint"), kNoteBytesMax);
  if (!note && note.error().code == ErrorCode::kNotFound) {
    // The first checkpoint is durable before the first journal is made.
    if (!journals.empty()) return contradiction("the ledger has a journal but no checkpoint");
    TRY_STATUS(start_empty());
    note = disk.read(path("checkpoint"), kNoteBytesMax);
  }
  if (!note) return std::unexpected(note.error());
  const auto checkpoint = TRY(open_checkpoint(text_of(*note), verifier));
  checkpoint_note = text_of(*note);
  checkpoint_size = checkpoint.size;
  if (journals.empty()) {
    if (checkpoint.size.value != 0)
      return contradiction("the ledger has a checkpoint but no journal");
    journals.push_back(LeafIndex{0});
  }
  TRY_STATUS(replay_journals(journals, checkpoint));
  return check_second_place();
}

Status Ledger::Core::start_empty() {
  if (second_note) {
    return fail(ErrorCode::kConflict,
                "the ledger is empty but its second place holds a checkpoint");
  }
  return publish_checkpoint({options.origin, TreeSize{0}, empty_root(), {}});
}

// Old journals are removed once everything up to the youngest is synced, but a kill may leave, and
// a power cut bring back, any of them. So recovery begins at the oldest from which it can: where
// the tree's right edge is there and the others follow without a gap.
Status Ledger::Core::replay_journals(std::span<const LeafIndex> journals,
                                     const Checkpoint& checkpoint) {
  std::vector<std::string> useless;
  for (;; journals = journals.subspan(1)) {
    const auto done = replay_from(journals, checkpoint);
    if (done) break;
    if (done.error().code != ErrorCode::kNotFound) return done;
    if (journals.size() == 1) return contradiction(done.error().context);
    useless.push_back(journal_path(journals.front()));
  }
  if (durable() < checkpoint.size)
    return contradiction("the journal lost entries that a checkpoint covers");
  TRY_STATUS(mend_partials(disk, options.directory, settled_size, checkpoint.size, durable()));
  for (const auto& name : useless) TRY_STATUS(disk.remove(name));
  // Whole records past the last fdatasync are kept, so they are made durable now; a torn one is cut
  // away.
  for (const auto& first : journals.first(journals.size() - 1))
    old_journals.push_back(journal_path(first));
  journal_first = journals.back();
  journal = TRY(disk.open_append(journal_path(journal_first)));
  TRY_STATUS(journal->truncate(journal_bytes));
  return journal->sync_data();
}

// The first of these begins where everything before it was synced. From there the tree is derived
// again, so that tiles which a power cut took are written anew, and must meet the last checkpoint
// on the way. kNotFound: it was no such place, or a journal is missing.
Status Ledger::Core::replay_from(std::span<const LeafIndex> journals,
                                 const Checkpoint& checkpoint) {
  settled_size = {journals.front().value};
  if (settled_size > checkpoint.size)
    return contradiction("the journal begins after the checkpoint");
  tiles = TRY(TileWriter::resume(disk, options.directory, settled_size));
  if (settled_size == checkpoint.size && tiles->root() != checkpoint.root) {
    return contradiction("the tiles do not give the checkpoint's root");
  }
  durable_size = settled_size.value;
  tail.clear();
  unsettled_bytes = 0;
  for (const auto& first : journals) {
    if (first.value != durable_size)
      return fail(ErrorCode::kNotFound, "the journals do not follow each other");
    auto bytes = disk.read(journal_path(first), kJournalBytesMax);
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) bytes = Bytes{};
    if (!bytes) return std::unexpected(bytes.error());
    const auto scan = scan_journal(*bytes, first);
    const bool torn = scan.whole_bytes != bytes->size();
    if (scan.damaged || (torn && &first != &journals.back())) {
      return contradiction("a journal is damaged before entries that were acknowledged");
    }
    TRY_STATUS(replay_journal(*bytes, scan, checkpoint));
    journal_bytes = scan.whole_bytes;
    unsettled_bytes += scan.whole_bytes;
  }
  return {};
}

Status Ledger::Core::replay_journal(ByteView bytes, const JournalScan& scan,
                                    const Checkpoint& checkpoint) {
  auto batch = std::make_shared<TailBatch>();
  for (std::size_t i = 0; i < scan.offsets.size(); ++i) {
    const auto start = scan.offsets[i];
    const auto stop = i + 1 < scan.offsets.size() ? scan.offsets[i + 1] : scan.whole_bytes;
    const auto raw = bytes.subspan(start, stop - start);
    const LeafIndex index{durable_size++};
    if (!holds(checkpoint.size, index)) {
      // What no checkpoint covers has only its MAC to show who wrote it.
      if (!is_authentic(raw, record_key, index))
        return contradiction("the journal holds an entry that this ledger's key did not write");
      if (batch->offsets.empty()) batch->first = index;
      batch->offsets.push_back(batch->bytes.size());
      batch->bytes.insert(batch->bytes.end(), raw.begin(), raw.end());
      continue;
    }
    const auto record = open_record(raw);
    TRY_STATUS(tiles->add(record.leaf, record.salted_private));
    if (tiles->size() != checkpoint.size) continue;
    if (tiles->root() != checkpoint.root)
      return contradiction("the journal does not give the checkpoint's root");
    TRY_STATUS(tiles->write_partials());
  }
  if (!batch->offsets.empty()) tail.push_back(std::move(batch));
  return {};
}

Status Ledger::Core::look_at_second_place() {
  if (!second_place.configured()) return {};
  const auto found = second_place.look();
  if (found) {
    second_note = *found;
    return {};
  }
  if (found.error().code != ErrorCode::kUnavailable || !options.unanchored)
    return std::unexpected(found.error());
  second_place.give_up();
  return {};
}

Status Ledger::Core::check_second_place() {
  if (!second_place.configured()) return {};
  if (second_note) {
    const auto second = TRY(open_checkpoint(*second_note, verifier));
    if (second.size > checkpoint_size && second.size <= durable()) TRY_STATUS(reach(second));
    // The second place is written after the first, so it can be behind but never ahead.
    if (second.size > checkpoint_size) {
      return fail(ErrorCode::kConflict,
                  "the ledger is older than the checkpoint in its second place");
    }
    const TileReader reader(disk, options.directory, checkpoint_size);
    if (TRY(tree_root(reader, second.size)) != second.root) {
      return fail(ErrorCode::kConflict, "the ledger is not the one its second place knows");
    }
  } else if (checkpoint_size.value != 0 && !options.unanchored) {
    // Emptied, not mounted or new: only a person can tell.
    return fail(ErrorCode::kUnavailable,
                "the second place holds no checkpoint; a new one is taken up by --unanchored");
  }
  return second_place.swap(checkpoint_note);
}

// A replica's journal may reach further than its checkpoint, and so to where the second place is.
Status Ledger::Core::reach(const Checkpoint& second) {
  if (TRY(root_in_tail(second.size)) != second.root)
    return fail(ErrorCode::kConflict, "the ledger is not the one its second place knows");
  return checkpoint_to(durable());
}

Result<Digest> Ledger::Core::root_in_tail(TreeSize size) const {
  auto tree = tiles->tree();
  const auto on_tile = [](unsigned, std::uint64_t, std::span<const Digest>) { return Status(); };
  for (const auto& batch : tail) {
    for (auto index = batch->first.value; index < batch->end() && index < size.value; ++index)
      TRY_STATUS(tree.add(hash_leaf(batch->record(index).leaf), on_tile));
  }
  return tree.root();
}

}  // namespace bulkhead
