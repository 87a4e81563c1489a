// The drill tap: a process between keeper and one front which copies bytes both ways and writes
// what the keeper sent to a file before it passes it on. Drills learn the truth there, outside the
// keeper. It must never run beside real data: only a demo or drill directory may be tapped. Owned
// by supervisor.
#pragma once

#include <cstddef>

namespace bulkhead {

inline constexpr std::size_t kRelayBufferBytesMax =
    256u << 10;  // for each direction; a full one stops its sender

// Copies until either side closes; takes all three descriptors over. 0: closed. 1: the tap file
// could not be written, and then nothing more was passed on.
int run_relay(int keeper_side, int front_side, int tap_file);

}  // namespace bulkhead
