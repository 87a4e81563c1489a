// How the keeper gets its state at start, snapshot and tail, and how it leaves snapshots behind.
#include "base/log.h"
#include "keeper/keeper.h"

namespace bulkhead {

Status Keeper::fold(State& state, TreeSize from) const {
  Status applied;
  const auto on_entry = [&](LeafIndex, const Entry& entry) {
    applied = state.apply(entry, unseal_customer(parts_.ring, entry.sealed_customer, entry.salt));
    return applied.has_value();
  };
  TRY_STATUS(parts_.ledger.read({from.value}, parts_.ledger.size(), on_entry));
  return applied;
}

Status Keeper::rebuild() {
  if (parts_.snapshots != nullptr) {
    if (auto snapshot = parts_.snapshots->newest()) {
      snapshot_size_ = snapshot->size.value;
      state_ = std::move(snapshot->state);
    }
  }
  TRY_STATUS(fold(state_, {snapshot_size_}));
  applied_ = parts_.ledger.size().value;
  if (!parts_.recompute) return {};
  State whole;
  TRY_STATUS(fold(whole, {}));
  if (encode_state(whole) != encode_state(state_))
    return fail(ErrorCode::kMalformed, "the entries give another state than snapshot and tail do");
  log_info("folding all {} entries gave the state of snapshot and tail", applied_);
  return {};
}

// A snapshot is sealed on the loop, between two entries, and written by a lane once a checkpoint
// covers it. One at a time, since each is as large as the state.
void Keeper::snapshot_when_due() {
  if (parts_.snapshots == nullptr) return;
  if (snapshot_) {
    if (parts_.ledger.checkpoint_size() < snapshot_->size) return;
    parts_.snapshot_lane->submit(
        [snapshots = parts_.snapshots, sealed = std::move(*snapshot_)]() mutable {
          if (const auto stored = snapshots->store(std::move(sealed)); !stored)
            log_warning("a snapshot was not written: {}", stored.error().context);
        });
    snapshot_.reset();
    return;
  }
  const auto boot_ms = parts_.clock.boot_ms();
  if (applied_ < snapshot_size_ + kSnapshotEntries) return;
  if (snapshot_ms_ != 0 && boot_ms < snapshot_ms_ + kSnapshotIntervalMs) return;
  snapshot_ = parts_.snapshots->seal(state_, {applied_});
  snapshot_size_ = applied_;
  snapshot_ms_ = boot_ms;
}

void Keeper::snapshot_at_end() {
  if (parts_.snapshots == nullptr) return;
  snapshot_.reset();
  if (const auto covered = parts_.ledger.checkpoint_now(); !covered) return;
  if (parts_.ledger.size().value != applied_) return;  // entries were recorded after the drain
  if (const auto stored = parts_.snapshots->store(parts_.snapshots->seal(state_, {applied_}));
      !stored)
    log_warning("the last snapshot was not written: {}", stored.error().context);
}

}  // namespace bulkhead
