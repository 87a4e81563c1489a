#include "cli/import_run.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/fake_keeper_for_test.h"

namespace bulkhead::cli {
namespace {

constexpr std::string_view kMap = R"(
name = "test"
[[field]]
column = "Family"
to = "identity.family_name"
required = true
[[field]]
column = "Mail"
to = "contact.email"
)";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class ImportRunTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "bulkhead-import-" + std::to_string(getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string state_path() const { return folder_ + "/state"; }
  std::string reject_path() const { return folder_ + "/rejects.csv"; }

  // One run of the command: reads the state, goes on, answers how it ended.
  Status run(const std::string& csv, std::size_t chunk_rows = 2) {
    const TextByteSource source(csv);
    auto map = ImportMap::parse(kMap);
    EXPECT_TRUE(map);
    const auto job = import_job_id(source, ImportFormat::kCsv, kMap);
    auto state = load_import_state(state_path());
    EXPECT_TRUE(state);
    ImportState fresh;
    fresh.job = *job;
    FakeKeeper keeper([this](wire::Op, ByteView body) { return imports_.take(body); },
                      hold_first_answer_);
    auto connection = keeper.connect();
    ImportRun import(connection, source,
                     {.map = std::move(*map),
                      .format = ImportFormat::kCsv,
                      .state_path = state_path(),
                      .reject_path = reject_path(),
                      .chunk_rows = chunk_rows},
                     *state ? **state : fresh);
    const auto ended = import.run({});
    last_ = import.state();
    return ended;
  }

  static std::string rows(int count) {
    std::string csv = "Family,Mail\n";
    for (int i = 0; i < count; ++i)
      csv += "Name" + std::to_string(i) + ",a" + std::to_string(i) + "@example.com\n";
    return csv;
  }

  std::string folder_;
  FakeImports imports_;
  bool hold_first_answer_ = false;
  ImportState last_;
};

TEST_F(ImportRunTest, AnswersThatOvertakeEachOtherCountInTheirOrder) {
  hold_first_answer_ = true;
  ASSERT_TRUE(run(rows(9)));
  EXPECT_EQ(last_.taken, 9u);
  EXPECT_EQ(imports_.customers, 9u);
}

TEST_F(ImportRunTest, TakesEverythingInOrder) {
  ASSERT_TRUE(run(rows(7)));
  EXPECT_EQ(imports_.lines, (std::vector<std::uint64_t>{2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(imports_.batches, (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(last_.taken, 7u);
  EXPECT_TRUE(last_.done);
  EXPECT_FALSE(std::filesystem::exists(reject_path()));
}

TEST_F(ImportRunTest, RejectsNameLineColumnAndReasonButNoValue) {
  imports_.refuses = [](const wire::ImportCustomer& customer) { return customer.line == 3; };
  ASSERT_TRUE(
      run("Family,Mail\nOne,a@example.com\nTwo,secret-value\n,nobody@example.com\nThree,c@example."
          "com\n"));
  EXPECT_EQ(last_.taken, 2u);
  EXPECT_EQ(last_.rejected, 2u);
  const auto text = read_file(reject_path());
  EXPECT_TRUE(text.starts_with("line,column,reason\n3,2,contact.email: not an address\n4,1,"))
      << text;
  EXPECT_EQ(text.find("secret-value"), std::string::npos);
  EXPECT_EQ(text.find("nobody"), std::string::npos);
}

TEST_F(ImportRunTest, GoesOnAfterEveryPossibleCut) {
  const auto csv = rows(20);
  for (int cut = 0; cut < 10; ++cut) {
    TearDown();
    SetUp();
    imports_ = FakeImports();
    imports_.refuses = [](const wire::ImportCustomer& customer) { return customer.line % 10 == 0; };
    imports_.batches_until_cut = cut;
    ASSERT_FALSE(run(csv)) << cut;
    imports_.batches_until_cut = 1000;
    ASSERT_TRUE(run(csv)) << cut;
    // Nobody twice, nobody missing.
    EXPECT_EQ(imports_.lines.size(), 18u) << cut;
    EXPECT_EQ(last_.taken, 18u) << cut;
    EXPECT_EQ(last_.rejected, 2u) << cut;
    const auto text = read_file(reject_path());
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  }
}

TEST_F(ImportRunTest, KeeperThatRefusesEndsTheRunWithoutLoss) {
  const TextByteSource source(rows(3));
  FakeKeeper keeper([](wire::Op, ByteView) { return std::optional(refusal(Reason::kLedger)); });
  auto connection = keeper.connect();
  ImportRun import(connection, source,
                   {.map = *ImportMap::parse(kMap),
                    .format = ImportFormat::kCsv,
                    .state_path = state_path(),
                    .reject_path = reject_path()},
                   ImportState{});
  EXPECT_EQ(import.run({}).error().code, ErrorCode::kRefused);
  EXPECT_EQ(import.state().taken, 0u);
}

TEST_F(ImportRunTest, LargeRowsAreSplitBelowTheFrameLimit) {
  std::string csv = "Family,Mail\n";
  const std::string value(8000, 'x');
  for (int i = 0; i < 1000; ++i) csv += value + ",a@example.com\n";
  ASSERT_TRUE(run(csv, wire::kImportCustomersMax));
  EXPECT_EQ(imports_.customers, 1000u);
  EXPECT_EQ(imports_.batches.size(), 2u);
}

TEST(ImportState, JobIsTheContentFormatAndMap) {
  const TextByteSource one("a\n"), same("a\n"), other("b\n");
  const auto id = import_job_id(one, ImportFormat::kCsv, "map");
  EXPECT_EQ(*id, *import_job_id(same, ImportFormat::kCsv, "map"));
  EXPECT_NE(*id, *import_job_id(other, ImportFormat::kCsv, "map"));
  EXPECT_NE(*id, *import_job_id(one, ImportFormat::kNdjson, "map"));
  EXPECT_NE(*id, *import_job_id(one, ImportFormat::kCsv, "other map"));
}

TEST(ImportState, BrokenStateIsToldAndNotUsed) {
  const auto path = testing::TempDir() + "bulkhead-state-" + std::to_string(getpid());
  std::ofstream(path) << "{\"job\":\"zz\"}";
  EXPECT_EQ(load_import_state(path).error().code, ErrorCode::kMalformed);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace bulkhead::cli
