// A frame is one message on a keeper channel: u32 length of what follows, u16 operation, u64
// request id, u32 process instance, body; all big-endian. A reader must refuse a length above the
// channel's maximum before it allocates. Owned by wire; see rules.h for each operation's own
// maximum.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace bulkhead::wire {

inline constexpr std::size_t kFrameHeadBytes = 4 + 2 + 8 + 4;
inline constexpr std::size_t kFrameBodyBytesMax = 8u << 20;

struct FrameHead {
  std::uint16_t op = 0;
  std::uint64_t request = 0;
  InstanceNumber instance;
};

struct FrameView {
  FrameHead head;
  ByteView body;
};

// Appends one frame to `to`. The body must be at most kFrameBodyBytesMax (checked invariant).
void put_frame(Bytes& to, const FrameHead& head, ByteView body);

// Collects bytes from a stream and yields whole frames. feed() then next() until it yields nothing.
// The view lives until the following feed(). kTooLarge when a frame announces more than
// `body_bytes_max`, kMalformed when less than a head; after an error the channel must be closed.
class FrameReader {
 public:
  explicit FrameReader(std::size_t body_bytes_max = kFrameBodyBytesMax)
      : body_bytes_max_(body_bytes_max) {}
  void feed(ByteView bytes);
  Result<std::optional<FrameView>> next();
  std::size_t buffered_bytes() const { return buffer_.size() - start_; }

 private:
  std::size_t body_bytes_max_;
  Bytes buffer_;
  std::size_t start_ = 0;
};

}  // namespace bulkhead::wire
