// Turns a new customer into what is stored: checked, sealed, with wrapped keys and index tags. It
// must never touch a database, so that it can run on another thread. Owned by vault.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/result.h"
#include "vault/customer_keys.h"
#include "vault/identifiers.h"
#include "vault/vault.h"

namespace bulkhead {

struct BlindRow {
  IdentifierKind kind{};
  BlindTag tag{};
  CustomerNumber customer;
  auto operator<=>(const BlindRow&) const = default;
};

struct SealedCustomer {
  CustomerNumber number;
  WrappedKeys wrapped{};
  std::array<Bytes, kCompartmentCount> compartments;
};
struct SealedBatch {
  std::vector<SealedCustomer> customers;
  std::vector<BlindRow> blind;
};

inline constexpr std::uint32_t kFirstVersion = 1;

// kRefused for a locked compartment.
Result<SealedBatch> seal_customers(const KeyRing& ring, std::span<const NewCustomer> customers);

}  // namespace bulkhead
