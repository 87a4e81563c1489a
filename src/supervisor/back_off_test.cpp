#include "supervisor/back_off.h"

#include <gtest/gtest.h>

namespace bulkhead {
namespace {

TEST(BackOff, DoublesToItsMaximum) {
  BackOff back_off;
  for (const std::uint64_t expected :
       {100, 200, 400, 800, 1600, 3200, 6400, 10'000, 10'000, 10'000}) {
    EXPECT_EQ(back_off.after_death(5), expected);
  }
}

TEST(BackOff, ForgetsAfterAMinuteOfLife) {
  BackOff back_off;
  back_off.after_death(0);
  EXPECT_EQ(back_off.after_death(kBackOffForgetMs - 1), 200u);
  EXPECT_EQ(back_off.after_death(kBackOffForgetMs), 100u);
  EXPECT_EQ(back_off.after_death(0), 200u);
}

}  // namespace
}  // namespace bulkhead
