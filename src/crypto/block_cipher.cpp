#include "crypto/block_cipher.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace bulkhead {
namespace {

// ECB of exactly one block is the bare block cipher.
struct BlockContext {
  EVP_CIPHER_CTX* evp = EVP_CIPHER_CTX_new();
  explicit BlockContext(int encrypt) {
    static const EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr);
    CHECK(evp != nullptr && algorithm != nullptr);
    CHECK(EVP_CipherInit_ex2(evp, algorithm, nullptr, nullptr, encrypt, nullptr) == 1);
  }
  BlockContext(const BlockContext&) = delete;
  BlockContext& operator=(const BlockContext&) = delete;
  ~BlockContext() { EVP_CIPHER_CTX_free(evp); }

  CipherBlock run(KeyView key, const CipherBlock& from, int encrypt) {
    CHECK(EVP_CipherInit_ex2(evp, nullptr, key.data(), nullptr, encrypt, nullptr) == 1);
    CHECK(EVP_CIPHER_CTX_set_padding(evp, 0) == 1);
    CipherBlock to;
    int size = 0;
    CHECK(EVP_CipherUpdate(evp, to.data(), &size, from.data(), static_cast<int>(from.size())) == 1);
    CHECK(size == static_cast<int>(to.size()));
    return to;
  }
};

}  // namespace

CipherBlock encrypt_block(KeyView key, const CipherBlock& plain) {
  thread_local BlockContext context(1);
  return context.run(key, plain, 1);
}

CipherBlock decrypt_block(KeyView key, const CipherBlock& encrypted) {
  thread_local BlockContext context(0);
  return context.run(key, encrypted, 0);
}

}  // namespace bulkhead
