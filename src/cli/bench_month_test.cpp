#include "cli/bench_month.h"

#include <gtest/gtest.h>

#include <set>

#include "keeper/state.h"

namespace bulkhead::cli {
namespace {

TEST(BenchMonth, AFoldTakesItAndCountsThePairsItPromises) {
  State state;
  for (std::uint32_t number = 1; number <= 5; ++number) {
    Entry hired;
    hired.kind = EntryKind::kStaff;
    PrincipalDetail detail;
    detail.number = number;
    detail.team = 1 + number % 2;
    hired.detail = wire::encode(detail);
    ASSERT_TRUE(state.apply(hired, {}));
  }
  const std::uint64_t start_ms = 1'767'225'600'000;
  BenchMonth month(
      {.entries = 10'007, .customers = 1'000, .agents = {1, 2, 3, 4, 5}, .start_ms = start_ms});
  std::set<std::uint32_t> customers;
  std::uint64_t count = 0;
  for (; !month.done(); ++count) {
    const auto made = month.next();
    ASSERT_TRUE(check_entry(made.entry));
    ASSERT_TRUE(state.apply(made.entry, made.customer)) << count;
    EXPECT_LE(made.customer.value, 1'000u);
    if (made.entry.kind == EntryKind::kReveal) customers.insert(made.customer.value);
  }
  EXPECT_EQ(count, 10'007u);
  EXPECT_EQ(customers.size(), 750u);
  EXPECT_EQ(month.pairs(), 3'000u);
  EXPECT_EQ(state.meters().pairs(), month.pairs());
  EXPECT_EQ(state.cases().size(), 750u);
  EXPECT_EQ(state.open_cases(), 0u);
  EXPECT_GT(state.last_keeper_ms(), start_ms + kMonthMs * 9 / 10);
  EXPECT_LT(state.last_keeper_ms(), start_ms + kMonthMs);
}

}  // namespace
}  // namespace bulkhead::cli
