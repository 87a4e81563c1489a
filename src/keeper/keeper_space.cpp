// What the keeper still does when the disk is full, or when its ledger was adopted and nobody has
// confirmed that yet: people and programs are shut out, signed in and answered, nothing is shown.
#include <algorithm>

#include "base/log.h"
#include "keeper/finds_room.h"
#include "keeper/keeper.h"

namespace bulkhead {

std::optional<Reason> Keeper::closed_for(wire::Op op) {
  if (finds_room(op)) return std::nullopt;
  if (disk_full()) {
    ++refused_while_full_;
    return Reason::kSpace;
  }
  const bool from_front = static_cast<std::uint16_t>(op) < kFirstAdminOp;
  if (from_front && state_.ledger_facts().unconfirmed() != nullptr) return Reason::kLedger;
  return std::nullopt;
}

// One entry when it begins and one when it ends, which stands for every refusal between: a refusal
// must not use up the room that is left.
void Keeper::watch_space() {
  const bool low = parts_.ledger.space_low(true);
  if (low == full_) return;
  full_ = low;
  Entry entry;
  entry.kind = EntryKind::kDenied;
  entry.reason = Reason::kSpace;
  entry.wall_ms = wall_ms_;
  entry.keeper_ms = now_ms_;
  entry.policy = state_.policy_number();
  entry.face = Face::kKeeper;
  entry.detail = wire::encode(CountDetail{low ? 1 : std::max(refused_while_full_, 1u), 0});
  refused_while_full_ = 0;
  record(std::move(entry));
  if (low)
    log_error("the disk is full: nothing is shown or added until there is room");
  else
    log_info("the disk has room again");
}

}  // namespace bulkhead
