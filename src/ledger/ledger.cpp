#include "ledger/ledger.h"

#include <algorithm>

#include "base/check.h"
#include "ledger/ledger_core.h"
#include "ledger/merkle.h"
#include "ledger/tlog_proof.h"

namespace bulkhead {
namespace {

Result<Entry> decode_item(ByteView leaf, ByteView salted_private) {
  Salt salt;
  if (salted_private.size() < salt.size())
    return fail(ErrorCode::kMalformed, "a private part is too short");
  std::copy_n(salted_private.begin(), salt.size(), salt.begin());
  return decode_entry(leaf, salt, salted_private.subspan(salt.size()));
}

}  // namespace

Error Ledger::Core::break_with(const Error& failure) {
  {
    std::lock_guard held(mutex);
    if (error) return *error;
    error = failure;
    changed.notify_all();
  }
  if (options.on_broken) options.on_broken(failure);
  return failure;
}

// Called with the mutex held.
bool Ledger::Core::has_room() const {
  return durable_size - checkpoint_size.value < options.tail_entries_max &&
         unsettled_bytes < kUnsettledBytesMax;
}

Status Ledger::Core::wait_for_room() {
  std::unique_lock held(mutex);
  if (!has_room()) {
    wanted_size = durable_size;
    changed.notify_all();
    changed.wait(held, [&] { return error || stopping || has_room(); });
  }
  if (error) return std::unexpected(*error);
  if (stopping) return fail(ErrorCode::kConflict, "the ledger is closed");
  return {};
}

Status Ledger::Core::make_durable(const TailBatch& batch) {
  if (journal_bytes + batch.bytes.size() > kJournalBytesMax)
    return fail(ErrorCode::kTooLarge, "a journal is full");
  TRY_STATUS(space.make_room(*journal, journal_bytes + batch.bytes.size()));
  TRY_STATUS(journal->write_at(journal_bytes, batch.bytes));
  TRY_STATUS(journal->sync_data());
  journal_bytes += batch.bytes.size();
  return {};
}

Result<LeafIndex> Ledger::Core::append(std::span<const Entry> entries) {
  if (entries.size() > kAppendEntriesMax)
    return fail(ErrorCode::kTooLarge, "too many entries in one append");
  for (const auto& entry : entries) TRY_STATUS(check_entry(entry));
  TRY_STATUS(wait_for_room());
  std::lock_guard appending(append_mutex);
  if (!journal) return fail(ErrorCode::kConflict, "the ledger is closed");
  const auto before = durable();
  if (entries.empty()) return LeafIndex{before.value};
  auto batch = std::make_shared<TailBatch>();
  batch->first = {before.value};
  batch->bytes.reserve(entries.size() * (kRecordHeadBytes + kRecordBodyBytesMin));
  batch->offsets.reserve(entries.size());
  for (const auto& entry : entries) {
    batch->offsets.push_back(batch->bytes.size());
    const LeafIndex index{before.value + batch->offsets.size() - 1};
    append_record(batch->bytes, record_key, index, before, entry);
  }
  if (const auto done = make_durable(*batch); !done)
    return std::unexpected(break_with(done.error()));
  const auto bytes = batch->bytes.size();
  const auto end = batch->end();
  std::lock_guard held(mutex);
  // The checkpointer sleeps until the first entry it has not covered; later ones need not wake it.
  const bool first_uncovered = before == checkpoint_size;
  tail.push_back(std::move(batch));
  unsettled_bytes += bytes;
  durable_size.store(end, std::memory_order_release);
  if (first_uncovered) {
    uncovered_since = std::chrono::steady_clock::now();
    changed.notify_all();
  }
  return LeafIndex{before.value};
}

Status Ledger::Core::read_bundle(std::uint64_t bundle, TreeSize size, std::uint64_t from,
                                 std::uint64_t to, const OnEntry& on_entry, bool& stopped) const {
  const auto width = width_at(0, bundle, size);
  const auto leaf_bytes =
      TRY(read_tile_file(disk, options.directory, {TileKind::kEntries, 0, bundle, width}));
  const auto private_bytes =
      TRY(read_tile_file(disk, options.directory, {TileKind::kPrivate, 0, bundle, width}));
  const auto leaves = TRY(parse_bundle(leaf_bytes, width));
  const auto privates = TRY(parse_bundle(private_bytes, width));
  const auto base = bundle * kTileWidth;
  for (auto index = std::max(from, base); index < std::min(to, base + width); ++index) {
    const auto entry = TRY(decode_item(leaves[index - base], privates[index - base]));
    if (!on_entry(LeafIndex{index}, entry)) {
      stopped = true;
      return {};
    }
  }
  return {};
}

Status Ledger::Core::read(LeafIndex from, TreeSize to, const OnEntry& on_entry) const {
  if (to > durable()) return fail(ErrorCode::kNotFound, "the ledger is not that large yet");
  TreeSize covered;
  Tail recent;
  {
    std::lock_guard held(mutex);
    covered = checkpoint_size;
    if (to > covered) recent = tail;
  }
  const auto in_files = std::min(to.value, covered.value);
  bool stopped = false;
  for (auto bundle = from.value / kTileWidth; bundle * kTileWidth < in_files && !stopped;
       ++bundle) {
    TRY_STATUS(read_bundle(bundle, covered, from.value, in_files, on_entry, stopped));
  }
  for (const auto& batch : recent) {
    const auto begin = std::max({batch->first.value, from.value, covered.value});
    for (auto index = begin; index < std::min(batch->end(), to.value) && !stopped; ++index) {
      const auto record = batch->record(index);
      stopped = !on_entry(LeafIndex{index}, TRY(decode_item(record.leaf, record.salted_private)));
    }
  }
  return {};
}

Result<Bytes> Ledger::Core::read_item(TileKind kind, LeafIndex index, TreeSize size) const {
  const auto bundle = index.value / kTileWidth;
  const auto width = width_at(0, bundle, size);
  const auto bytes = TRY(read_tile_file(disk, options.directory, {kind, 0, bundle, width}));
  const auto item = TRY(parse_bundle(bytes, width))[index.value % kTileWidth];
  return Bytes(item.begin(), item.end());
}

Result<Bytes> Ledger::Core::published_file(TileName name) const {
  TreeSize size;
  {
    std::lock_guard held(mutex);
    size = checkpoint_size;
  }
  const bool there = name.width >= 1 && name.width <= kTileWidth && name.level < kTileLevelsMax &&
                     name.width <= width_at(name.level, name.index, size);
  if (!there) return fail(ErrorCode::kNotFound, "no checkpoint covers this tile");
  return disk.read(path(path_of(name)), kBundleBytesMax);
}

Ledger::Ledger(std::unique_ptr<Core> core) : core_(std::move(core)) {}

Ledger::~Ledger() {
  // Nobody is left to hear of a failure here; recovery decides from what is on the disk.
  [[maybe_unused]] const auto closed = core_->close();
}

Result<LeafIndex> Ledger::append(std::span<const Entry> entries) { return core_->append(entries); }
TreeSize Ledger::size() const { return core_->durable(); }

bool Ledger::broken() const {
  std::lock_guard held(core_->mutex);
  return core_->error.has_value();
}

bool Ledger::anchored() const { return core_->second_place.configured(); }

bool Ledger::space_low(bool look) const { return look ? core_->space.look() : core_->space.low(); }
std::uint64_t Ledger::space_held_back() const { return core_->space.held_back(); }

Status Ledger::read(LeafIndex from, TreeSize to, const OnEntry& on_entry) const {
  return core_->read(from, to, on_entry);
}

std::string Ledger::checkpoint_text() const {
  std::lock_guard held(core_->mutex);
  return core_->checkpoint_note;
}

TreeSize Ledger::checkpoint_size() const {
  std::lock_guard held(core_->mutex);
  return core_->checkpoint_size;
}

Status Ledger::checkpoint_now() { return core_->checkpoint_now(); }

Result<Bytes> Ledger::tile(unsigned level, std::uint64_t index, unsigned width) const {
  return core_->published_file({TileKind::kHashes, level, index, width});
}

Result<Bytes> Ledger::bundle(std::uint64_t index, unsigned width) const {
  return core_->published_file({TileKind::kEntries, 0, index, width});
}

Result<Bytes> Ledger::opening(LeafIndex index) const {
  const auto covered = checkpoint_size();
  if (!holds(covered, index)) return fail(ErrorCode::kNotFound, "no checkpoint covers that entry");
  return core_->read_item(TileKind::kPrivate, index, covered);
}

Result<Digest> Ledger::root_at(TreeSize size) const {
  const auto covered = checkpoint_size();
  if (size > covered) return fail(ErrorCode::kNotFound, "no checkpoint covers that size");
  return tree_root(TileReader(core_->disk, core_->options.directory, covered), size);
}

Result<std::vector<Digest>> Ledger::inclusion_proof(LeafIndex index, TreeSize size) const {
  const auto covered = checkpoint_size();
  if (size > covered) return fail(ErrorCode::kNotFound, "no checkpoint covers that size");
  return make_inclusion_proof(TileReader(core_->disk, core_->options.directory, covered), index,
                              size);
}

Result<std::vector<Digest>> Ledger::consistency_proof(TreeSize from, TreeSize to) const {
  const auto covered = checkpoint_size();
  if (to > covered) return fail(ErrorCode::kNotFound, "no checkpoint covers that size");
  return make_consistency_proof(TileReader(core_->disk, core_->options.directory, covered), from,
                                to);
}

Result<std::string> Ledger::proof_file(LeafIndex index) const {
  TlogProof proof;
  TreeSize size;
  {
    std::lock_guard held(core_->mutex);
    proof.checkpoint_note = core_->checkpoint_note;
    size = core_->checkpoint_size;
  }
  const TileReader reader(core_->disk, core_->options.directory, size);
  proof.index = index;
  proof.hashes = TRY(make_inclusion_proof(reader, index, size));
  proof.extra = TRY(core_->read_item(TileKind::kEntries, index, size));
  return format_tlog_proof(proof);
}

std::string Ledger::verifier_key() const { return core_->verifier.text(); }

Status Ledger::close() { return core_->close(); }

}  // namespace bulkhead
