// How the keeper gets its state at start, snapshot and tail, and how it leaves snapshots behind.
#include "base/log.h"
#include "keeper/keeper.h"
#include "keeper/rules.h"

namespace bulkhead {
namespace {

// Tells how long the loop stood still for it.
SealedState seal(const KeeperParts& parts, const State& state, TreeSize size) {
  const auto begun_ms = parts.clock.boot_ms();
  auto sealed = parts.snapshots->seal(state, size);
  log_info("snapshot of {} entries: {} KiB sealed in {} ms", size.value, sealed.file.size() >> 10,
           parts.clock.boot_ms() - begun_ms);
  return sealed;
}

}  // namespace

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

// Backup keys of which the ledger knows nothing, after lost entries for instance.
Status Keeper::destroy_unknown_backup_keys() const {
  std::set<std::uint32_t> known;
  for (const auto& [number, made_ms] : state_.keys().backup_keys) known.insert(number);
  const auto others = TRY(parts_.ring.destroy_other_backup_keys(known));
  if (others > 0)
    log_warning("{} backup keys that the ledger does not know were destroyed", others);
  return {};
}

// Rows are written before the entry that makes them count (decisions/0006), so a vault may hold
// what its ledger does not know yet, but what it noted as applied was durable in the ledger.
Status Keeper::check_vault() const {
  TRY_STATUS(check_key_files(parts_.ring, state_.keys()));
  if (parts_.vault.applied_index() > parts_.ledger.size().value) {
    return fail(ErrorCode::kConflict,
                "the vault follows a longer ledger than this one: the ledger was rolled back");
  }
  if (parts_.vault.next_customer_number() <= state_.last_customer()) {
    return fail(ErrorCode::kConflict,
                "the vault misses customers that the ledger knows: the vault was rolled back");
  }
  return check_contacts();
}

// After a crash the vault's note is behind while its rows are there, which check_vault and
// Directory::load have seen to.
Status Keeper::catch_up_vault() {
  if (parts_.vault.applied_index() == parts_.ledger.size().value) return {};
  return parts_.vault.write_rows({}, parts_.ledger.size().value);
}

void Keeper::quarantine_what_aborts() {
  if (parts_.crash_note == nullptr) return;
  for (const auto op : parts_.crash_note->repeated(parts_.clock.boot_ms())) {
    const auto* const rule = rule_of(op);
    if (rule == nullptr || is_essential(rule->op) || state_.quarantined().contains(op)) continue;
    Entry entry;
    entry.kind = EntryKind::kContainment;
    entry.wall_ms = wall_ms_;
    entry.keeper_ms = now_ms_;
    entry.policy = state_.policy_number();
    entry.face = Face::kKeeper;
    entry.detail = wire::encode(ContainmentDetail{ContainmentStep::kQuarantined, op});
    record(std::move(entry));
    log_error("{} ended the keeper again and again and is refused from now on", rule->name);
  }
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
  snapshot_ = seal(parts_, state_, {applied_});
  snapshot_size_ = applied_;
  snapshot_ms_ = boot_ms;
}

void Keeper::snapshot_at_end() {
  if (parts_.snapshots == nullptr) return;
  snapshot_.reset();
  if (const auto covered = parts_.ledger.checkpoint_now(); !covered) return;
  if (parts_.ledger.size().value != applied_) return;  // entries were recorded after the drain
  if (const auto stored = parts_.snapshots->store(seal(parts_, state_, {applied_})); !stored)
    log_warning("the last snapshot was not written: {}", stored.error().context);
}

}  // namespace bulkhead
