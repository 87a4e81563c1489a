// The second place of the checkpoint: what it catches at start and while the ledger runs.
#include "ledger/second_place.h"

#include "ledger/checkpoint.h"
#include "ledger/faulty_disk_for_test.h"
#include "ledger/ledger_for_test.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

class SecondPlaceTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Ledger>> open(const std::string& name, bool unanchored = false) {
    return Ledger::open({.directory = directory_.file(name),
                         .origin = std::string(kOriginForTest),
                         .key = signing_key_for_test(),
                         .disk = &disk_,
                         .second_place = second_,
                         .unanchored = unanchored,
                         .checkpoint_delay_ms = 3'600'000,
                         .on_broken = {}});
  }
  void append(Ledger& ledger, std::uint64_t from, std::uint64_t to) {
    ASSERT_TRUE(ledger.append(entries_for_test(from, to)));
    ASSERT_TRUE(ledger.checkpoint_now());
  }
  void fill() {
    const auto ledger = open("ledger");
    ASSERT_TRUE(ledger);
    append(**ledger, 0, 10);
    EXPECT_TRUE((*ledger)->anchored());
    ASSERT_TRUE((*ledger)->close());
  }
  void copy(const std::string& from, const std::string& to) {
    fs::copy(directory_.file(from), directory_.file(to), fs::copy_options::recursive);
  }
  ErrorCode refusal(const std::string& name, bool unanchored = false) {
    const auto opened = open(name, unanchored);
    EXPECT_FALSE(opened);
    return opened ? ErrorCode{} : opened.error().code;
  }
  std::string held() { return std::string(text_of(disk_.read(second_, kNoteBytesMax).value())); }

  TestDirectory directory_;
  PosixDisk disk_;
  std::string second_ = (fs::create_directory(directory_.path() + "/elsewhere"),
                         directory_.path() + "/elsewhere/checkpoint");
};

TEST_F(SecondPlaceTest, SwapsOnlyWhatItExpects) {
  SecondPlace one(disk_, second_);
  SecondPlace two(disk_, second_);
  EXPECT_EQ(one.look().value(), std::nullopt);
  EXPECT_EQ(two.look().value(), std::nullopt);
  EXPECT_TRUE(one.swap("a"));
  EXPECT_EQ(two.swap("b").error().code, ErrorCode::kConflict);
  EXPECT_EQ(held(), "a");
  EXPECT_TRUE(one.swap("c"));
  EXPECT_EQ(two.look().value(), "c");
  EXPECT_TRUE(two.swap("d"));
  EXPECT_EQ(one.swap("e").error().code, ErrorCode::kConflict);
  fs::remove(second_);  // gone is something else, too
  EXPECT_EQ(two.swap("f").error().code, ErrorCode::kConflict);
}

TEST_F(SecondPlaceTest, AWriterAtWorkKeepsOthersOut) {
  SecondPlace one(disk_, second_);
  EXPECT_TRUE(one.look());
  const auto lock = disk_.lock(second_ + ".lock");
  ASSERT_TRUE(lock);
  EXPECT_EQ(one.swap("a").error().code, ErrorCode::kConflict);
  EXPECT_EQ(one.look().error().code, ErrorCode::kConflict);
}

TEST_F(SecondPlaceTest, FollowsEveryCheckpoint) {
  fill();
  const auto ledger = open("ledger").value();
  append(*ledger, 10, 12);
  EXPECT_EQ(held(), ledger->checkpoint_text());
}

TEST_F(SecondPlaceTest, RefusesARestoredLedgerAlsoUnanchored) {
  fill();
  copy("ledger", "backup");
  {
    const auto ledger = open("ledger");
    ASSERT_TRUE(ledger);
    append(**ledger, 10, 20);
  }
  EXPECT_EQ(refusal("backup"), ErrorCode::kConflict);
  EXPECT_EQ(refusal("backup", true), ErrorCode::kConflict);
  EXPECT_EQ(refusal("new one"), ErrorCode::kConflict);
  // Longer than the backup's, but another history.
  const auto away = std::exchange(second_, "");
  {
    const auto forked = open("backup");
    ASSERT_TRUE(forked);
    append(**forked, 100, 130);
  }
  second_ = away;
  EXPECT_EQ(refusal("backup"), ErrorCode::kConflict);
  EXPECT_TRUE(open("ledger"));
}

// Two keepers on copies of one directory, both running: the second to write loses, and for good.
TEST_F(SecondPlaceTest, TwoRunningCopiesCannotBothGoOn) {
  fill();
  copy("ledger", "clone");
  const auto ledger = open("ledger").value();
  const auto clone = open("clone").value();
  append(*ledger, 10, 11);
  ASSERT_TRUE(clone->append(entries_for_test(50, 51)));
  EXPECT_EQ(clone->checkpoint_now().error().code, ErrorCode::kConflict);
  EXPECT_TRUE(clone->broken());
  EXPECT_FALSE(clone->append(entries_for_test(51, 52)));
  append(*ledger, 11, 12);
}

TEST_F(SecondPlaceTest, UnreachableIsRefusedUnlessUnanchored) {
  fill();
  fs::rename(directory_.path() + "/elsewhere", directory_.path() + "/away");
  EXPECT_EQ(refusal("ledger"), ErrorCode::kUnavailable);
  {
    const auto ledger = open("ledger", true);
    ASSERT_TRUE(ledger) << ledger.error().context;
    EXPECT_FALSE((*ledger)->anchored());
    append(**ledger, 10, 20);
  }
  // It comes back, behind: the same history, so it is brought up to date.
  fs::rename(directory_.path() + "/away", directory_.path() + "/elsewhere");
  const auto ledger = open("ledger").value();
  EXPECT_TRUE(ledger->anchored());
  EXPECT_EQ(held(), ledger->checkpoint_text());
}

TEST_F(SecondPlaceTest, AnEmptyOneIsTakenUpOnlyUnanchored) {
  fill();
  fs::remove(second_);  // emptied, or another disk is mounted there
  EXPECT_EQ(refusal("ledger"), ErrorCode::kUnavailable);
  EXPECT_FALSE(fs::exists(second_));
  EXPECT_TRUE(open("ledger", true));
  EXPECT_TRUE(open("ledger"));
}

TEST_F(SecondPlaceTest, ANoteThatIsNotOursIsRefused) {
  fill();
  auto note = held();
  note[note.size() - 10] ^= 1;
  ASSERT_TRUE(disk_.write_durably(second_, view_of(note)));
  EXPECT_FALSE(open("ledger"));
  EXPECT_FALSE(open("ledger", true));
}

}  // namespace
}  // namespace bulkhead
