#include "cli/output.h"

#include <gtest/gtest.h>

#include "cli/bench_gate.h"
#include "cli/progress.h"
#include "cli/scope_text.h"

namespace bulkhead::cli {
namespace {

TEST(Output, TableAlignsByCharacters) {
  Table table({"name", "count"});
  table.add({"Léon", "7"});
  table.add({"Greta Holm", "1,200"});
  EXPECT_EQ(table.text(),
            "name        count\n"
            "Léon            7\n"
            "Greta Holm  1,200\n");
}

TEST(Output, CsvFieldsAreQuotedWhenTheyMust) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
}

TEST(Output, TimesAndNumbers) {
  EXPECT_EQ(time_json(1'772'625'600'123), "2026-03-04T12:00:00.123Z");
  EXPECT_EQ(time_text(0), "never");
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(1'234'567), "1,234,567");
  EXPECT_EQ(duration_text(3 * 86400 + 7200), "3 d 2 h");
}

TEST(Output, QrHasTwoModulesInALine) {
  const auto text = qr_text("otpauth://totp/x", "");
  EXPECT_FALSE(text.empty());
  EXPECT_NE(text.find("█"), std::string::npos);
  EXPECT_TRUE(qr_text(std::string(5000, 'x')).empty());
}

TEST(Output, ScopeRowHasTheAgreedMembers) {
  wire::ScopeRow row{.customer = {},
                     .clear = FieldSet::of(Field::kEmail),
                     .masked = FieldSet::of(Field::kPhone),
                     .existence = true,
                     .first_ms = 1'772'625'600'000,
                     .last_ms = 1'772'625'600'001,
                     .sessions = 2,
                     .number = 0};
  row.customer.bytes[15] = 0xab;
  EXPECT_EQ(
      boost::json::serialize(scope_row_json(row)),
      R"({"customer":"000000000000000000000000000000ab","fields":["contact.email","contact.phone"],)"
      R"("first":"2026-03-04T12:00:00.000Z","last":"2026-03-04T12:00:00.001Z","sessions":2,)"
      R"("clear":["contact.email"],"masked":["contact.phone"],"existence":true})");
  row.number = 7;
  EXPECT_EQ(scope_row_json(row).at("number").to_number<int>(), 7);
}

TEST(Output, ScopeDocumentIsJson) {
  wire::ScopeQuery query;
  query.session = 3;
  query.kinds = 1;
  query.purpose = Purpose::kFraud;
  wire::ScopeAnswer answer;
  answer.ledger_size = 10;
  answer.customers = 1;
  answer.fields = 2;
  const auto text = scope_json_head(query, answer) + std::string(kScopeJsonTail);
  EXPECT_EQ(text, R"({"query":{"session":3,"purpose":"fraud","kinds":["reveal"]},"ledger_size":10,)"
                  R"("customers":1,"fields":2,"unknown_windows":[],"rows":[]})"
                  "\n");
  answer.unknown.items.push_back({0, 1000, 7, 9, true});
  const auto lost =
      boost::json::parse(scope_json_head(query, answer) + std::string(kScopeJsonTail));
  EXPECT_EQ(lost.at("unknown_windows").at(0).at("first_entry").to_number<int>(), 7);
}

TEST(Output, GateJsonHasTheAgreedMembers) {
  const BenchGateResult result{.fdatasync_p50_us = 100,
                               .fdatasync_p99_us = 200,
                               .channel = {{.callers = 1, .per_s = 5, .p50_us = 6, .p99_us = 7}},
                               .http = {},
                               .rss_mib = 30,
                               .import_per_s = 1};
  EXPECT_EQ(to_json(result),
            boost::json::parse(R"({"name":"gate","fdatasync_us":{"p50":100.0,"p99":200.0},
      "channel":[{"callers":1,"per_s":5.0,"p50_us":6.0,"p99_us":7.0}],"http":[],"rss_mib":30})"));
}

// --- Progress
// -----------------------------------------------------------------------------------------------------

class ProgressTest : public testing::Test {
 protected:
  ProgressStyle style(bool terminal) {
    return {.terminal = terminal,
            .write = [this](std::string_view text) { written_ += text; },
            .clock = &clock_};
  }
  std::string written_;
  FakeClock clock_;
};

TEST_F(ProgressTest, QuickWorkSaysOnlyItsEnd) {
  Progress progress("Verifying", "entries", 100, style(false));
  for (std::uint64_t done = 0; done <= 100; ++done) progress.at(done);
  progress.finish();
  EXPECT_EQ(written_, "Verifying: 100 entries in 0.0 s\n");
}

TEST_F(ProgressTest, PlainWritesALineForEachTenth) {
  Progress progress("Importing", "customers", 100, style(false));
  for (std::uint64_t done = 0; done <= 9; ++done) progress.at(done);
  clock_.advance_ms(kPlainLinesAfterMs);
  for (std::uint64_t done = 10; done <= 25; ++done) progress.at(done);
  EXPECT_EQ(written_,
            "Importing: 10 %, 10 of 100 customers\nImporting: 20 %, 20 of 100 customers\n");
  written_.clear();
  progress.at(100);
  clock_.advance_ms(1500);
  progress.finish();
  EXPECT_EQ(written_, "Importing: 100 customers in 2.5 s\n");
}

TEST_F(ProgressTest, CountsFromTheFirstCallOrFromWhereItGoesOn) {
  {
    Progress progress("Importing", "customers", 10, style(false));
    progress.at(10);
    progress.finish();
  }
  EXPECT_EQ(written_, "Importing: 10 customers in 0.0 s\n");
  written_.clear();
  Progress progress("Importing", "customers", 10, style(false));
  progress.go_on_from(4);
  progress.at(10);
  progress.finish();
  EXPECT_EQ(written_, "Importing: 6 customers in 0.0 s\n");
}

TEST_F(ProgressTest, BarIsDrawnTenTimesASecondAtMost) {
  Progress progress("Importing", "customers", 1000, style(true));
  for (std::uint64_t done = 0; done < 1000; ++done) progress.at(done);
  EXPECT_EQ(std::count(written_.begin(), written_.end(), '\r'), 1);
  clock_.advance_ms(kDrawEveryMs);
  progress.at(1000);
  EXPECT_NE(written_.find("100 %"), std::string::npos);
}

}  // namespace
}  // namespace bulkhead::cli
