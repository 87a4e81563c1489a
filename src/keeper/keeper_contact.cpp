// Changed contact compartments: recorded first, then stored, then recorded to have ended. So a
// start knows which version the vault has at least, and refuses an older one.
#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "keeper/keeper.h"

namespace bulkhead {

Result<std::optional<CustomerNumber>> Keeper::holder_of(IdentifierKind kind,
                                                        std::string_view normalised) {
  const auto found = TRY(parts_.reader.lookup_all(kind, normalised));
  if (found.empty()) return std::nullopt;
  return *std::ranges::min_element(found, {}, [&](CustomerNumber one) {
    // Anybody real before a canary, since it may share an identifier with one.
    const bool canary = state_.canaries().find(one) != nullptr;
    return std::tuple(canary, state_.contact_writes().changed_ms(one, kind), one);
  });
}

void Keeper::end_contact_write(CustomerNumber customer, std::uint32_t version,
                               std::uint32_t stands) {
  Entry entry;
  entry.kind = EntryKind::kWrite;
  entry.wall_ms = wall_ms_;
  entry.keeper_ms = now_ms_;
  entry.policy = state_.policy_number();
  entry.face = Face::kKeeper;
  if (!name_customer(entry, customer)) return;  // erased since
  entry.detail = wire::encode(WriteDetail{
      WriteStep::kEnded, static_cast<std::uint8_t>(Compartment::kContact), version, stands, 0});
  record(std::move(entry), customer);
}

Result<std::uint32_t> Keeper::contact_version(CustomerNumber customer) const {
  const auto person = TRY(parts_.reader.person(customer));
  return parts_.reader.compartment_version(person, Compartment::kContact);
}

// A change that is not known to have ended may be in the vault or not. Any other must be, and none
// may that the ledger does not know.
Status Keeper::check_contacts() const {
  for (const auto& [number, one] : state_.contact_writes().all()) {
    const CustomerNumber customer(number);
    const auto* const erasure = state_.erasure(customer);
    if (erasure != nullptr && erasure->step == ErasureStep::kCarriedOut) continue;
    // None at all of a customer whom a restore did not bring back.
    const auto stored = contact_version(customer).value_or(0);
    if (stored < one.stands)
      return fail(
          ErrorCode::kConflict,
          "the vault misses a change of contact that the ledger knows: the vault was rolled "
          "back");
    if (stored > one.begun)
      return fail(ErrorCode::kConflict,
                  "the vault has a change of contact that the ledger does not know: the ledger was "
                  "rolled back");
  }
  return {};
}

// What became of changes that a crash came between is settled now, so that it is known from here
// on. The values of one that did not get into the vault are lost; whoever made it never heard that
// it was done.
void Keeper::end_interrupted_writes() {
  const auto all = state_.contact_writes().all();  // as it was: each end changes it
  for (const auto& [number, one] : all) {
    if (one.ended >= one.begun) continue;
    const CustomerNumber customer(number);
    const auto stored = contact_version(customer);
    if (!stored) continue;
    if (*stored < one.begun) log_warning("a change of contact was recorded but not stored");
    end_contact_write(customer, one.begun, *stored);
  }
}

}  // namespace bulkhead
