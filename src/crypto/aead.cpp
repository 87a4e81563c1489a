#include "crypto/aead.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/check.h"
#include "crypto/random.h"
#include "crypto/wipe.h"

namespace bulkhead {
namespace {

const EVP_CIPHER* aes_gcm() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CHECK(fetched != nullptr);
  return fetched;
}

// A context lives as long as its thread: making one costs more than sealing a small field does.
struct AeadContext {
  EVP_CIPHER_CTX* evp = EVP_CIPHER_CTX_new();
  explicit AeadContext(bool encrypt) {
    CHECK(evp != nullptr);
    CHECK(EVP_CipherInit_ex2(evp, aes_gcm(), nullptr, nullptr, encrypt ? 1 : 0, nullptr) == 1);
  }
  AeadContext(const AeadContext&) = delete;
  AeadContext& operator=(const AeadContext&) = delete;
  ~AeadContext() { EVP_CIPHER_CTX_free(evp); }
};

constexpr char kDoesNotFit[] = "sealed bytes do not fit their key or place";

}  // namespace

void seal_into(KeyView key, ByteView plaintext, ByteView associated_data, std::uint8_t* to) {
  CHECK(plaintext.size() <= kSealPlaintextBytesMax &&
        associated_data.size() <= kSealPlaintextBytesMax);
  thread_local AeadContext context(true);
  auto* const evp = context.evp;
  random_bytes({to, kNonceBytes});
  int size = 0;
  CHECK(EVP_EncryptInit_ex2(evp, nullptr, key.data(), to, nullptr) == 1);
  CHECK(EVP_EncryptUpdate(evp, nullptr, &size, associated_data.data(),
                          static_cast<int>(associated_data.size())) == 1);
  if (!plaintext.empty()) {
    CHECK(EVP_EncryptUpdate(evp, to + kNonceBytes, &size, plaintext.data(),
                            static_cast<int>(plaintext.size())) == 1);
  }
  auto* const tag = to + kNonceBytes + plaintext.size();
  CHECK(EVP_EncryptFinal_ex(evp, tag, &size) == 1 && size == 0);
  CHECK(EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
}

Bytes seal_bytes(KeyView key, ByteView plaintext, ByteView associated_data) {
  Bytes sealed(plaintext.size() + kSealOverheadBytes);
  seal_into(key, plaintext, associated_data, sealed.data());
  return sealed;
}

Status open_into(KeyView key, ByteView sealed, ByteView associated_data,
                 std::span<std::uint8_t> to) {
  if (sealed.size() < kSealOverheadBytes || to.size() != sealed.size() - kSealOverheadBytes ||
      to.size() > kSealPlaintextBytesMax || associated_data.size() > kSealPlaintextBytesMax) {
    return fail(ErrorCode::kCrypto, kDoesNotFit);
  }
  thread_local AeadContext context(false);
  auto* const evp = context.evp;
  std::uint8_t tag[kTagBytes];
  memcpy(tag, sealed.data() + sealed.size() - kTagBytes, kTagBytes);
  std::uint8_t none[1];
  int size = 0;
  CHECK(EVP_DecryptInit_ex2(evp, nullptr, key.data(), sealed.data(), nullptr) == 1);
  CHECK(EVP_DecryptUpdate(evp, nullptr, &size, associated_data.data(),
                          static_cast<int>(associated_data.size())) == 1);
  if (!to.empty()) {
    CHECK(EVP_DecryptUpdate(evp, to.data(), &size, sealed.data() + kNonceBytes,
                            static_cast<int>(to.size())) == 1);
  }
  CHECK(EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag) == 1);
  if (EVP_DecryptFinal_ex(evp, none, &size) != 1) {
    wipe(to);
    return fail(ErrorCode::kCrypto, kDoesNotFit);
  }
  return {};
}

Result<Bytes> open_sealed(KeyView key, ByteView sealed, ByteView associated_data) {
  if (sealed.size() < kSealOverheadBytes) return fail(ErrorCode::kCrypto, kDoesNotFit);
  Bytes plaintext(sealed.size() - kSealOverheadBytes);
  TRY_STATUS(open_into(key, sealed, associated_data, plaintext));
  return plaintext;
}

}  // namespace bulkhead
