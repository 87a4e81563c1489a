// A replica follows its ledger, is a ledger by itself, and brings the ledger back; what it may not
// follow it leaves alone.
#include "ledger/replica.h"

#include <chrono>

#include "ledger/faulty_disk_for_test.h"
#include "ledger/ledger_for_test.h"
#include "ledger/verify.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

class ReplicaTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() { ledger_ = open_ledger_for_test(home_.path(), disk_).value(); }
  void grow(std::uint64_t to, bool checkpoint = true) {
    for (auto at = ledger_->size().value; at < to; at += 100)
      ASSERT_TRUE(ledger_->append(entries_for_test(at, std::min(at + 100, to))));
    if (checkpoint) {
      ASSERT_TRUE(ledger_->checkpoint_now());
    }
  }
  // Each pass copies tiles as well.
  std::unique_ptr<Replica> follow(Disk& disk, std::uint32_t settle_interval_ms = 0) {
    return std::make_unique<Replica>(*ledger_,
                                     ReplicaOptions{.directory = away_.path(),
                                                    .origin = std::string(kOriginForTest),
                                                    .key = signing_key_for_test(),
                                                    .disk = &disk,
                                                    .interval_ms = 1,
                                                    .settle_interval_ms = settle_interval_ms,
                                                    .retry_ms = 1});
  }
  template <class Holds>
  static bool wait_until(const Holds& holds) {
    for (int look = 0; look < 5'000; ++look) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }
  bool has_all(const Replica& replica) {
    return wait_until([&] {
      const auto there = replica.standing();
      return there.trouble == nullptr && there.size == ledger_->size();
    });
  }
  std::string trouble_of(const Replica& replica) {
    EXPECT_TRUE(wait_until([&] { return replica.standing().trouble != nullptr; }));
    const auto* const trouble = replica.standing().trouble;
    return trouble == nullptr ? "" : trouble;
  }
  VerifyReport verify_copy() const {
    DirectorySource source(away_.path());
    return verify_ledger(source, {.verifier_key = ledger_->verifier_key()});
  }

  TestDirectory home_, away_;
  PosixDisk disk_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(ReplicaTest, FollowsTilesAndTailAndVerifiesByItself) {
  const auto replica = follow(disk_);
  for (const std::uint64_t size : {1u, 255u, 256u, 700u, 1'000u}) {
    grow(size);
    ASSERT_TRUE(has_all(*replica));
  }
  grow(1'030, false);  // a tail that no checkpoint covers
  ASSERT_TRUE(has_all(*replica));
  const auto report = verify_copy();
  EXPECT_TRUE(report.ok) << report.problems.front();
  EXPECT_EQ(report.size.value + report.journal_entries, 1'030u);
}

TEST_F(ReplicaTest, BringsTheLedgerBackWithItsTail) {
  {
    const auto replica = follow(disk_);
    grow(600);
    ASSERT_TRUE(has_all(*replica));
    grow(777, false);
    ASSERT_TRUE(has_all(*replica));
    fs::copy(away_.path(), home_.path() + "-back", fs::copy_options::recursive);  // both run
  }
  ledger_.reset();
  fs::remove_all(home_.path());
  fs::rename(home_.path() + "-back", home_.path());
  open();
  EXPECT_EQ(ledger_->size().value, 777u);
  std::uint64_t seen = 0;
  ASSERT_TRUE(ledger_->read({0}, {777}, [&](LeafIndex index, const Entry& entry) {
    EXPECT_EQ(entry, entry_for_test(index.value));
    return ++seen != 0;
  }));
  EXPECT_EQ(seen, 777u);
  grow(900);
}

// The replica's checkpoint is seconds old, that of the second place is not; its journal reaches
// there all the same.
TEST_F(ReplicaTest, ItsJournalReachesWhatTheSecondPlaceHolds) {
  TestDirectory elsewhere;
  const auto second = elsewhere.file("checkpoint");
  ledger_.reset();
  fs::remove_all(home_.path());
  ledger_ = open_ledger_for_test(home_.path(), disk_, 3'600'000, second).value();
  grow(300);
  {
    const auto replica = follow(disk_, 3'600'000);
    ASSERT_TRUE(has_all(*replica));
    grow(500);
    ASSERT_TRUE(has_all(*replica));
    fs::copy(away_.path(), home_.path() + "-back", fs::copy_options::recursive);
    ASSERT_TRUE(ledger_->close());
  }
  ledger_.reset();
  const auto behind = home_.path() + "-back";
  {
    const auto reopened = open_ledger_for_test(behind, disk_, 3'600'000, second);
    ASSERT_TRUE(reopened) << reopened.error().context;
    EXPECT_EQ((*reopened)->checkpoint_size().value, 500u);
  }
  // Without its journal's end it is an old copy, and refused.
  fs::remove_all(behind);
  fs::copy(away_.path(), behind, fs::copy_options::recursive);
  ledger_ = open_ledger_for_test(home_.path(), disk_, 3'600'000, second).value();
  grow(600);
  EXPECT_EQ(open_ledger_for_test(behind, disk_, 3'600'000, second).error().code,
            ErrorCode::kConflict);
  fs::remove_all(behind);
}

TEST_F(ReplicaTest, ALedgerThatWasClosedStandsThereWhole) {
  auto replica = follow(disk_, 3'600'000);
  grow(520);
  grow(530, false);
  ASSERT_TRUE(ledger_->close());
  replica->stop();
  const auto report = verify_copy();
  EXPECT_TRUE(report.ok) << report.problems.front();
  EXPECT_EQ(report.size.value, 530u);
}

TEST_F(ReplicaTest, IsTakenUpAgainWhereItEnded) {
  grow(300);
  {
    EXPECT_TRUE(has_all(*follow(disk_)));
  }
  grow(900);
  const auto replica = follow(disk_);
  ASSERT_TRUE(has_all(*replica));
  const auto report = verify_copy();
  EXPECT_TRUE(report.ok) << report.problems.front();
  EXPECT_EQ(report.size.value, 900u);
}

TEST_F(ReplicaTest, AFailingDiskIsToldAndNeverTheLedgersTrouble) {
  grow(100);
  for (int fail_from = 1; fail_from < 40; fail_from += 3) {
    FailingDisk failing(fail_from);
    {
      const auto replica = follow(failing);
      for (int turn = 0; turn < 1'000 && replica->standing().trouble == nullptr; ++turn) {
        grow(ledger_->size().value + 10);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      EXPECT_NE(replica->standing().trouble, nullptr) << fail_from;
      EXPECT_FALSE(ledger_->broken());
    }
    const auto replica = follow(disk_);  // and once it works again, all is there
    ASSERT_TRUE(has_all(*replica)) << trouble_of(*replica);
    const auto report = verify_copy();
    EXPECT_TRUE(report.ok) << report.problems.front();
  }
}

TEST_F(ReplicaTest, AFolderThatIsNotThereIsNotMade) {
  grow(10);
  fs::remove_all(away_.path());
  const auto replica = follow(disk_);
  EXPECT_NE(trouble_of(*replica).find("cannot be reached"), std::string::npos);
  EXPECT_FALSE(fs::exists(away_.path()));
  fs::create_directories(away_.path());
  EXPECT_TRUE(has_all(*replica));  // mounted at last
}

TEST_F(ReplicaTest, AnotherLedgersFolderIsLeftAlone) {
  const auto foreign = "another checkpoint\n";
  ASSERT_TRUE(disk_.write_durably(away_.file("checkpoint"), view_of(foreign)));
  grow(10);
  const auto replica = follow(disk_);
  EXPECT_NE(trouble_of(*replica).find("another ledger"), std::string::npos);
  EXPECT_EQ(text_of(disk_.read(away_.file("checkpoint"), 100).value()), foreign);
}

TEST_F(ReplicaTest, OneThatIsAheadOfTheLedgerIsLeftAlone) {
  grow(100);
  ASSERT_TRUE(ledger_->close());
  TestDirectory old;
  fs::copy(home_.path(), old.path() + "/ledger", fs::copy_options::recursive);
  open();
  grow(400);
  {
    EXPECT_TRUE(has_all(*follow(disk_)));
  }
  ledger_.reset();
  fs::remove_all(home_.path());
  fs::copy(old.path() + "/ledger", home_.path(), fs::copy_options::recursive);
  open();
  const auto replica = follow(disk_);
  EXPECT_NE(trouble_of(*replica).find("rolled back"), std::string::npos);
  DirectorySource source(away_.path());
  EXPECT_EQ(verify_ledger(source, {.verifier_key = ledger_->verifier_key()}).size.value, 400u);
}

TEST_F(ReplicaTest, TwoHousesCannotShareOne) {
  grow(10);
  const auto first = follow(disk_);
  ASSERT_TRUE(has_all(*first));
  EXPECT_FALSE(trouble_of(*follow(disk_)).empty());
}

}  // namespace
}  // namespace bulkhead
