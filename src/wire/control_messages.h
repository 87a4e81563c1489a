// What supervisor and keeper say to each other on the control channel, which nobody else holds:
// frames as on every channel, instance 0. The supervisor must never send data here, only
// descriptors and orders. Owned by wire.
//
//   keeper -> supervisor   KeeperReady   once, request 0, when it can serve
//   supervisor -> keeper   NewChannel    with one descriptor beside it (wire/descriptor.h); no
//   answer supervisor -> keeper   Drain         answered by op kDrain, the same request, body Done
//   (front_messages.h) alone:
//                                        nothing is in flight, the last checkpoint is on disk; then
//                                        the keeper exits 0
#pragma once

#include "wire/codec.h"
#include "wire/operations.h"

namespace bulkhead::wire {

// The peer of a new channel as the supervisor knows it: it started that process, or asked the
// kernel (SO_PEERCRED).
struct NewChannel {
  static constexpr Op kOp = Op::kNewChannel;
  Face face{};  // kDesk, kPortal, kApi: a front it started; kAdmin: a connection from admin.sock
  std::uint32_t uid = 0;  // of the peer; for kAdmin the user at the terminal
  std::uint32_t pid = 0;
  WIRE_MEMBERS(face, uid, pid)
};

struct Drain {
  static constexpr Op kOp = Op::kDrain;
  bool now = true;
  WIRE_MEMBERS(now)
};

struct KeeperReady {
  static constexpr Op kOp = Op::kKeeperReady;
  Text<128> origin;
  bool demo = false;
  WIRE_MEMBERS(origin, demo)
};

}  // namespace bulkhead::wire
