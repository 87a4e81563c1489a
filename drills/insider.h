// An agent who takes data of strangers, in the rhythm that the budgets of a minute, an hour and a
// day allow, in the keeper's time. Owned by drills.
#pragma once

#include <functional>
#include <vector>

#include "drills/theft.h"

namespace bulkhead::drills {

// Of 3 strangers a minute, 10 an hour and 40 a day (config/policy.toml), and one more to see the
// refusal; a little longer than each, in keeper time.
inline constexpr std::uint32_t kInAMinute = 3;
inline constexpr unsigned kMinutesOfAnHour = 4;
inline constexpr unsigned kHoursOfADay = 5;
inline constexpr std::uint64_t kMinuteMs = 61'000;
inline constexpr std::uint64_t kHourMs = 3'601'000;

struct InsiderSignIn {
  std::string name, password, address;
};

class Insider {
 public:
  // Takes customers from `first` on, `count` of them.
  Insider(Attack& attack, InsiderSignIn who, std::uint32_t first, std::uint32_t count);
  // One of the demo's staff, by `position` among the insiders.
  Insider(Attack& attack, std::uint32_t position, std::uint32_t first, std::uint32_t count);

  // A new session, as old ones end while time passes.
  Status sign_in();
  // Up to so many more customers; what was refused is tried again later.
  void take(std::uint32_t customers);
  bool done() const { return next_ == end_; }

 private:
  Attack& attack_;
  InsiderSignIn who_;
  std::optional<Thief> thief_;
  std::uint32_t next_, end_;
};

// The frame of a theft by insiders, whoever of them it was.
Result<DrillReport> run_insiders(const DrillRun& run, std::function<Status(Attack&)> attack);

// A working day of all of them. Answers how much time passed in it, in milliseconds.
Result<std::uint64_t> take_a_day(Attack& attack, std::vector<Insider>& insiders);

}  // namespace bulkhead::drills
