// The two clocks Bulkhead reads: wall time as the machine claims it, and boot time, which never
// steps. Code must take a Clock and never ask the system itself, so that a month can be simulated
// in seconds. Owned by base.
#pragma once

#include <atomic>
#include <cstdint>

namespace bulkhead {

inline constexpr std::uint64_t kMsPerDay = 86'400'000;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::uint64_t wall_ms() const = 0;  // milliseconds since 1970-01-01T00:00:00Z, as claimed
  virtual std::uint64_t boot_ms() const = 0;  // CLOCK_BOOTTIME in milliseconds
};

class SystemClock final : public Clock {
 public:
  std::uint64_t wall_ms() const override;
  std::uint64_t boot_ms() const override;
};

// The machine's time and more: for drill directories, where months pass in seconds.
class MovedClock final : public Clock {
 public:
  explicit MovedClock(const Clock& from, std::uint64_t wall_ahead_ms = 0)
      : from_(from), wall_ahead_ms_(wall_ahead_ms) {}
  std::uint64_t wall_ms() const override { return from_.wall_ms() + wall_ahead_ms_ + moved_ms_; }
  std::uint64_t boot_ms() const override { return from_.boot_ms() + moved_ms_; }
  void advance_ms(std::uint64_t by) { moved_ms_ += by; }

 private:
  const Clock& from_;
  std::uint64_t wall_ahead_ms_;
  std::atomic<std::uint64_t> moved_ms_ = 0;
};

// One that a test moves, from any thread.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(std::uint64_t wall_ms = 1'767'225'600'000) : wall_ms_(wall_ms) {}
  std::uint64_t wall_ms() const override { return wall_ms_; }
  std::uint64_t boot_ms() const override { return boot_ms_; }
  void advance_ms(std::uint64_t by) {
    wall_ms_ += by;
    boot_ms_ += by;
  }
  void step_wall_ms(std::int64_t by) { wall_ms_ += static_cast<std::uint64_t>(by); }

 private:
  std::atomic<std::uint64_t> wall_ms_;
  std::atomic<std::uint64_t> boot_ms_ = 1'000'000;
};

}  // namespace bulkhead
