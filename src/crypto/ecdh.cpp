#include "crypto/ecdh.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "crypto/secret_access.h"
#include "crypto/wipe.h"

namespace bulkhead {
namespace {

constexpr std::size_t kScalarBytes = 32;
constexpr char kGroup[] = "P-256";

struct FreeOpenSsl {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeOpenSsl>;

// Makes a key from a public point and, if given, its private scalar; OpenSSL checks that the point
// is on the curve.
EVP_PKEY* key_from(ByteView point, const BIGNUM* scalar) {
  Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kGroup, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1 ||
      (scalar != nullptr &&
       OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1)) {
    return nullptr;
  }
  Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder.get()));
  Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  const int selection = scalar != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) return nullptr;
  return key;
}

}  // namespace

bool is_public_key(ByteView bytes) {
  if (bytes.size() != EcdhPublicKey{}.size() || bytes[0] != 0x04) return false;
  Owned<EVP_PKEY> key(key_from(bytes, nullptr));
  return key != nullptr;
}

void EcdhKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<EcdhKey> EcdhKey::generate() {
  Handle key(EVP_EC_gen(kGroup));
  EcdhPublicKey point;
  std::size_t size = 0;
  if (!key ||
      EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                      point.size(), &size) != 1 ||
      size != point.size()) {
    return fail(ErrorCode::kCrypto, "a P-256 key could not be made");
  }
  return EcdhKey(std::move(key), point);
}

Result<EcdhKey> EcdhKey::from_private(const SecretBytes& scalar) {
  const auto bytes = scalar.read(SecretAccessForCrypto::show());
  Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  Owned<BIGNUM> number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  if (bytes.size() != kScalarBytes || !group || !number || BN_is_zero(number.get()) ||
      BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return fail(ErrorCode::kCrypto, "not a private key of P-256");
  }
  Owned<EC_POINT> point(EC_POINT_new(group.get()));
  EcdhPublicKey encoded;
  if (!point ||
      EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                         encoded.size(), nullptr) != encoded.size()) {
    return fail(ErrorCode::kCrypto, "not a private key of P-256");
  }
  Handle key(key_from(encoded, number.get()));
  if (!key) return fail(ErrorCode::kCrypto, "not a private key of P-256");
  return EcdhKey(std::move(key), encoded);
}

Result<SecretBytes> EcdhKey::agree(ByteView peer) const {
  if (peer.size() != EcdhPublicKey{}.size() || peer[0] != 0x04) {
    return fail(ErrorCode::kCrypto, "not an uncompressed P-256 point");
  }
  Handle other(key_from(peer, nullptr));
  Owned<EVP_PKEY_CTX> context(other ? EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)
                                    : nullptr);
  std::array<std::uint8_t, kScalarBytes> shared;
  std::size_t size = shared.size();
  // EVP_PKEY_derive_set_peer validates the point again, as SP 800-56A, section 5.6.2.3.3 wants.
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
      EVP_PKEY_derive(context.get(), shared.data(), &size) != 1 || size != shared.size()) {
    return fail(ErrorCode::kCrypto, "not a point of P-256");
  }
  SecretBytes secret{ByteView(shared)};
  wipe(shared);
  return secret;
}

}  // namespace bulkhead
