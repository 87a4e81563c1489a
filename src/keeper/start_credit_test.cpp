// What starts may believe of the wall clock, however often there is one and wherever the clock
// stands: an hour each, and a day for every day that the keeper lived through.
#include "keeper/start_credit.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "keeper/details.h"
#include "keeper/house_fixture.h"
#include "keeper/keeper_time.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kLivedHourMs = 3'600'000;

TEST(StartCredit, NoLivedDayGivesMoreThanADay) {
  struct Start {
    std::uint64_t lived_ms, believed_ms;
  };
  std::mt19937_64 random(3);
  StartCredit credit;
  std::uint64_t keeper_ms = 1'767'225'600'000, believed_ms = 0;
  std::deque<Start> day;
  std::uint64_t in_day_ms = 0, most_ms = 0;
  for (unsigned i = 0; i < 20'000; ++i) {
    keeper_ms += random() % (i % 50 == 0 ? 30 * kLivedHourMs : 20 * 60'000);
    const auto taken = std::min(kTimePerStartMsMax, credit.left_ms(keeper_ms));
    keeper_ms += taken;
    believed_ms += taken;
    credit.started(keeper_ms, taken);
    day.push_back({keeper_ms - believed_ms, taken});
    in_day_ms += taken;
    while (day.front().lived_ms + kMsPerDay <= day.back().lived_ms) {
      in_day_ms -= day.front().believed_ms;
      day.pop_front();
    }
    most_ms = std::max(most_ms, in_day_ms);
    ASSERT_LE(in_day_ms, kTimePerDayMsMax) << i;
  }
  EXPECT_GT(most_ms, 23 * kLivedHourMs);  // and most of it may be used
  EXPECT_GT(believed_ms, 20 * kMsPerDay);
}

class MovedClockHouse : public KeeperHouse {
 protected:
  MovedClockHouse() { clock_ = &time_; }
  void restart_later() {
    stop();
    time_.step_wall_ms(5 * kLivedHourMs);
    start();
  }
  // What all starts so far believed; each at most an hour.
  std::uint64_t believed_ms() {
    stop();
    const auto believed = believed_by_the_ledger();
    start();
    return believed;
  }
  std::uint64_t believed_by_the_ledger() const {
    std::uint64_t believed = 0;
    const auto folder = open_keeper_folder(folder_.path(), root_);
    EXPECT_TRUE(folder);
    EXPECT_TRUE(
        folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& entry) {
          if (entry.kind != EntryKind::kRestart) return true;
          const auto detail = wire::decode<RestartDetail>(entry.detail);
          EXPECT_LE(detail->time_lost_ms, kTimePerStartMsMax);
          believed += detail->time_lost_ms;
          return true;
        }));
    EXPECT_TRUE(folder->ledger->close());
    return believed;
  }
  FakeClock time_;
};

TEST_F(MovedClockHouse, ManyStartsGiveADayAndNoMore) {
  constexpr unsigned kStarts = 26;
  for (unsigned i = 0; i < kStarts; ++i) restart_later();
  const auto first = believed_ms();
  EXPECT_EQ(first, kTimePerDayMsMax);
  time_.advance_ms(26 * kLivedHourMs);  // lived through
  connect_front();                      // an entry tells so
  for (unsigned i = 0; i < kStarts; ++i) restart_later();
  EXPECT_EQ(believed_ms(), first + kTimePerDayMsMax);
}

}  // namespace
}  // namespace bulkhead
