// Passes an open descriptor beside bytes over a Unix stream socket (SCM_RIGHTS, unix(7)). A
// receiver must never keep a descriptor that it did not ask for: more than one per message is
// refused and all are closed. Owned by wire; used on the control channel between supervisor and
// keeper.
#pragma once

#include <span>

#include "base/bytes.h"
#include "base/descriptor.h"
#include "base/result.h"

namespace bulkhead::wire {

inline constexpr int kSendWaitMsMax = 5000;

// Writes all of `bytes` (at least one), the descriptor travelling with the first of them; passed_fd
// -1 passes none and `passed_fd` stays the caller's. Waits while a non-blocking socket is full, but
// at most kSendWaitMsMax for each part. kUnavailable when the other end is gone or does not read:
// the channel must then be closed. Else kIo.
Status send_with_descriptor(int socket, ByteView bytes, int passed_fd);

struct Received {
  std::size_t bytes =
      0;  // how many bytes of the buffer were filled; 0 without `again`: the other end has closed
  bool again = false;     // a non-blocking socket has nothing now
  Descriptor descriptor;  // close-on-exec; holds one when a message passed it
};

// One recvmsg. Descriptors arrive in the order they were sent, each no later than the first byte of
// its message: the n-th descriptor belongs to the n-th NewChannel frame. kMalformed when a message
// passed more than one, else kIo.
Result<Received> receive_with_descriptor(int socket, std::span<std::uint8_t> buffer);

}  // namespace bulkhead::wire
