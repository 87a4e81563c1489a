#include "supervisor/dev_certificate.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "base/bytes.h"
#include "base/descriptor.h"

namespace bulkhead {
namespace {

constexpr const char* kNames =
    "DNS:desk.localhost,DNS:api.localhost,DNS:portal.localhost,IP:127.0.0.1";
constexpr long kSecondsPerDay = 24 * 60 * 60;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using MemoryFile = std::unique_ptr<BIO, Free>;

bool add_extension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  auto* made = certificate.get();
  auto* name = X509_get_subject_name(made);
  const auto* common_name = reinterpret_cast<const unsigned char*>("Bulkhead development");
  const bool ok =
      X509_set_version(made, X509_VERSION_3) == 1 && set_random_serial(made) &&
      X509_gmtime_adj(X509_getm_notBefore(made), -kSecondsPerDay) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(made), kDevCertificateDays * kSecondsPerDay) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common_name, -1, -1, 0) == 1 &&
      X509_set_issuer_name(made, name) == 1 && X509_set_pubkey(made, key) == 1 &&
      add_extension(made, NID_subject_alt_name, kNames) &&
      add_extension(made, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(made, NID_key_usage, "critical,digitalSignature") &&
      add_extension(made, NID_ext_key_usage, "serverAuth") &&
      X509_sign(made, key, EVP_sha256()) > 0;
  if (!ok) return nullptr;
  return certificate;
}

// Written beside and renamed, so that nobody ever reads half a file.
Status write_whole(const std::string& path, BIO* text, mode_t mode) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(text, &data);
  if (size <= 0) return fail(ErrorCode::kCrypto, "the development certificate came out empty");
  const auto beside = path + ".new";
  unlink(beside.c_str());
  const Descriptor file(
      open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file || fchmod(file.get(), mode) != 0 ||
      write(file.get(), data, static_cast<std::size_t>(size)) != size || fsync(file.get()) != 0 ||
      rename(beside.c_str(), path.c_str()) != 0) {
    return fail(ErrorCode::kIo, "the development certificate cannot be written");
  }
  return {};
}

}  // namespace

Status ensure_dev_certificate(const std::string& certificate_path, const std::string& key_path) {
  if (access(certificate_path.c_str(), F_OK) == 0) return {};
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return fail(ErrorCode::kCrypto, "no key for the development certificate");
  const auto certificate = self_signed(key.get());
  const MemoryFile key_text(BIO_new(BIO_s_mem())), certificate_text(BIO_new(BIO_s_mem()));
  if (!certificate || !key_text || !certificate_text ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1) {
    return fail(ErrorCode::kCrypto, "the development certificate cannot be made");
  }
  TRY_STATUS(write_whole(key_path, key_text.get(), 0600));
  return write_whole(certificate_path, certificate_text.get(), 0644);
}

}  // namespace bulkhead
