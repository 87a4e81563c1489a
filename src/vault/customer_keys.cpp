#include "vault/customer_keys.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace bulkhead {
namespace {

constexpr std::uint8_t kKeysFormat = 1;
constexpr std::uint8_t kChangingFormat = 2;
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

// Under the newest epoch of the slot's key-encryption key.
Status wrap_slot(const KeyRing& ring, CustomerNumber customer, std::size_t slot, KeyView key,
                 std::uint8_t* to) {
  return ring.with_raw_key_and_epoch(
      static_cast<RingKey>(slot), [&](std::uint32_t epoch, KeyView wrapping) -> Status {
        put_big_endian(epoch, to);
        seal_into(wrapping, key, place_of(customer, slot, epoch), to + 4);
        return {};
      });
}

}  // namespace

// The slots of a customer's keys and the first keys of the ring are the same, compartments first.
static_assert(static_cast<std::size_t>(RingKey::kPerson) == kCompartmentCount);

Status make_customer_keys(const KeyRing& ring, CustomerNumber customer, CustomerKeys& made) {
  made.wrapped[0] = kKeysFormat;
  for (std::size_t slot = 0; slot < kCustomerKeyCount; ++slot) {
    random_bytes(made.keys[slot].fill());
    TRY_STATUS(wrap_slot(ring, customer, slot, made.keys[slot].view(),
                         made.wrapped.data() + 1 + slot * kWrappedKeyBytes));
  }
  return {};
}

Result<KeyRow> KeyRow::read(ByteView wrapped) {
  const bool whole = (wrapped.size() == kWrappedKeysBytes && wrapped[0] == kKeysFormat) ||
                     (wrapped.size() == kWrappedKeysBytesMax && wrapped[0] == kChangingFormat);
  if (!whole) return fail(ErrorCode::kMalformed, "a row of keys does not follow its format");
  return KeyRow(wrapped);
}

Result<StackKey> KeyRow::unwrap(const KeyRing& ring, CustomerNumber customer, std::size_t slot,
                                std::size_t at) const {
  const auto one = ByteView(bytes_).subspan(at, kWrappedKeyBytes);
  const auto epoch = get_big_endian<std::uint32_t>(one.data());
  StackKey key;
  TRY_STATUS(ring.with_raw_key_of(static_cast<RingKey>(slot), epoch, [&](KeyView wrapping) {
    return open_into(wrapping, one.subspan(4), place_of(customer, slot, epoch), key.fill());
  }));
  return key;
}

Status KeyRow::wrap(const KeyRing& ring, CustomerNumber customer, std::size_t slot, KeyView key,
                    std::size_t at) {
  return wrap_slot(ring, customer, slot, key, bytes_.data() + at);
}

Result<StackKey> KeyRow::key(const KeyRing& ring, CustomerNumber customer, std::size_t slot) const {
  const bool is_new = is_changing() && slot < kCompartmentCount;
  return unwrap(ring, customer, slot, place(is_new ? kCustomerKeyCount + slot : slot));
}

Result<std::optional<StackKey>> KeyRow::former_key(const KeyRing& ring, CustomerNumber customer,
                                                   std::size_t slot) const {
  const auto of = [&](std::size_t at) {
    return ByteView(bytes_).subspan(place(at), kWrappedKeyBytes);
  };
  if (!is_changing() || slot >= kCompartmentCount ||
      std::ranges::equal(of(slot), of(kCustomerKeyCount + slot)))
    return std::nullopt;
  return TRY(unwrap(ring, customer, slot, place(slot)));
}

// Calls `change_slot(slot, key)` for every slot that another epoch than the newest wraps.
template <class Change>
Result<KeyRow::Changed> KeyRow::change(const KeyRing& ring, CustomerNumber customer,
                                       Change change_slot) {
  Changed changed;
  for (std::size_t slot = 0; slot < kCustomerKeyCount; ++slot) {
    const auto epoch = get_big_endian<std::uint32_t>(bytes_.data() + place(slot));
    if (epoch == ring.epoch(static_cast<RingKey>(slot))) continue;
    const auto key = unwrap(ring, customer, slot, place(slot));
    if (!key && key.error().code != ErrorCode::kCrypto) return std::unexpected(key.error());
    if (!key) {
      ++changed.damaged;
      continue;
    }
    TRY_STATUS(change_slot(slot, *key));
    ++changed.slots;
  }
  return changed;
}

Result<KeyRow::Changed> KeyRow::rewrap(const KeyRing& ring, CustomerNumber customer) {
  return change(ring, customer, [&](std::size_t slot, const StackKey& key) {
    return wrap(ring, customer, slot, key.view(), place(slot));
  });
}

Result<KeyRow::Changed> KeyRow::add_new_keys(const KeyRing& ring, CustomerNumber customer) {
  CHECK(!is_changing());
  const auto before = bytes_;
  bytes_[0] = kChangingFormat;
  bytes_.insert(bytes_.end(), before.begin() + 1,
                before.begin() + static_cast<std::ptrdiff_t>(place(kCompartmentCount)));
  const auto changed = TRY(change(ring, customer, [&](std::size_t slot, const StackKey& key) {
    // The person key stays: pseudonyms come from it, and it seals nothing.
    if (slot >= kCompartmentCount) return wrap(ring, customer, slot, key.view(), place(slot));
    StackKey fresh;
    random_bytes(fresh.fill());
    return wrap(ring, customer, slot, fresh.view(), place(kCustomerKeyCount + slot));
  }));
  if (changed.slots == 0) bytes_ = before;
  return changed;
}

Result<KeyRow::Changed> KeyRow::move(const KeyRing& from, const KeyRing& to,
                                     CustomerNumber customer) {
  Changed changed;
  for (std::size_t slot = 0; slot < kCustomerKeyCount; ++slot) {
    const auto key = unwrap(from, customer, slot, place(slot));
    if (!key && key.error().code != ErrorCode::kCrypto) return std::unexpected(key.error());
    if (!key) {
      ++changed.damaged;
      continue;
    }
    TRY_STATUS(wrap(to, customer, slot, key->view(), place(slot)));
    ++changed.slots;
  }
  return changed;
}

void KeyRow::drop_former_keys() {
  CHECK(is_changing());
  const auto new_keys = bytes_.begin() + kWrappedKeysBytes;
  std::copy(new_keys, bytes_.end(), bytes_.begin() + 1);
  bytes_.resize(kWrappedKeysBytes);
  bytes_[0] = kKeysFormat;
}

Result<PersonKeys> PersonKeys::unwrap(const KeyRing& ring, CustomerNumber customer,
                                      ByteView wrapped) {
  auto row = TRY(KeyRow::read(wrapped));
  const auto person = TRY(row.key(ring, customer, kCompartmentCount));
  return PersonKeys(customer, std::move(row), person);
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
  return row_.key(ring, customer_, static_cast<std::size_t>(compartment));
}

bool PersonKeys::same_row(const PersonKeys& other) const {
  return std::ranges::equal(row_.bytes(), other.row_.bytes());
}

}  // namespace bulkhead
