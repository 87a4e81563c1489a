#include "keeper/rate.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "keeper/client_sign_ins.h"

namespace bulkhead {
namespace {

constexpr std::uint32_t kMax = 60;

// However the acts fall, no minute holds more, and whoever waits as told gets through.
TEST(Rate, NoMinuteHoldsMoreThanTheMaximum) {
  std::mt19937 random(11);
  Rate rate;
  std::uint64_t now_ms = 1'767'225'600'123;
  std::deque<std::uint64_t> taken;
  unsigned refused = 0;
  for (unsigned i = 0; i < 20'000; ++i) {
    now_ms += random() % 100 == 0 ? random() % 200'000 : random() % 1'500;
    auto wait_s = rate.wait_s(now_ms, kMax);
    if (wait_s > 0) {
      ++refused;
      ASSERT_LE(wait_s, 61u);
      EXPECT_GT(rate.wait_s(now_ms + (wait_s - 1) * 1000ull - now_ms % 1000, kMax), 0u);
      now_ms += wait_s * 1000ull;
      wait_s = rate.wait_s(now_ms, kMax);
    }
    ASSERT_EQ(wait_s, 0u);
    rate.take(now_ms);
    taken.push_back(now_ms);
    while (taken.front() + 60'000 <= now_ms) taken.pop_front();
    ASSERT_LE(taken.size(), kMax);
  }
  EXPECT_GT(refused, 0u);
}

TEST(ClientSignIns, KeepsAPartForProgramsAtHomeAndEachHasItsOwn) {
  ClientSignIns sign_ins;
  constexpr std::uint64_t kNow = 1'767'225'600'000;
  for (std::uint32_t i = 0; i < kStrangersClientSignInsPerMinuteMax; ++i)
    ASSERT_EQ(sign_ins.try_one(false, kNow), 0u);
  EXPECT_GT(sign_ins.try_one(false, kNow), 0u);
  for (auto i = kStrangersClientSignInsPerMinuteMax; i < kClientSignInsPerMinuteMax; ++i)
    ASSERT_EQ(sign_ins.try_one(true, kNow), 0u);
  EXPECT_GT(sign_ins.try_one(true, kNow), 0u);
  EXPECT_EQ(sign_ins.try_one(false, kNow + 61'000), 0u);

  for (std::uint32_t i = 0; i < kSignInsOfOneClientPerMinuteMax; ++i)
    ASSERT_EQ(sign_ins.let_in(PrincipalNumber(1), kNow), 0u);
  EXPECT_GT(sign_ins.let_in(PrincipalNumber(1), kNow), 0u);
  EXPECT_EQ(sign_ins.let_in(PrincipalNumber(2), kNow), 0u);
}

}  // namespace
}  // namespace bulkhead
