#include "client/stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

namespace bulkhead::client {
namespace {

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Bio = std::unique_ptr<BIO, FreeCertificate>;

Certificate certificate_from(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

Result<Digest> fingerprint_of(X509* certificate) {
  unsigned char* der = nullptr;
  const int bytes = i2d_X509(certificate, &der);
  if (bytes <= 0) return fail(ErrorCode::kMalformed, "a certificate cannot be encoded");
  const auto digest = sha256({der, static_cast<std::size_t>(bytes)});
  OPENSSL_free(der);
  return digest;
}

struct Resolved {
  sockaddr_storage address{};
  socklen_t length = 0;
};

Result<Resolved> resolve(const std::string& host, std::uint16_t port) {
  Resolved resolved;
  if (host == "localhost" || host.ends_with(".localhost")) {
    auto* const four = reinterpret_cast<sockaddr_in*>(&resolved.address);
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    resolved.length = sizeof *four;
    return resolved;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0 ||
      found == nullptr) {
    return fail(ErrorCode::kNotFound, "the server's name has no address");
  }
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(found->ai_addr);
  std::copy(bytes, bytes + found->ai_addrlen, reinterpret_cast<std::uint8_t*>(&resolved.address));
  resolved.length = found->ai_addrlen;
  freeaddrinfo(found);
  return resolved;
}

Status call_from(int socket, const std::string& local_address) {
  sockaddr_in local{};
  local.sin_family = AF_INET;
  if (inet_pton(AF_INET, local_address.c_str(), &local.sin_addr) != 1 ||
      bind(socket, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0) {
    return fail(ErrorCode::kUnavailable, "the local address cannot be used");
  }
  return {};
}

Result<Descriptor> connect_socket(const ServerAddress& address) {
  const auto to = TRY(resolve(address.host, address.port));
  Descriptor socket(::socket(to.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail(ErrorCode::kIo, "no socket is left");
  const auto ms = address.patience.count();
  const timeval patience{ms / 1000, (ms % 1000) * 1000};
  const int yes = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (!address.local_address.empty()) TRY_STATUS(call_from(socket.get(), address.local_address));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to.address), to.length) != 0) {
    return fail(ErrorCode::kUnavailable, "the server does not answer");
  }
  return socket;
}

Status set_trust(SSL_CTX* context, const ServerAddress& address) {
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
    return fail(ErrorCode::kCrypto, "TLS 1.2 is missing");
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  if (address.pinned_certificate) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE,
                       nullptr);  // The pin is compared after the handshake.
    return {};
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (address.ca_pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1)
      return fail(ErrorCode::kCrypto, "the system has no CAs");
    return {};
  }
  const auto authority = certificate_from(address.ca_pem);
  if (!authority || X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1) {
    return fail(ErrorCode::kMalformed, "the CA certificate cannot be read");
  }
  return {};
}

}  // namespace

std::string ServerAddress::host_field() const {
  const bool usual = port == (plain ? 80 : 443);
  return usual ? host : host + ":" + std::to_string(port);
}

Result<Digest> certificate_fingerprint(std::string_view pem) {
  const auto certificate = certificate_from(pem);
  if (!certificate) return fail(ErrorCode::kMalformed, "the certificate is not PEM");
  return fingerprint_of(certificate.get());
}

void Stream::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void Stream::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Result<Stream> Stream::connect(const ServerAddress& address) {
  Stream stream;
  stream.socket_ = TRY(connect_socket(address));
  if (address.plain) return stream;
  stream.context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!stream.context_) return fail(ErrorCode::kUnavailable, "no memory for TLS");
  TRY_STATUS(set_trust(stream.context_.get(), address));
  stream.ssl_.reset(SSL_new(stream.context_.get()));
  auto* const ssl = stream.ssl_.get();
  static constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  const bool ready = ssl != nullptr && SSL_set_fd(ssl, stream.socket_.get()) == 1 &&
                     SSL_set_tlsext_host_name(ssl, address.host.c_str()) == 1 &&
                     SSL_set1_host(ssl, address.host.c_str()) == 1 &&
                     SSL_set_alpn_protos(ssl, kProtocols, sizeof kProtocols) == 0;
  if (!ready) return fail(ErrorCode::kUnavailable, "TLS cannot be set up");
  ERR_clear_error();
  if (SSL_connect(ssl) != 1) {
    ERR_clear_error();
    const bool unproven = SSL_get_verify_result(ssl) != X509_V_OK;
    return unproven ? fail(ErrorCode::kCrypto, "the server's certificate is not the expected one")
                    : fail(ErrorCode::kUnavailable, "the server refuses the TLS handshake");
  }
  if (address.pinned_certificate) {
    const Certificate shown(SSL_get1_peer_certificate(ssl));
    if (!shown || TRY(fingerprint_of(shown.get())) != *address.pinned_certificate) {
      return fail(ErrorCode::kCrypto, "the server's certificate is not the expected one");
    }
  }
  return stream;
}

StreamResult Stream::state_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return {StreamState::kDone, static_cast<std::size_t>(result)};
    case SSL_ERROR_WANT_READ:
      return {StreamState::kWaitRead, 0};
    case SSL_ERROR_WANT_WRITE:
      return {StreamState::kWaitWrite, 0};
    default:
      ERR_clear_error();
      return {StreamState::kClosed, 0};
  }
}

StreamResult Stream::read(std::span<char> to) {
  if (ssl_) {
    ERR_clear_error();
    return state_of(SSL_read(ssl_.get(), to.data(), static_cast<int>(to.size())));
  }
  const auto got = recv(socket_.get(), to.data(), to.size(), 0);
  if (got > 0) return {StreamState::kDone, static_cast<std::size_t>(got)};
  return {got < 0 && errno == EAGAIN ? StreamState::kWaitRead : StreamState::kClosed, 0};
}

StreamResult Stream::write(std::string_view from) {
  if (ssl_) {
    ERR_clear_error();
    return state_of(SSL_write(ssl_.get(), from.data(), static_cast<int>(from.size())));
  }
  const auto put = send(socket_.get(), from.data(), from.size(), MSG_NOSIGNAL);
  if (put >= 0) return {StreamState::kDone, static_cast<std::size_t>(put)};
  return {errno == EAGAIN ? StreamState::kWaitWrite : StreamState::kClosed, 0};
}

Status Stream::set_non_blocking() {
  const int flags = fcntl(socket_.get(), F_GETFL);
  if (flags < 0 || fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
    return fail(ErrorCode::kIo, "the socket cannot be made non-blocking");
  }
  return {};
}

}  // namespace bulkhead::client
