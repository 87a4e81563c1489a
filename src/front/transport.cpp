#include "front/transport.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/check.h"

namespace bulkhead::front {
namespace {

template <auto FreeFunction>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    FreeFunction(object);
  }
};
using Bio = std::unique_ptr<BIO, Freeing<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freeing<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;

Bio reader_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Only http/1.1 (RFC 7301); a caller that offers something else alone is a caller of something
// else.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned offered_bytes, void*) {
  static constexpr std::string_view kOurs = "http/1.1";
  for (unsigned at = 0; at < offered_bytes; at += 1u + offered[at]) {
    const std::string_view name(reinterpret_cast<const char*>(offered + at + 1),
                                std::min<std::size_t>(offered[at], offered_bytes - at - 1));
    if (name != kOurs) continue;
    *chosen = offered + at + 1;
    *length = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

Status set_rules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One recv per record instead of one for its head and one for the rest.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  const bool set =
      SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
      SSL_CTX_set_ciphersuites(
          context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") ==
          1 &&
      SSL_CTX_set_cipher_list(context,
                              "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                              "ECDHE-ECDSA-CHACHA20-POLY1305") == 1 &&
      SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1;
  if (!set) return fail(ErrorCode::kCrypto, "this OpenSSL lacks a TLS setting we need");
  return {};
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void Transport::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Result<TlsContext> TlsContext::create(std::string_view certificate_pem, std::string_view key_pem) {
  TlsContext made(SSL_CTX_new(TLS_server_method()));
  auto* const context = made.get();
  if (context == nullptr) return fail(ErrorCode::kUnavailable, "no memory for TLS");
  TRY_STATUS(set_rules(context));

  const auto certificates = reader_of(certificate_pem);
  const Certificate leaf(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return fail(ErrorCode::kCrypto, "the TLS certificate cannot be read");
  }
  while (auto* const next = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return fail(ErrorCode::kCrypto, "the TLS certificate chain cannot be used");
    }
  }
  ERR_clear_error();  // The end of the chain is an error to the PEM reader.
  const Key key(PEM_read_bio_PrivateKey(reader_of(key_pem).get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return fail(ErrorCode::kCrypto, "the TLS key cannot be read or does not fit the certificate");
  }
  return made;
}

Transport::Transport(int socket, const TlsContext* tls) : socket_(socket) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls->get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket) != 1) {
    ssl_.reset();
    socket_ = -1;  // Never fall back to plain; every operation now says kClosed.
    return;
  }
  SSL_set_accept_state(ssl_.get());
}

IoResult Transport::state_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return {IoState::kDone, static_cast<std::size_t>(result)};
    case SSL_ERROR_WANT_READ:
      return {IoState::kWaitRead, 0};
    case SSL_ERROR_WANT_WRITE:
      return {IoState::kWaitWrite, 0};
    default:
      ERR_clear_error();
      return {IoState::kClosed, 0};
  }
}

IoResult Transport::handshake() {
  if (!ssl_) return {socket_ < 0 ? IoState::kClosed : IoState::kDone, 0};
  ERR_clear_error();
  return state_of(SSL_do_handshake(ssl_.get()));
}

IoResult Transport::read(std::span<char> to) {
  if (socket_ < 0) return {};
  if (ssl_) {
    ERR_clear_error();
    return state_of(SSL_read(ssl_.get(), to.data(), static_cast<int>(to.size())));
  }
  const auto got = recv(socket_, to.data(), to.size(), 0);
  if (got > 0) return {IoState::kDone, static_cast<std::size_t>(got)};
  return {got < 0 && (errno == EAGAIN || errno == EINTR) ? IoState::kWaitRead : IoState::kClosed,
          0};
}

IoResult Transport::write(std::string_view from) {
  if (socket_ < 0) return {};
  if (ssl_) {
    static constexpr std::size_t kWriteBytesMax = 1u << 20;
    ERR_clear_error();
    return state_of(SSL_write(ssl_.get(), from.data(),
                              static_cast<int>(std::min(from.size(), kWriteBytesMax))));
  }
  const auto put = send(socket_, from.data(), from.size(), MSG_NOSIGNAL);
  if (put >= 0) return {IoState::kDone, static_cast<std::size_t>(put)};
  return {errno == EAGAIN || errno == EINTR ? IoState::kWaitWrite : IoState::kClosed, 0};
}

bool Transport::holds_input() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }

void Transport::say_goodbye() {
  if (!ssl_ || SSL_is_init_finished(ssl_.get()) != 1) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace bulkhead::front
