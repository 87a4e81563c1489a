#include "keeper/key_facts.h"

namespace bulkhead {
namespace {
constexpr char kOutOfTurn[] = "an entry about keys does not follow from those before";
}  // namespace

Status KeyFacts::apply(const Entry& entry) {
  const auto detail = TRY(wire::decode<KeyDetail>(entry.detail));
  switch (detail.step) {
    case KeyStep::kBegun:
    case KeyStep::kEnded:
      return apply_change(detail);
    case KeyStep::kBackedUp:
      if (detail.backup_key == last_backup_key + 1) {
        backup_keys[++last_backup_key] = entry.keeper_ms;
        return {};
      }
      if (detail.backup_key == last_backup_key && backup_keys.contains(last_backup_key)) return {};
      break;
    case KeyStep::kBackupKeyEnded:
      if (backup_keys.erase(detail.backup_key) == 1) return {};
      break;
    case KeyStep::kRestored:
      ++last_backup_key;  // which nobody has: those before lie in the old house
      return {};
    case KeyStep::kNone:
      break;
  }
  return fail(ErrorCode::kMalformed, kOutOfTurn);
}

Status KeyFacts::apply_change(const KeyDetail& detail) {
  const bool begins = detail.step == KeyStep::kBegun;
  if (detail.change == KeyChange::kNone || detail.epoch != epoch + 1 ||
      change != (begins ? KeyChange::kNone : detail.change))
    return fail(ErrorCode::kMalformed, kOutOfTurn);
  if (begins) {
    change = detail.change;
    return {};
  }
  epoch = detail.epoch;
  change = KeyChange::kNone;
  damaged = detail.damaged;
  return {};
}

void KeyFacts::follow(std::uint32_t oldest_epoch, std::uint32_t newest_epoch) {
  if (oldest_epoch > epoch) {
    epoch = oldest_epoch;
    change = KeyChange::kNone;
  }
  if (newest_epoch > epoch && change == KeyChange::kNone) change = KeyChange::kRotate;
}

}  // namespace bulkhead
