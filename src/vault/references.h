// What stands for a customer's number outside the vault: a reference that one session may use, and
// the masked number in a ledger entry's private part. Neither may ever be linkable without the
// keeper's keys. Owned by vault.
#pragma once

#include <array>
#include <cstdint>

#include "base/ids.h"
#include "base/result.h"
#include "vault/key_ring.h"

namespace bulkhead {

// One AES-256 block over number ‖ session ‖ zeros, so that no index is needed.
CustomerRef make_ref(const KeyRing& ring, CustomerNumber customer, SessionNumber session);
// kNotFound for a reference that was not made for this session.
Result<CustomerNumber> read_ref(const KeyRing& ring, const CustomerRef& ref, SessionNumber session);

// number XOR PRF(mask key, salt); the salt is the entry's own, so equal customers look unlike, and
// number 0 ("no customer") does not show either.
std::uint32_t seal_customer(const KeyRing& ring, CustomerNumber customer,
                            const std::array<std::uint8_t, 16>& salt);
CustomerNumber unseal_customer(const KeyRing& ring, std::uint32_t sealed,
                               const std::array<std::uint8_t, 16>& salt);

}  // namespace bulkhead
