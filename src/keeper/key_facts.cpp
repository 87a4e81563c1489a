#include "keeper/key_facts.h"

namespace bulkhead {

Status KeyFacts::apply(const Entry& entry) {
  const auto detail = TRY(wire::decode<KeyDetail>(entry.detail));
  const bool begins = detail.step == KeyStep::kBegun;
  const bool fits = detail.step != KeyStep::kNone && detail.change != KeyChange::kNone &&
                    detail.epoch == epoch + 1 &&
                    change == (begins ? KeyChange::kNone : detail.change);
  if (!fits) return fail(ErrorCode::kMalformed, "a change of keys begins or ends out of turn");
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
