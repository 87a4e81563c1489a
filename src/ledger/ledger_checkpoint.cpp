// Checkpoints: a thread that moves entries from memory to tiles, signs what it moved, and now and
// then cuts the journal.
#include <algorithm>

#include "ledger/ledger_core.h"

namespace bulkhead {
namespace {

constexpr std::chrono::milliseconds kHoldInterval{200};

}  // namespace

// Called with the mutex held.
bool Ledger::Core::checkpoint_due(SteadyTime now) const {
  if (checkpoint_size.value < wanted_size) return true;
  const std::chrono::milliseconds delay(options.checkpoint_delay_ms);
  return durable() > checkpoint_size && now >= uncovered_since + delay;
}

Ledger::Core::SteadyTime Ledger::Core::next_settling() const {
  return settled_at + std::chrono::milliseconds(options.settle_interval_ms);
}

bool Ledger::Core::settle_due(SteadyTime now) const {
  if (durable() == settled_size) return false;
  return now >= next_settling() || unsettled_bytes >= kSettleJournalBytes;
}

// Looks at the disk before anything is written to it besides the journal: tiles, bundles and
// private files take about twice what the journal took.
bool Ledger::Core::must_hold() {
  std::uint64_t waiting = 0;
  {
    std::lock_guard held(mutex);
    for (const auto& batch : tail) waiting += batch->bytes.size();
  }
  space.set_waiting(2 * waiting);
  const bool low = space.look();
  if (!low) space.restock();
  return low;
}

void Ledger::Core::run_checkpointer() {
  std::unique_lock held(mutex);
  while (!error) {
    const auto now = std::chrono::steady_clock::now();
    const bool last =
        stopping;  // read once: a settling under way when close() comes may miss the last entries
    const bool settling = last || settle_due(now);
    if (settling || checkpoint_due(now) || space.low()) {
      held.unlock();
      if (must_hold()) {
        // The journal has it all; recovery makes the checkpoint that is missing.
        if (last) return;
        held.lock();
        changed.notify_all();  // to whoever waits for a checkpoint
        changed.wait_for(held, kHoldInterval);
        continue;
      }
      const auto done = settling ? settle() : checkpoint_to(durable());
      if (!done) break_with(done.error());
      held.lock();
      if (last) return;
      continue;
    }
    // Nothing is due: sleep until something may be. Appends wake this thread only when the first
    // uncovered entry comes.
    auto wake = SteadyTime::max();
    if (durable() > checkpoint_size) {
      wake = uncovered_since + std::chrono::milliseconds(options.checkpoint_delay_ms);
    }
    if (durable() != settled_size) wake = std::min(wake, next_settling());
    if (wake == SteadyTime::max()) {
      changed.wait(held);
    } else {
      changed.wait_until(held, wake);
    }
  }
}

Status Ledger::Core::checkpoint_to(TreeSize target) {
  const auto started = std::chrono::steady_clock::now();
  Tail batches;
  {
    std::lock_guard held(mutex);
    if (target == checkpoint_size) return {};
    batches = tail;
  }
  // A target is always the end of a batch, since only whole batches become durable.
  for (const auto& batch : batches) {
    if (batch->first.value >= target.value) break;
    for (auto index = batch->first.value; index < batch->end(); ++index) {
      const auto record = batch->record(index);
      TRY_STATUS(tiles->add(record.leaf, record.salted_private));
    }
  }
  TRY_STATUS(tiles->write_partials());
  TRY_STATUS(publish_checkpoint({options.origin, tiles->size(), tiles->root(), {}}));
  std::lock_guard held(mutex);
  uncovered_since = started;
  while (!tail.empty() && tail.front()->end() <= checkpoint_size.value) tail.pop_front();
  changed.notify_all();
  return {};
}

// Signs and makes durable, here and in the second place; only then may anybody see it.
Status Ledger::Core::publish_checkpoint(const Checkpoint& checkpoint) {
  auto note = TRY(sign_checkpoint(checkpoint, options.key));
  TRY_STATUS(disk.write_durably(path("checkpoint"), view_of(note)));
  TRY_STATUS(second_place.swap(note));
  std::lock_guard held(mutex);
  checkpoint_size = checkpoint.size;
  checkpoint_note = std::move(note);
  return {};
}

// Begins the next journal, so that the files before it hold nothing newer than the answered size.
Result<TreeSize> Ledger::Core::rotate_journal() {
  std::lock_guard appending(append_mutex);
  const auto size = durable();
  if (journal_first.value == size.value) return size;
  TRY_STATUS(journal->close());
  old_journals.push_back(journal_path(journal_first));
  journal_first = {size.value};
  journal_bytes = 0;
  journal = TRY(disk.open_append(journal_path(journal_first)));
  std::lock_guard held(mutex);
  unsettled_bytes = 0;
  changed.notify_all();
  return size;
}

// Cuts the journal: everything up to a checkpoint at its new first entry is synced, then the old
// files go.
Status Ledger::Core::settle() {
  const auto size = TRY(rotate_journal());
  TRY_STATUS(checkpoint_to(size));
  TRY_STATUS(disk.sync_all(options.directory));
  // This sync also made the last settling's removals durable: no journal can come back that needs
  // these partial files.
  TRY_STATUS(tiles->remove_partials(doomed));
  doomed = tiles->take_superseded();
  for (const auto& name : old_journals) TRY_STATUS(disk.remove(name));
  old_journals.clear();
  std::lock_guard held(mutex);
  settled_size = size;
  settled_at = std::chrono::steady_clock::now();
  return {};
}

Status Ledger::Core::checkpoint_now() {
  std::unique_lock held(mutex);
  const auto target = durable();
  wanted_size = std::max(wanted_size, target.value);
  changed.notify_all();
  changed.wait(held, [&] { return error || stopping || checkpoint_size >= target || space.low(); });
  if (error) return std::unexpected(*error);
  if (checkpoint_size < target && space.low())
    return fail(ErrorCode::kUnavailable, "the disk is full, so checkpoints wait");
  if (checkpoint_size < target) return fail(ErrorCode::kConflict, "the ledger is closing");
  return {};
}

Status Ledger::Core::close() {
  {
    std::lock_guard held(mutex);
    stopping = true;
    changed.notify_all();
  }
  if (checkpointer.joinable()) checkpointer.join();
  std::lock_guard appending(append_mutex);
  std::optional<Error> failed;
  {
    std::lock_guard held(mutex);
    failed = error;
  }
  if (journal) {
    const auto closed = journal->close();
    journal.reset();
    if (!closed && !failed) failed = break_with(closed.error());
  }
  lock.reset();
  if (failed) return std::unexpected(*failed);
  return {};
}

}  // namespace bulkhead
