#include "keeper/contact_writes.h"

#include <algorithm>

namespace bulkhead {

Status ContactWrites::apply(const Entry& entry, CustomerNumber customer) {
  const auto detail = TRY(wire::decode<WriteDetail>(entry.detail));
  const bool fits = customer && detail.version > 0 &&
                    detail.compartment == static_cast<std::uint8_t>(Compartment::kContact);
  if (!fits) return fail(ErrorCode::kMalformed, "a write that is not of a contact compartment");
  auto& one = by_customer_[customer.value];
  one.begun = std::max(one.begun, detail.version);
  if (detail.step == WriteStep::kEnded) {
    one.ended = std::max(one.ended, detail.version);
    one.stands = detail.stands;
    return {};
  }
  const ChannelAge age{entry.keeper_ms, detail.young_until_keeper_ms};
  if (entry.fields.has(Field::kEmail)) one.email = age;
  if (entry.fields.has(Field::kPhone)) one.phone = age;
  return {};
}

const ContactWrite* ContactWrites::find(CustomerNumber customer) const {
  const auto at = by_customer_.find(customer.value);
  return at == by_customer_.end() ? nullptr : &at->second;
}

std::uint32_t ContactWrites::next_version(CustomerNumber customer, std::uint32_t stored) const {
  const auto* const one = find(customer);
  return std::max(stored, one == nullptr ? 0 : one->begun) + 1;
}

FieldSet ContactWrites::young(CustomerNumber customer, std::uint64_t keeper_ms) const {
  const auto* const one = find(customer);
  FieldSet young;
  if (one == nullptr) return young;
  if (one->email.young_until_ms > keeper_ms) young = young | FieldSet::of(Field::kEmail);
  if (one->phone.young_until_ms > keeper_ms) young = young | FieldSet::of(Field::kPhone);
  return young;
}

std::uint64_t ContactWrites::changed_ms(CustomerNumber customer, IdentifierKind kind) const {
  const auto* const one = find(customer);
  if (one == nullptr) return 0;
  if (kind == IdentifierKind::kEmail) return one->email.changed_ms;
  return kind == IdentifierKind::kPhone ? one->phone.changed_ms : 0;
}

}  // namespace bulkhead
