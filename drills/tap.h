// Reads what the tap wrote down: every byte the keeper sent to one front, as frames. It is written
// from the description in wire/frame.h and must never use the keeper's own reader, so that a fault
// there cannot hide from drills. Owned by drills.
#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.h"

namespace bulkhead::drills {

struct TapFrame {
  std::uint16_t op = 0;
  std::uint64_t request = 0;
  std::uint32_t instance = 0;
  ByteView body;
};

struct TapSummary {
  std::uint64_t frames = 0;
  std::uint64_t torn_bytes = 0;  // of a last frame that never became whole
  bool broken = false;           // a length that no frame can have; nothing after it was read
};

// Calls `frame` for each whole frame in order.
TapSummary read_tap(ByteView bytes, const std::function<void(const TapFrame&)>& frame);

}  // namespace bulkhead::drills
