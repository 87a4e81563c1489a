#include "vault/bench_seal.h"

#include <gtest/gtest.h>

#include <set>

#include "vault/fields.h"

namespace bulkhead {
namespace {

TEST(BenchSeal, SamplesAreGoodAndFillEveryCompartment) {
  for (std::uint32_t n : {1u, 2u, 999u, 1'000'000u, 4'294'967'295u}) {
    const auto checked = check_record(sample_record(CustomerNumber(n)));
    ASSERT_TRUE(checked) << n << checked.error().context;
    std::set<Compartment> filled;
    for (const auto& value : checked->values()) filled.insert(compartment_of(value.field));
    EXPECT_EQ(filled.size(), kCompartmentCount);
  }
}

TEST(BenchSeal, GivesAFigure) {
  const auto bench = bench_seal(1);
  ASSERT_TRUE(bench) << bench.error().context;
  EXPECT_GT(bench->per_s, 0);
  EXPECT_GT(bench->rss_mib, 0);
}

}  // namespace
}  // namespace bulkhead
