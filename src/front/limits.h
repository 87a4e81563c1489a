// Every maximum of the HTTP side in one place. A limit must never be only written down: each has a
// test that exceeds it (server_limits_test.cpp). Owned by front; tests shrink the times, the
// supervisor may widen connections per network.
#pragma once

#include <chrono>
#include <cstddef>

namespace bulkhead::front {

inline constexpr std::size_t kHeaderBytesMax = 16u << 10;  // request line and fields together
inline constexpr std::size_t kBodyBytesMax = 128u << 10;
inline constexpr std::size_t kTargetBytesMax = 2u << 10;
inline constexpr std::size_t kHeaderFieldsMax = 64;
inline constexpr std::size_t kKeeperOutstandingMax = 4096;
inline constexpr std::size_t kKeeperOutputBytesMax =
    64u << 20;  // frames waiting because the keeper reads slowly
inline constexpr std::size_t kHostsMax = 16;
inline constexpr std::size_t kListenersMax = 8;
inline constexpr std::size_t kPemBytesMax = 64u << 10;

struct Limits {
  std::size_t connections = 1024;
  std::size_t connections_per_network =
      128;  // one IPv4 address or one IPv6 /64; an office may share it
  std::chrono::milliseconds idle{30'000};  // between two requests
  std::chrono::milliseconds request{
      10'000};  // handshake; from a request's first byte to its last; one answer's writing
  std::chrono::milliseconds sweep{250};  // how often deadlines are looked at
};

}  // namespace bulkhead::front
