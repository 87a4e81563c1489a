#include "crypto/hash.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/check.h"
#include "crypto/secret_access.h"
#include "crypto/wipe.h"

namespace bulkhead {
namespace {

constexpr std::size_t kHmacBlockBytes = 64;

// Fetching an algorithm takes locks and a table search, so it happens once.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(fetched != nullptr);
  return fetched;
}

EVP_MD_CTX* thread_context() {
  struct Holder {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~Holder() { EVP_MD_CTX_free(context); }
  };
  thread_local Holder holder;
  CHECK(holder.context != nullptr);
  return holder.context;
}

void start(EVP_MD_CTX* context) {
  CHECK(EVP_DigestInit_ex(context, sha256_algorithm(), nullptr) == 1);
}
void add(EVP_MD_CTX* context, ByteView bytes) {
  CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}
Digest end(EVP_MD_CTX* context) {
  Digest digest;
  CHECK(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace

Digest sha256(ByteView bytes) {
  auto* const context = thread_context();
  start(context);
  add(context, bytes);
  return end(context);
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  CHECK(context_ != nullptr);
  start(context_.get());
}

void Sha256::update(ByteView bytes) { add(context_.get(), bytes); }

Digest Sha256::finish() {
  const auto digest = end(context_.get());
  start(context_.get());
  return digest;
}

// Written over the digest itself: OpenSSL's EVP_MAC costs several times as much per call when the
// key changes each time.
Digest hmac_sha256(ByteView key, ByteView message) {
  std::array<std::uint8_t, kHmacBlockBytes> pad{};
  if (key.size() > kHmacBlockBytes) {
    const auto digest = sha256(key);
    std::copy(digest.begin(), digest.end(), pad.begin());
  } else {
    std::copy(key.begin(), key.end(), pad.begin());
  }
  auto* const context = thread_context();
  for (auto& byte : pad) byte ^= 0x36;
  start(context);
  add(context, pad);
  add(context, message);
  const auto inner = end(context);
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  start(context);
  add(context, pad);
  add(context, inner);
  const auto outer = end(context);
  wipe(pad);
  return outer;
}

Digest hmac_sha256(const SecretBytes& key, ByteView message) {
  return hmac_sha256(key.read(SecretAccessForCrypto::show()), message);
}

Result<SecretBytes> hkdf_sha256(const SecretBytes& key, ByteView salt, ByteView info,
                                std::size_t bytes) {
  if (bytes > kHkdfBytesMax) return fail(ErrorCode::kTooLarge, "HKDF gives at most 8160 bytes");
  auto pseudorandom_key = hmac_sha256(salt, key.read(SecretAccessForCrypto::show()));
  Bytes output;
  Bytes block;
  for (std::uint8_t counter = 1; output.size() < bytes; ++counter) {
    block.insert(block.end(), info.begin(), info.end());
    block.push_back(counter);
    const auto digest = hmac_sha256(pseudorandom_key, block);
    output.insert(output.end(), digest.begin(), digest.end());
    wipe(block);
    block.assign(digest.begin(), digest.end());
  }
  SecretBytes result(ByteView(output).first(bytes));
  wipe(output);
  wipe(block);
  wipe(pseudorandom_key);
  return result;
}

}  // namespace bulkhead
