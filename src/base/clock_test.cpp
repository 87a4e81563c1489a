#include "base/clock.h"

#include <gtest/gtest.h>

namespace bulkhead {
namespace {

TEST(SystemClock, BootTimeNeverGoesBackAndWallTimeIsOurs) {
  const SystemClock clock;
  const auto first = clock.boot_ms();
  EXPECT_LE(first, clock.boot_ms());
  constexpr std::uint64_t kYear2024Ms = 1'704'067'200'000;
  constexpr std::uint64_t kYear2100Ms = 4'102'444'800'000;
  EXPECT_GT(clock.wall_ms(), kYear2024Ms);
  EXPECT_LT(clock.wall_ms(), kYear2100Ms);
}

TEST(FakeClock, AdvancingMovesBothClocks) {
  FakeClock clock;
  const auto wall = clock.wall_ms();
  const auto boot = clock.boot_ms();
  clock.advance_ms(1500);
  EXPECT_EQ(clock.wall_ms(), wall + 1500);
  EXPECT_EQ(clock.boot_ms(), boot + 1500);
}

TEST(FakeClock, SteppingMovesTheWallClockAlone) {
  FakeClock clock;
  const auto wall = clock.wall_ms();
  const auto boot = clock.boot_ms();
  clock.step_wall_ms(-3'600'000);
  EXPECT_EQ(clock.wall_ms(), wall - 3'600'000);
  EXPECT_EQ(clock.boot_ms(), boot);
}

}  // namespace
}  // namespace bulkhead
