// Changes of all customers' keys (security rules, section 8): begun here, carried on by KeyWork.
#include "keeper/handlers.h"

namespace bulkhead::handlers {
namespace {

bool any_locked(const KeyRing& ring) {
  for (std::size_t i = 0; i < kCompartmentCount; ++i) {
    if (ring.locked(static_cast<Compartment>(i))) return true;
  }
  return false;
}

}  // namespace

Outcome change_keys(Keeper& keeper, const Call& call, const wire::ChangeKeys& message) {
  const auto& facts = keeper.state().keys();
  if (message.change == KeyChange::kNone) return Outcome::protocol_broken();
  const bool backing_up = keeper.backup_work().phase() == wire::BackupPhase::kMaking;
  if (backing_up || facts.change != KeyChange::kNone) return Outcome::refuse(Reason::kState);
  if (any_locked(keeper.parts().ring)) return Outcome::refuse(Reason::kCompartmentLocked);
  auto entry = keeper.make_entry(EntryKind::kKey, call);
  entry.principal = call.channel->operator_number;
  const wire::ChangeKeysAnswer answer{facts.epoch + 1};
  entry.detail = wire::encode(
      KeyDetail{.step = KeyStep::kBegun, .change = message.change, .epoch = answer.epoch});
  keeper.record(std::move(entry));
  return Outcome::with(answer);
}

Outcome key_status(Keeper& keeper, const Call&, const wire::KeyStatus&) {
  const auto& facts = keeper.state().keys();
  const bool changing = facts.change != KeyChange::kNone;
  wire::KeyStatusAnswer answer{facts.epoch, facts.change, 0, keeper.state().customers(),
                               facts.damaged};
  if (changing) {
    answer.done = keeper.key_work().progress().customers;
    answer.damaged = keeper.key_work().progress().damaged;
  }
  return Outcome::with(answer);
}

}  // namespace bulkhead::handlers
