// Length-framed bytes over a stream socket to and from bulkhead-mail-parse. A frame larger than
// allowed must be refused before a byte of it is read or stored. Owned by wire.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace bulkhead::wire {

// When waiting ends, by boot time; none: never.
struct Deadline {
  const Clock* clock = nullptr;
  std::uint64_t boot_ms = 0;
};

// kUnavailable: the other end is gone, or the deadline has passed (kConflict then).
Status write_mail_frame(int socket, ByteView bytes, const Deadline& deadline = {});
// The same; kTooLarge beyond `bytes_max`.
Result<Bytes> read_mail_frame(int socket, std::size_t bytes_max, const Deadline& deadline = {});

}  // namespace bulkhead::wire
