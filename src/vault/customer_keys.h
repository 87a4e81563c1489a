// A customer's seven random keys, six for the compartments and one for the person, as keys.db holds
// them: each wrapped by its key-encryption key, bound to customer, slot and epoch. An unwrapped key
// must never outlive the call that needs it; the person key is the one exception, for the
// pseudonym. Owned by vault.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/catalogue.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "vault/key_ring.h"

namespace bulkhead {

// A key on the stack, wiped when it ends.
class StackKey {
 public:
  StackKey() = default;
  StackKey(const StackKey& other) = default;
  StackKey& operator=(const StackKey& other) = default;
  ~StackKey();
  KeyView view() const { return bytes_; }
  std::span<std::uint8_t, kKeyBytes> fill() { return bytes_; }

 private:
  std::array<std::uint8_t, kKeyBytes> bytes_{};
};

inline constexpr std::size_t kCustomerKeyCount = kCompartmentCount + 1;
inline constexpr std::size_t kWrappedKeyBytes =
    4 + kKeyBytes + kSealOverheadBytes;  // epoch ‖ sealed key
inline constexpr std::size_t kWrappedKeysBytes =
    1 + kCustomerKeyCount * kWrappedKeyBytes;  // format ‖ keys
using WrappedKeys = std::array<std::uint8_t, kWrappedKeysBytes>;

// The random keys of a new customer, in the clear and wrapped. kRefused when a compartment is
// locked.
struct CustomerKeys {
  std::array<StackKey, kCustomerKeyCount> keys;
  WrappedKeys wrapped{};
};
Status make_customer_keys(const KeyRing& ring, CustomerNumber customer, CustomerKeys& made);

// What a reader gets of one row of keys.db.
class PersonKeys {
 public:
  // kMalformed for a wrong length or format; kCrypto when the person key does not fit this
  // customer.
  static Result<PersonKeys> unwrap(const KeyRing& ring, CustomerNumber customer, ByteView wrapped);

  CustomerNumber customer() const { return customer_; }
  // HMAC-SHA-256(person key, "pseudonym" ‖ u16 year)[:16]: one per calendar year (UTC).
  Pseudonym pseudonym(std::uint16_t year) const;
  // Unwraps one compartment's key. kRefused when it is locked; kCrypto.
  Result<StackKey> compartment_key(const KeyRing& ring, Compartment compartment) const;

 private:
  PersonKeys() = default;
  CustomerNumber customer_;
  StackKey person_;
  WrappedKeys wrapped_{};
};

}  // namespace bulkhead
