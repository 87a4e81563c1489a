// SessionProofs decides whether a request was made by the holder of its session's key, and for the
// first time: the MAC over the request as the keeper spells it, and a replay window for each lane.
// A counter must never be accepted twice nor moved by a request whose MAC is wrong. Owned by
// keeper, one per live session.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "wire/paths.h"

namespace bulkhead {

inline constexpr std::uint64_t kReplayWindowWidth = 128;

// The last kReplayWindowWidth counters may arrive in any order, each once; anything older is
// refused, since nobody remembers whether it came (RFC 6479 describes the same window for IPsec).
class ReplayWindow {
 public:
  bool accept(std::uint64_t counter);

 private:
  std::uint64_t newest_ = 0;
  std::array<std::uint64_t, kReplayWindowWidth / 64> seen_{};  // bit n: newest_ - n has come
};

class SessionProofs {
 public:
  // `key` as wire/proof.h derives it. Lane 0 is open from the start.
  explicit SessionProofs(SecretBytes key) : key_(std::move(key)) {}

  // Whether the holder of the key made this proof for this request, whenever that was.
  bool made_for(const wire::Proof& proof, const wire::Target& target) const;
  // Of a proof that was made_for its request: kRefused for a lane that is not open, kConflict for a
  // counter that came before or is older than the window. Only success moves the window.
  Status take(const wire::Proof& proof);

  // The number of a new lane; kTooLarge when `lanes_max` (of the policy) are open.
  Result<std::uint8_t> open_lane(std::uint8_t lanes_max);

 private:
  SecretBytes key_;
  std::array<ReplayWindow, wire::kLanesMax> lanes_;
  std::uint8_t open_ = 1;
};

}  // namespace bulkhead
