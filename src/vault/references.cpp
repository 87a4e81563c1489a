#include "vault/references.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/block_cipher.h"
#include "crypto/hash.h"

namespace bulkhead {
namespace {

constexpr std::string_view kMaskLabel = "sealed customer";

std::uint32_t mask_of(const KeyRing& ring, const std::array<std::uint8_t, 16>& salt) {
  std::array<std::uint8_t, kMaskLabel.size() + 16> message;
  std::ranges::copy(salt, std::ranges::copy(kMaskLabel, message.begin()).out);
  const auto mask = ring.with_raw_key(RingKey::kMask, [&](KeyView key) -> Result<std::uint32_t> {
    return get_big_endian<std::uint32_t>(hmac_sha256(ByteView(key), message).data());
  });
  CHECK(mask.has_value());  // only compartments can be locked
  return *mask;
}

}  // namespace

CustomerRef make_ref(const KeyRing& ring, CustomerNumber customer, SessionNumber session) {
  CipherBlock block{};
  put_big_endian(customer.value, block.data());
  put_big_endian(session.value, block.data() + 4);
  const auto encrypted = ring.with_raw_key(
      RingKey::kReference,
      [&](KeyView key) -> Result<CipherBlock> { return encrypt_block(key, block); });
  CHECK(encrypted.has_value());
  return CustomerRef{*encrypted};
}

Result<CustomerNumber> read_ref(const KeyRing& ring, const CustomerRef& ref,
                                SessionNumber session) {
  const auto block = ring.with_raw_key(
      RingKey::kReference,
      [&](KeyView key) -> Result<CipherBlock> { return decrypt_block(key, ref.bytes); });
  CHECK(block.has_value());
  const CustomerNumber customer(get_big_endian<std::uint32_t>(block->data()));
  // The eight zeros make a guess succeed once in 2^64 tries, the session number once more in 2^32.
  if (get_big_endian<std::uint32_t>(block->data() + 4) != session.value ||
      get_big_endian<std::uint64_t>(block->data() + 8) != 0 || !customer) {
    return fail(ErrorCode::kNotFound, "no customer of this session goes by that reference");
  }
  return customer;
}

std::uint32_t seal_customer(const KeyRing& ring, CustomerNumber customer,
                            const std::array<std::uint8_t, 16>& salt) {
  return customer.value ^ mask_of(ring, salt);
}

CustomerNumber unseal_customer(const KeyRing& ring, std::uint32_t sealed,
                               const std::array<std::uint8_t, 16>& salt) {
  return CustomerNumber(sealed ^ mask_of(ring, salt));
}

}  // namespace bulkhead
