// A customer's seven random keys, six for the compartments and one for the person, as keys.db holds
// them: each wrapped by its key-encryption key, bound to customer, slot and epoch. An unwrapped key
// must never outlive the call that needs it; the person key is the one exception, for the
// pseudonym. Owned by vault.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/catalogue.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "vault/key_ring.h"
#include "vault/stack_key.h"

namespace bulkhead {

inline constexpr std::size_t kCustomerKeyCount = kCompartmentCount + 1;
inline constexpr std::size_t kWrappedKeyBytes =
    4 + kKeyBytes + kSealOverheadBytes;  // epoch ‖ sealed key
inline constexpr std::size_t kWrappedKeysBytes =
    1 + kCustomerKeyCount * kWrappedKeyBytes;  // format ‖ keys
// Of a customer whose compartments are being encrypted anew: the new keys follow.
inline constexpr std::size_t kWrappedKeysBytesMax =
    kWrappedKeysBytes + kCompartmentCount * kWrappedKeyBytes;
using WrappedKeys = std::array<std::uint8_t, kWrappedKeysBytes>;
static_assert(kCustomerKeyCount == kWrappingKeyCount);

// The random keys of a new customer, in the clear and wrapped. kRefused when a compartment is
// locked.
struct CustomerKeys {
  std::array<StackKey, kCustomerKeyCount> keys;
  WrappedKeys wrapped{};
};
Status make_customer_keys(const KeyRing& ring, CustomerNumber customer, CustomerKeys& made);

// One row of keys.db, key by key: what is damaged in one costs none of the others.
class KeyRow {
 public:
  // kMalformed for a wrong length or format.
  static Result<KeyRow> read(ByteView wrapped);
  ByteView bytes() const { return bytes_; }

  // Between the two steps of a rekey, when each compartment has two keys.
  bool is_changing() const { return bytes_.size() > kWrappedKeysBytes; }
  // Unwraps the key that seals: the new one of a row that is changing. kCrypto; kRefused when its
  // compartment is locked.
  Result<StackKey> key(const KeyRing& ring, CustomerNumber customer, std::size_t slot) const;
  // The key before it; nothing unless the row is changing and this slot with it.
  Result<std::optional<StackKey>> former_key(const KeyRing& ring, CustomerNumber customer,
                                             std::size_t slot) const;

  // How many slots were changed, and how many kept their bytes since they do not unwrap.
  struct Changed {
    unsigned slots = 0;
    unsigned damaged = 0;
  };
  // Wraps every key that an epoch before wraps by the newest one. kRefused.
  Result<Changed> rewrap(const KeyRing& ring, CustomerNumber customer);
  // The same, but compartments get a new random key beside the one they had. The row must not be
  // changing.
  Result<Changed> add_new_keys(const KeyRing& ring, CustomerNumber customer);
  // Wraps every key by the other ring's newest ones, as a restored vault has it. kRefused.
  Result<Changed> move(const KeyRing& from, const KeyRing& to, CustomerNumber customer);
  // Leaves the new keys alone.
  void drop_former_keys();

 private:
  explicit KeyRow(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  static std::size_t place(std::size_t slot) { return 1 + slot * kWrappedKeyBytes; }
  Result<StackKey> unwrap(const KeyRing& ring, CustomerNumber customer, std::size_t slot,
                          std::size_t at) const;
  Status wrap(const KeyRing& ring, CustomerNumber customer, std::size_t slot, KeyView key,
              std::size_t at);
  template <class Change>
  Result<Changed> change(const KeyRing& ring, CustomerNumber customer, Change change_slot);

  Bytes bytes_;
};

// What a reader gets of one row of keys.db.
class PersonKeys {
 public:
  // kMalformed for a wrong length or format; kCrypto when the person key does not fit this
  // customer.
  static Result<PersonKeys> unwrap(const KeyRing& ring, CustomerNumber customer, ByteView wrapped);

  CustomerNumber customer() const { return customer_; }
  // HMAC-SHA-256(person key, "pseudonym" ‖ u16 year)[:16]: one per calendar year (UTC).
  Pseudonym pseudonym(std::uint16_t year) const;
  // Unwraps the key with which a compartment is sealed from now on. kRefused when it is locked;
  // kCrypto.
  Result<StackKey> compartment_key(const KeyRing& ring, Compartment compartment) const;
  // Whether it came from the same bytes.
  bool same_row(const PersonKeys& other) const;

  // Calls `open(KeyView)`, which answers a Result of bytes, with the compartment's key, and with
  // the key before it when that does not fit and there is one. kCrypto when neither fits; kRefused.
  template <class Open>
  auto open_with_key(const KeyRing& ring, Compartment compartment, Open&& open) const
      -> decltype(open(std::declval<KeyView>())) {
    const auto slot = static_cast<std::size_t>(compartment);
    const auto key = TRY(row_.key(ring, customer_, slot));
    auto opened = open(key.view());
    if (opened || opened.error().code != ErrorCode::kCrypto || !row_.is_changing()) return opened;
    const auto former = TRY(row_.former_key(ring, customer_, slot));
    return former ? open(former->view()) : std::move(opened);
  }

 private:
  PersonKeys(CustomerNumber customer, KeyRow row, const StackKey& person)
      : customer_(customer), person_(person), row_(std::move(row)) {}
  CustomerNumber customer_;
  StackKey person_;
  KeyRow row_;
};

}  // namespace bulkhead
