// A listening TCP socket that the supervisor opens once and every start of a front inherits, so
// that a restart loses no connection that waits. The supervisor must never accept from it. Owned by
// supervisor.
#pragma once

#include <cstdint>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"

namespace bulkhead {

inline constexpr int kListenQueueMax = 512;

struct Listener {
  Descriptor socket;
  std::uint16_t port = 0;
};

// `address` is dotted IPv4; port 0 takes any free one. kMalformed: no such address. kConflict: the
// port is taken. kIo.
Result<Listener> listen_on(const std::string& address, std::uint16_t port);

}  // namespace bulkhead
