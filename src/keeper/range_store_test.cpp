#include "keeper/range_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

namespace bulkhead {
namespace {

// SHA-1 of "password" and of "abc" (FIPS 180-2, appendix A.1), and two more of one prefix.
constexpr std::string_view kPassword = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
constexpr std::string_view kAbc = "A9993E364706816ABA3E25717850C26C9CD0D89D";

class RangeStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              fmt::format("range-{}-{}", ::getpid(),
                          testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Result<RangeBuild> build(std::string_view list,
                           std::size_t bucket_entries_max = kRangeBucketEntriesMax) {
    std::ofstream(folder_ / "list.txt", std::ios::binary) << list;
    return RangeStore::build(folder_ / "list.txt", folder_, bucket_entries_max);
  }
  std::filesystem::path folder_;
};

TEST_F(RangeStoreTest, FindsWhatIsInTheListOnly) {
  const auto built = build(fmt::format("{}:3\r\n{}:42\n", kAbc, kPassword));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->lines, 2u);
  EXPECT_EQ(built->digests, 2u);
  const auto store = RangeStore::open(folder_);
  ASSERT_TRUE(store);
  EXPECT_EQ(store->digests(), 2u);
  EXPECT_EQ(store->count_of("password").value(), 42u);
  EXPECT_TRUE(store->contains("abc").value());
  EXPECT_FALSE(store->contains("Password").value());
  EXPECT_FALSE(store->contains("").value());
}

TEST_F(RangeStoreTest, AnswersTheRangeFormatInOrder) {
  ASSERT_TRUE(build(
      "5BAA6FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:7\n5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:9\n"
      "5BAA700000000000000000000000000000000000:1\n5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:42\n"));
  const auto store = RangeStore::open(folder_);
  ASSERT_TRUE(store);
  EXPECT_EQ(store->digests(), 3u);  // the same digest twice counts once, with the larger count
  EXPECT_EQ(store->range_text("5BAA6").value(),
            "1E4C9B93F3F0682250B6CF8331B7EE68FD8:42\r\nFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:7");
  EXPECT_EQ(store->range_text("5baa7").value(), "00000000000000000000000000000000000:1");
  EXPECT_EQ(store->range_text("FFFFF").value(), "");
  for (const auto* prefix : {"", "5BAA", "5BAA61", "5BAAG", "-BAA6", "0x5BA"})
    EXPECT_FALSE(store->range_text(prefix));
}

TEST_F(RangeStoreTest, EmptyListMakesAStoreThatKnowsNothing) {
  ASSERT_TRUE(build(""));
  const auto store = RangeStore::open(folder_);
  ASSERT_TRUE(store);
  EXPECT_FALSE(store->contains("password").value());
}

TEST_F(RangeStoreTest, AgreesWithAListInRandomOrder) {
  std::mt19937_64 random(7);
  std::string list;
  std::vector<std::string> lines;
  for (int i = 0; i < 5000; ++i) {
    lines.push_back(fmt::format("{:05X}{:016X}{:016X}{:03X}:{}\n", random() % 64, random(),
                                random(), random() % 4096, 1 + random() % 9));
    list += lines.back();
  }
  ASSERT_TRUE(build(list));
  const auto store = RangeStore::open(folder_);
  ASSERT_TRUE(store);
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (int prefix = 0; prefix < 64; ++prefix) {
    auto name = fmt::format("{:05X}", prefix);
    auto text = store->range_text(name).value();
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find("\r\n", at), text.size());
      all += name + text.substr(at, end - at) + "\n";
      at = end + 2;
    }
  }
  std::string expected;
  for (const auto& line : lines) expected += line;
  EXPECT_EQ(all, expected);
}

TEST_F(RangeStoreTest, RefusesOtherLinesAndLeavesTheOldStore) {
  ASSERT_TRUE(build(fmt::format("{}:42\n", kPassword)));
  const auto code = [&](std::string_view list) {
    const auto built = build(list);
    return built ? ErrorCode::kIo : built.error().code;
  };
  EXPECT_EQ(code("hello\n"), ErrorCode::kMalformed);
  EXPECT_EQ(code(fmt::format("{}\n", kAbc)), ErrorCode::kMalformed);
  EXPECT_EQ(code(fmt::format("{}:\n", kAbc)), ErrorCode::kMalformed);
  EXPECT_EQ(code(fmt::format("{}:-1\n", kAbc)), ErrorCode::kMalformed);
  EXPECT_EQ(code(fmt::format("{}:99999999999\n", kAbc)), ErrorCode::kMalformed);
  EXPECT_EQ(code("Z" + std::string(kAbc.substr(1)) + ":1\n"), ErrorCode::kMalformed);
  EXPECT_EQ(code(std::string(kRangeLineBytesMax + 10, 'A') + "\n"), ErrorCode::kTooLarge);
  const auto store = RangeStore::open(folder_);
  ASSERT_TRUE(store);
  EXPECT_TRUE(store->contains("password").value());
}

TEST_F(RangeStoreTest, BucketHasALimit) {
  const auto list = fmt::format("{}:1\n5BAA6FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:7\n", kPassword);
  EXPECT_TRUE(build(list, 2));
  EXPECT_EQ(build(list, 1).error().code, ErrorCode::kTooLarge);
}

TEST_F(RangeStoreTest, OpenRefusesDamage) {
  EXPECT_EQ(RangeStore::open(folder_).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(build(fmt::format("{}:42\n", kPassword)));
  const auto path = folder_ / kRangeFileName;
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_EQ(RangeStore::open(folder_).error().code, ErrorCode::kMalformed);
  std::filesystem::resize_file(path, 3);
  EXPECT_EQ(RangeStore::open(folder_).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace bulkhead
