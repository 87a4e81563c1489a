#include "keeper/key_work.h"

#include "base/log.h"
#include "keeper/keeper.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kReaderInTheWayMs = 1'000;
constexpr std::uint64_t kFailedMs = 30'000;

// On the writer lane. Each part finds what a crash or a failure left of it.
Result<KeyProgress> take_step(KeyRing& ring, Vault& vault, KeyChange change, std::uint32_t epoch) {
  TRY_STATUS(ring.begin_epoch(epoch));
  const auto progress = TRY(vault.change_keys(change));
  if (progress.finished) TRY_STATUS(ring.end_former_epoch());
  return progress;
}

}  // namespace

void KeyWork::go_on(Keeper& keeper) {
  const auto& facts = keeper.state().keys();
  if (facts.change == KeyChange::kNone) {
    begun_ = 0;
    return;
  }
  if (begun_ == 0) {
    begun_ = keeper.entries_recorded();
    progress_ = {};
  }
  const bool durable = keeper.parts().ledger.size().value >= begun_;
  // Its end destroys keys, which waits like any other destruction.
  if (keeper.clocks_apart()) return;
  if (in_hand_ || !durable || keeper.now_ms() < not_before_ms_) return;
  const auto step = std::make_shared<Result<KeyProgress>>(KeyProgress{});
  in_hand_ = keeper.on_lane(
      keeper.parts().writer_lane,
      [&ring = *keeper.parts().changing_ring, &vault = keeper.parts().vault, step,
       change = facts.change,
       epoch = facts.epoch + 1] { *step = take_step(ring, vault, change, epoch); },
      [this, &keeper, step] { stepped(keeper, *step); });
}

void KeyWork::stepped(Keeper& keeper, const Result<KeyProgress>& step) {
  in_hand_ = false;
  if (!step) {
    const bool waits = step.error().code == ErrorCode::kUnavailable;
    if (!waits)
      log_warning("the change of keys waits and is tried again: {}", step.error().context);
    not_before_ms_ = keeper.now_ms() + (waits ? kReaderInTheWayMs : kFailedMs);
    return;
  }
  progress_ = *step;
  if (!step->finished) return go_on(keeper);
  const auto& facts = keeper.state().keys();
  auto entry = keeper.make_entry(EntryKind::kKey);
  entry.detail = wire::encode(KeyDetail{.step = KeyStep::kEnded,
                                        .change = facts.change,
                                        .epoch = facts.epoch + 1,
                                        .damaged = progress_.damaged});
  keeper.record(std::move(entry));
  log_info("customers' keys are of epoch {} now; {} did not open and were left", facts.epoch,
           progress_.damaged);
}

Status check_key_files(const KeyRing& ring, const KeyFacts& facts) {
  const auto last = facts.epoch + (facts.change == KeyChange::kNone ? 0 : 1);
  for (std::size_t i = 0; i < kWrappingKeyCount; ++i) {
    const auto key = static_cast<RingKey>(i);
    if (ring.epoch(key) > last)
      return fail(ErrorCode::kConflict,
                  "the key files follow a longer ledger than this one: the ledger was rolled back");
    if (ring.oldest_epoch(key) < facts.epoch)
      return fail(ErrorCode::kConflict,
                  "key files that the ledger knows as destroyed are there: they were rolled back");
  }
  return {};
}

}  // namespace bulkhead
