// Repeatable randomness for the demo airline: SplitMix64, started for one purpose of one thing, so
// that any customer can be made without the others. It must never be used where an attacker must
// not guess: that is crypto/random. Owned by records.
#pragma once

#include <cstdint>
#include <span>

namespace bulkhead {

// A bijection of 64 bits that mixes well (the finaliser of SplitMix64).
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

enum class DemoDraw : std::uint64_t { kBlock = 1, kHousehold, kPerson, kTrips, kCases };

class DemoRandom {
 public:
  DemoRandom(std::uint64_t seed, DemoDraw draw, std::uint64_t index)
      : state_(mixed(mixed(seed ^ static_cast<std::uint64_t>(draw) << 56) + index)) {}

  std::uint64_t next() { return mixed(state_ += 0x632be59bd9b4e019); }
  // 0 to count - 1.
  std::uint32_t below(std::uint32_t count) {
    return static_cast<std::uint32_t>((next() >> 32) * count >> 32);
  }
  std::int32_t between(std::int32_t least, std::int32_t most) {
    return least + static_cast<std::int32_t>(below(static_cast<std::uint32_t>(most - least + 1)));
  }
  bool chance(std::uint32_t percent) { return below(100) < percent; }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(static_cast<std::uint32_t>(std::size(list)))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace bulkhead
