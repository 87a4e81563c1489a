#include "drills/report.h"

#include <gmock/gmock.h>

namespace bulkhead::drills {
namespace {

using testing::HasSubstr;

DrillReport good() {
  DrillReport report;
  report.name = "bulk-export";
  report.catalogue = 8;
  report.customers = 2000;
  report.attempts = 40;
  report.lost_customers = 6;
  report.lost_fields = 78;
  report.bound_customers = 6;
  report.bound_fields = 78;
  report.first_refusal_ms = 12;
  report.affected = {6, 78, 1, 1};
  report.ledger_size = 900;
  report.ledger_verified = true;
  report.honest_reveals = 30;
  report.fails_without = {{"grant", true}};
  return report;
}

TEST(DrillReport, JsonIsWhatToolsReadGolden) {
  auto report = good();
  judge(report);
  EXPECT_EQ(
      to_json({&report, 1}),
      R"({"drills":[{"name":"bulk-export","catalogue":8,"customers":2000,"attempts":40,"lost_customers":6,)"
      R"("lost_fields":78,"lost_existence":0,"seen_in_transit":0,"bound_customers":6,"bound_fields":78,)"
      R"("first_refusal_ms":12,"contained_ms":null,)"
      R"("affected":{"customers":6,"fields":78,"precision":1E0,"recall":1E0},)"
      R"("ledger":{"size":900,"verified":true},"delivery_unknown":0,"honest":{"reveals":30,"refused":0},)"
      R"("fails_without":{"grant":true},"passed":true}]})"
      "\n");
}

TEST(DrillReport, NeverRefusedIsNull) {
  auto report = good();
  report.first_refusal_ms.reset();
  report.contained_ms = 34;
  EXPECT_THAT(to_json({&report, 1}), HasSubstr("\"first_refusal_ms\":null,\"contained_ms\":34"));
}

TEST(DrillReport, EachWrongFigureFailsIt) {
  const auto fails_when = [](auto change) {
    auto report = good();
    change(report);
    judge(report);
    return !report.passed && report.problems.size() == 1;
  };
  EXPECT_TRUE(fails_when([](DrillReport& report) { report.exceeded = true; }));
  EXPECT_TRUE(fails_when([](DrillReport& report) { report.affected.recall = 0.999; }));
  EXPECT_TRUE(fails_when([](DrillReport& report) { report.affected.precision = 0.5; }));
  EXPECT_TRUE(fails_when([](DrillReport& report) { report.ledger_verified = false; }));
  EXPECT_TRUE(fails_when([](DrillReport& report) { report.honest_refused = 1; }));
  EXPECT_TRUE(fails_when([](DrillReport& report) { report.honest_reveals = 0; }));
  EXPECT_TRUE(fails_when(
      [](DrillReport& report) { report.fails_without = {{"grant", true}, {"budget", false}}; }));
  auto report = good();
  judge(report);
  EXPECT_TRUE(report.passed);
  EXPECT_THAT(to_table({&report, 1}), HasSubstr("passed"));
}

}  // namespace
}  // namespace bulkhead::drills
