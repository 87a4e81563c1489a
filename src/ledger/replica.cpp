#include "ledger/replica.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "base/log.h"

namespace bulkhead {
namespace {

constexpr std::size_t kTailBytesAtOnce = 4u << 20;

NoteVerifier verifier_of(const ReplicaOptions& options) {
  auto verifier =
      NoteVerifier::create(options.origin, NoteKeyType::kEd25519, options.key.public_key());
  CHECK(verifier.has_value());  // the ledger was opened under the same name
  return *std::move(verifier);
}

}  // namespace

Replica::Replica(const Ledger& ledger, ReplicaOptions options)
    : ledger_(ledger),
      options_(std::move(options)),
      verifier_(verifier_of(options_)),
      record_key_(journal_key(options_.key)),
      disk_(*options_.disk),
      thread_([this] { run(); }) {}

Replica::Standing Replica::standing() const {
  std::lock_guard held(mutex_);
  return standing_;
}

void Replica::stop() {
  {
    std::lock_guard held(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Replica::run() {
  using Time = std::chrono::steady_clock::time_point;
  Time settled;
  for (bool last = false; !last;) {
    const auto now = std::chrono::steady_clock::now();
    const bool settling = now >= settled + std::chrono::milliseconds(options_.settle_interval_ms);
    pass(settling);
    if (settling) settled = now;
    const auto pause = lock_ ? options_.interval_ms : options_.retry_ms;
    std::unique_lock held(mutex_);
    changed_.wait_for(held, std::chrono::milliseconds(pause), [&] { return stopping_; });
    last = stopping_;
  }
  pass(true);
}

// A failure costs everything that is open: what a disk said before it failed is not built upon.
void Replica::pass(bool settling) {
  const auto done = copy(settling);
  if (!done) {
    tiles_.reset();
    journal_.reset();
    lock_.reset();
  }
  std::lock_guard held(mutex_);
  const char* const trouble = done ? nullptr : done.error().context;
  if (trouble != nullptr && standing_.trouble == nullptr)
    log_warning("the replica is not kept up to date: {}", trouble);
  if (trouble == nullptr && standing_.trouble != nullptr)
    log_info("the replica is kept up to date again");
  standing_ = {copied_, trouble};
}

Status Replica::copy(bool settling) {
  if (!lock_) {
    TRY_STATUS(open());
    settling = true;
  }
  TRY_STATUS(copy_tail());
  return settling ? settle() : Status();
}

Result<Checkpoint> Replica::checkpoint_there() const {
  const auto note = TRY(disk_.read(path("checkpoint"), kNoteBytesMax));
  return open_checkpoint(text_of(note), verifier_);
}

Status Replica::open() {
  // A folder that is not mounted looks like one that is not there, and is not made.
  auto lock = disk_.lock(path("lock"));
  if (!lock && lock.error().code == ErrorCode::kConflict) return std::unexpected(lock.error());
  if (!lock) return fail(ErrorCode::kUnavailable, "its folder cannot be reached");
  TRY_STATUS(disk_.make_directories(path("journal")));
  const auto there = checkpoint_there();
  if (!there && there.error().code != ErrorCode::kNotFound)
    return fail(ErrorCode::kConflict, "its folder holds another ledger");
  const TreeSize size = there ? there->size : TreeSize{0};
  if (size > ledger_.checkpoint_size())
    return fail(ErrorCode::kConflict, "it is ahead of the ledger: was the ledger rolled back?");
  if (there && TRY(ledger_.root_at(size)) != there->root)
    return fail(ErrorCode::kConflict, "it is not a copy of this ledger");
  TRY_STATUS(check_journals());
  TRY_STATUS(begin_anew(size));
  lock_ = *std::move(lock);
  return {};
}

// Nothing is thrown away that the ledger does not have.
Status Replica::check_journals() const {
  for (const auto& name : TRY(disk_.list(path("journal")))) {
    const auto first = parse_journal_name(name);
    if (!first) return fail(ErrorCode::kConflict, "its folder holds another ledger");
    const auto bytes = TRY(disk_.read(path("journal/") + name, kJournalBytesMax));
    if (first->value + scan_journal(bytes, *first).offsets.size() > ledger_.size().value)
      return fail(ErrorCode::kConflict, "it is ahead of the ledger: was the ledger rolled back?");
  }
  return {};
}

// One journal from the checkpoint on. What stands beyond that was perhaps never synced.
Status Replica::begin_anew(TreeSize size) {
  tiles_ = TRY(TileWriter::resume(disk_, options_.directory, size));
  TRY_STATUS(tiles_->write_partials());
  TRY_STATUS(mend_partials(disk_, options_.directory, size, size, ledger_.size()));
  tiles_->rewrite();
  old_journals_.clear();
  doomed_.clear();
  journal_first_ = {size.value};
  journal_bytes_ = 0;
  copied_ = size;
  // Made before the others go: a checkpoint without a journal is no ledger.
  journal_ = TRY(disk_.open_append(journal_path(journal_first_)));
  TRY_STATUS(journal_->truncate(0));
  for (const auto& name : TRY(disk_.list(path("journal")))) {
    if (name != journal_name(journal_first_)) TRY_STATUS(disk_.remove(path("journal/") + name));
  }
  return {};
}

Status Replica::copy_tail() {
  const auto end = ledger_.size();
  while (copied_ < end) {
    Bytes records;
    auto next = copied_;
    TRY_STATUS(ledger_.read({copied_.value}, end, [&](LeafIndex index, const Entry& entry) {
      append_record(records, record_key_, index, copied_, entry);
      next = {index.value + 1};
      return records.size() < kTailBytesAtOnce;
    }));
    if (journal_bytes_ + records.size() > kJournalBytesMax)
      return fail(ErrorCode::kTooLarge, "its journal is full");
    TRY_STATUS(journal_->write_at(journal_bytes_, records));
    TRY_STATUS(journal_->sync_data());
    journal_bytes_ += records.size();
    copied_ = next;
  }
  return {};
}

// The ledger's own steps (docs/LEDGER.md): tiles up to its checkpoint, synced; the checkpoint; then
// the journals before the one that began below it go, and a new one begins.
Status Replica::settle() {
  const auto note = ledger_.checkpoint_text();
  const auto checkpoint = TRY(open_checkpoint(note, verifier_));
  if (checkpoint.size == tiles_->size() && checkpoint.size.value != 0) return {};
  if (checkpoint.size > copied_) return {};  // of entries that came after the tail was read
  const bool cut = journal_first_.value <= checkpoint.size.value;
  if (cut) TRY_STATUS(copy_tiles({journal_first_.value}));
  TRY_STATUS(copy_tiles(checkpoint.size));
  if (tiles_->root() != checkpoint.root)
    return fail(ErrorCode::kConflict, "what was copied does not give the checkpoint's root");
  TRY_STATUS(disk_.sync_all(options_.directory));
  TRY_STATUS(disk_.write_durably(path("checkpoint"), view_of(note)));
  TRY_STATUS(tiles_->remove_partials(doomed_));
  doomed_ = tiles_->take_superseded();
  if (!cut) return {};
  for (const auto& name : old_journals_) TRY_STATUS(disk_.remove(name));
  old_journals_.clear();
  if (journal_bytes_ == 0) return {};
  TRY_STATUS(journal_->close());
  old_journals_.push_back(journal_path(journal_first_));
  journal_first_ = {copied_.value};
  journal_bytes_ = 0;
  journal_ = TRY(disk_.open_append(journal_path(journal_first_)));
  return {};
}

Status Replica::copy_tiles(TreeSize to) {
  // Files of the size reached are there, and the checkpoint may stand on them.
  if (tiles_->size() >= to) return {};
  Status added;
  TRY_STATUS(ledger_.read({tiles_->size().value}, to, [&](LeafIndex, const Entry& entry) {
    const auto private_part = encode_private(entry);
    Bytes salted(entry.salt.begin(), entry.salt.end());
    salted.insert(salted.end(), private_part.begin(), private_part.end());
    added = tiles_->add(encode_leaf(entry, private_part), salted);
    return added.has_value();
  }));
  TRY_STATUS(added);
  return tiles_->write_partials();
}

}  // namespace bulkhead
