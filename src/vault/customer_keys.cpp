#include "vault/customer_keys.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/wipe.h"

namespace bulkhead {
namespace {

constexpr std::uint8_t kKeysFormat = 1;
constexpr std::string_view kPseudonymLabel = "pseudonym";

using KeyPlace = std::array<std::uint8_t, 10>;

// Associated data of a wrapped key: what it is, whose, which slot, under which epoch.
KeyPlace place_of(CustomerNumber customer, std::size_t slot, std::uint32_t epoch) {
  KeyPlace place{'K'};
  put_big_endian(customer.value, place.data() + 1);
  place[5] = static_cast<std::uint8_t>(slot);
  put_big_endian(epoch, place.data() + 6);
  return place;
}

Status unwrap_slot(const KeyRing& ring, CustomerNumber customer, const WrappedKeys& wrapped,
                   std::size_t slot, StackKey& to) {
  const auto one = ByteView(wrapped).subspan(1 + slot * kWrappedKeyBytes, kWrappedKeyBytes);
  const auto epoch = get_big_endian<std::uint32_t>(one.data());
  const auto ring_key = static_cast<RingKey>(slot);
  if (epoch != ring.epoch(ring_key))
    return fail(ErrorCode::kCrypto, "a customer key is of another epoch");
  return ring.with_raw_key(ring_key, [&](KeyView key) {
    return open_into(key, one.subspan(4), place_of(customer, slot, epoch), to.fill());
  });
}

}  // namespace

// The slots of a customer's keys and the first keys of the ring are the same, compartments first.
static_assert(static_cast<std::size_t>(RingKey::kPerson) == kCompartmentCount);

StackKey::~StackKey() { wipe(bytes_); }

Status make_customer_keys(const KeyRing& ring, CustomerNumber customer, CustomerKeys& made) {
  made.wrapped[0] = kKeysFormat;
  for (std::size_t slot = 0; slot < kCustomerKeyCount; ++slot) {
    random_bytes(made.keys[slot].fill());
    auto* const to = made.wrapped.data() + 1 + slot * kWrappedKeyBytes;
    const auto ring_key = static_cast<RingKey>(slot);
    const auto epoch = ring.epoch(ring_key);
    put_big_endian(epoch, to);
    TRY_STATUS(ring.with_raw_key(ring_key, [&](KeyView key) -> Status {
      seal_into(key, made.keys[slot].view(), place_of(customer, slot, epoch), to + 4);
      return {};
    }));
  }
  return {};
}

Result<PersonKeys> PersonKeys::unwrap(const KeyRing& ring, CustomerNumber customer,
                                      ByteView wrapped) {
  if (wrapped.size() != kWrappedKeysBytes || wrapped[0] != kKeysFormat) {
    return fail(ErrorCode::kMalformed, "a row of keys does not follow its format");
  }
  PersonKeys keys;
  keys.customer_ = customer;
  std::ranges::copy(wrapped, keys.wrapped_.begin());
  TRY_STATUS(unwrap_slot(ring, customer, keys.wrapped_, kCompartmentCount, keys.person_));
  return keys;
}

Pseudonym PersonKeys::pseudonym(std::uint16_t year) const {
  std::array<std::uint8_t, kPseudonymLabel.size() + 2> message;
  std::ranges::copy(kPseudonymLabel, message.begin());
  put_big_endian(year, message.data() + kPseudonymLabel.size());
  const auto digest = hmac_sha256(ByteView(person_.view()), message);
  Pseudonym pseudonym;
  std::copy_n(digest.begin(), pseudonym.bytes.size(), pseudonym.bytes.begin());
  return pseudonym;
}

Result<StackKey> PersonKeys::compartment_key(const KeyRing& ring, Compartment compartment) const {
  StackKey key;
  TRY_STATUS(unwrap_slot(ring, customer_, wrapped_, static_cast<std::size_t>(compartment), key));
  return key;
}

}  // namespace bulkhead
