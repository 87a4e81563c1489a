#include "vault/customer_sealing.h"

#include "crypto/wipe.h"
#include "vault/sealing.h"

namespace bulkhead {
namespace {

Result<SealedCustomer> seal_one(const KeyRing& ring, CustomerNumber number, const Record& checked) {
  CustomerKeys keys;
  TRY_STATUS(make_customer_keys(ring, number, keys));
  SealedCustomer sealed{number, keys.wrapped, {}};
  for (std::size_t i = 0; i < kCompartmentCount; ++i) {
    const auto compartment = static_cast<Compartment>(i);
    // An empty compartment is sealed too: whether somebody has one is nobody's business.
    auto plaintext = encode_values(checked, compartment);
    sealed.compartments[i] =
        seal_compartment(keys.keys[i].view(), number, compartment, kFirstVersion, plaintext);
    wipe(plaintext);
  }
  return sealed;
}

}  // namespace

Result<SealedBatch> seal_customers(const KeyRing& ring, std::span<const NewCustomer> customers) {
  SealedBatch batch;
  batch.customers.reserve(customers.size());
  for (const auto& customer : customers) {
    const auto& checked = customer.record.values();
    batch.customers.push_back(TRY(seal_one(ring, customer.number, checked)));
    for (const auto& identifier : identifiers_of(checked)) {
      batch.blind.push_back({identifier.kind,
                             blind_tag(ring, identifier.kind, identifier.normalised),
                             customer.number});
    }
  }
  return batch;
}

}  // namespace bulkhead
