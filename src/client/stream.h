// A connection to a front: TCP, then TLS with the server proven by a pinned certificate or by a CA.
// It must never go on with a server it could not prove. Owned by client; blocking with a time
// limit, or not, as the caller sets it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"
#include "crypto/hash.h"

struct ssl_ctx_st;
struct ssl_st;

namespace bulkhead::client {

struct ServerAddress {
  std::string host;  // "desk.localhost"; *.localhost is 127.0.0.1 without asking anybody (RFC 6761
                     // section 6.3)
  std::uint16_t port = 443;
  bool plain = false;  // http, as demo directories serve on loopback
  // How the server is proven: its certificate's SHA-256 over DER, or a CA in PEM, or neither: the
  // system's CAs.
  std::optional<Digest> pinned_certificate;
  std::string ca_pem;
  std::string local_address;  // to call from, such as "127.0.0.7"; empty: any
  std::chrono::milliseconds patience{10'000};

  std::string host_field() const;
};

// SHA-256 over the DER of the first certificate in PEM text, for `pinned_certificate`. kMalformed.
Result<Digest> certificate_fingerprint(std::string_view pem);

enum class StreamState : std::uint8_t { kDone, kWaitRead, kWaitWrite, kClosed };
struct StreamResult {
  StreamState state = StreamState::kClosed;
  std::size_t bytes = 0;
};

class Stream {
 public:
  // Connected and proven. kUnavailable, kCrypto when the server is not who it should be, kNotFound
  // for its name.
  static Result<Stream> connect(const ServerAddress& address);

  StreamResult read(std::span<char> to);
  StreamResult write(std::string_view from);
  Status set_non_blocking();
  int descriptor() const { return socket_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
    void operator()(ssl_st* ssl) const;
  };
  StreamResult state_of(int result);

  Descriptor socket_;
  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace bulkhead::client
