// How much of its disk a ledger holds back (space.h). Owned by ledger.
#pragma once

#include <cstdint>

namespace bulkhead {

// Nothing held back: the disk is never looked at.
struct SpaceLimits {
  std::uint64_t reserve_bytes = 0;  // held back
  std::uint64_t low_bytes = 0;      // less than this free besides: the disk counts as full
};

}  // namespace bulkhead
