#include "ledger/bench_ledger.h"

#include "ledger/fdatasync_baseline.h"
#include "ledger/ledger_for_test.h"

namespace bulkhead {
namespace {

TEST(BenchLedger, RunsVerifiesAndCleansUp) {
  TestDirectory directory;
  PosixDisk disk;
  const auto result =
      bench_ledger(disk, {.directory = directory.path(), .run_s = 0.05, .callers = {1, 4}});
  ASSERT_TRUE(result) << result.error().context;
  ASSERT_EQ(result->append.size(), 2u);
  EXPECT_EQ(result->append[1].callers, 4u);
  EXPECT_GT(result->append[1].per_s, 0);
  EXPECT_LE(result->append[0].p50_us, result->append[0].p99_us);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  EXPECT_TRUE(to_json(*result).starts_with(R"({"name":"ledger","fdatasync_us":{"p50":)"));
}

TEST(BenchLedger, PercentileIsTheSampleThatManyLieBelow) {
  std::vector<double> samples;
  EXPECT_EQ(percentile(samples, 0.5), 0);
  for (int i = 100; i > 0; --i) samples.push_back(i);
  EXPECT_EQ(percentile(samples, 0.5), 51);
  EXPECT_EQ(percentile(samples, 0.99), 100);
  EXPECT_EQ(percentile(samples, 1), 100);
}

}  // namespace
}  // namespace bulkhead
