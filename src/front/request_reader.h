// Bytes in, one request out: HTTP/1.1 (RFC 9112) read with Boost.Beast's parser and stricter than
// it. What two readers could take for two different requests (both lengths, two Hosts, chunks,
// folded lines) must never pass. Owned by front; each connection has one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "front/http.h"

namespace bulkhead::front {

enum class ReadState : std::uint8_t { kNeedMore, kDone, kRefused };

// Why a request was refused before any route saw it.
enum class ReadRefusal : std::uint8_t {
  kMalformed,
  kHeaderTooLarge,
  kBodyTooLarge,
  kTargetTooLong,
  kChunked,
  kExpect
};

class RequestReader {
 public:
  RequestReader();
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Room for the next bytes of the stream; say with `received` how many came.
  std::span<char> room();
  void received(std::size_t bytes);

  // Reads on in what was received, into the same `request` until it is done. kDone: the request
  // stands in `request`, call again for the next one (a pipelined request may already be here).
  // After kRefused the connection must be closed.
  ReadState read(Request& request);

  ReadRefusal refusal() const;
  bool keep_alive() const;  // of the last request
  bool started() const;     // a request has begun and is not complete
  void wipe();              // forgets what was received and read, where a password was

 private:
  class Parser;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace bulkhead::front
