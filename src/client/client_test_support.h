// A small TLS server for client's tests: a thread per connection that hands each request's bytes to
// a function and sends back what it gives. It must never be included by product code. Owned by
// client.
#pragma once

#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/descriptor.h"

namespace bulkhead::client {

struct SeenRequest {
  std::string head, body;
  std::string from;  // the caller's IPv4 address in dotted form
  std::string field(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto from_at = at + name.size() + 4;
    return head.substr(from_at, head.find("\r\n", from_at) - from_at);
  }
};
// An empty answer closes the connection.
using Script = std::function<std::string(const SeenRequest&)>;

inline std::string answer_with(int status, const std::string& body,
                               const std::string& fields = {}) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
}

class ScriptedServer {
 public:
  explicit ScriptedServer(Script script)
      : script_(std::move(script)), context_(SSL_CTX_new(TLS_server_method())) {
    make_certificate();
    listener_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    CHECK(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length) == 0 &&
          listen(listener_.get(), 64) == 0);
    CHECK(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedServer() {
    shutdown(listener_.get(), SHUT_RDWR);
    accepting_.join();
    for (auto& thread : serving_) thread.join();
    SSL_CTX_free(context_);
  }
  std::uint16_t port() const { return port_; }
  const std::string& certificate_pem() const { return certificate_pem_; }
  int connections() const { return connections_; }

 private:
  void make_certificate() {
    auto* const key = EVP_EC_gen("P-256");
    auto* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    auto* const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    auto* const names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:desk.localhost");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    CHECK(SSL_CTX_use_certificate(context_, certificate) == 1 &&
          SSL_CTX_use_PrivateKey(context_, key) == 1);
    auto* const bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    certificate_pem_.assign(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  void accept_all() {
    for (;;) {
      sockaddr_in peer{};
      socklen_t length = sizeof peer;
      const int fd = accept(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &length);
      if (fd < 0) return;
      ++connections_;
      const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&peer.sin_addr);
      std::string from;
      for (int i = 0; i < 4; ++i) from += (i == 0 ? "" : ".") + std::to_string(bytes[i]);
      serving_.emplace_back([this, fd, from] { serve(Descriptor(fd), from); });
    }
  }
  void serve(Descriptor socket, const std::string& from) {
    auto* const ssl = SSL_new(context_);
    SSL_set_fd(ssl, socket.get());
    std::string input;
    char part[16384];
    while (SSL_is_init_finished(ssl) == 1 || SSL_accept(ssl) == 1) {
      const auto end = input.find("\r\n\r\n");
      if (end != std::string::npos) {
        SeenRequest request{input.substr(0, end + 2), {}, from};
        const auto length = request.field("Content-Length");
        const auto bytes = length.empty() ? 0 : std::stoul(length);
        if (input.size() >= end + 4 + bytes) {
          request.body = input.substr(end + 4, bytes);
          input.erase(0, end + 4 + bytes);
          const auto answer = script_(request);
          if (answer.empty() || SSL_write(ssl, answer.data(), static_cast<int>(answer.size())) <= 0)
            break;
          continue;
        }
      }
      const int got = SSL_read(ssl, part, sizeof part);
      if (got <= 0) break;
      input.append(part, static_cast<std::size_t>(got));
    }
    SSL_free(ssl);
  }

  Script script_;
  SSL_CTX* context_;
  std::string certificate_pem_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace bulkhead::client
