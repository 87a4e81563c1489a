// The bytes of one connection, through TLS or (demo directories, loopback) plain, without ever
// waiting: what cannot go on at once says what it waits for. It must never accept TLS below 1.2,
// renegotiation or resumption. Owned by front; OpenSSL speaks to the socket itself, which costs one
// copy and half the memory of Asio's stream.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

struct ssl_ctx_st;
struct ssl_st;

namespace bulkhead::front {

class TlsContext {
 public:
  // Certificate chain and private key in PEM (RFC 7468). kCrypto when either cannot be read or they
  // do not fit.
  static Result<TlsContext> create(std::string_view certificate_pem, std::string_view key_pem);
  ssl_ctx_st* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

enum class IoState : std::uint8_t { kDone, kWaitRead, kWaitWrite, kClosed };

struct IoResult {
  IoState state = IoState::kClosed;
  std::size_t bytes = 0;  // moved, when kDone
};

class Transport {
 public:
  // Over a non-blocking socket that stays the caller's; `tls` null: plain.
  Transport(int socket, const TlsContext* tls);

  IoResult handshake();
  IoResult read(std::span<char> to);
  IoResult write(std::string_view from);  // some of it
  bool holds_input() const;               // decrypted bytes wait, though the socket may be silent
  void say_goodbye();                     // close_notify (RFC 8446 section 6.1), best effort

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  IoResult state_of(int result);

  int socket_;
  std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace bulkhead::front
