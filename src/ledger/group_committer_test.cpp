#include "ledger/group_committer.h"

#include <atomic>
#include <map>

#include "ledger/faulty_disk_for_test.h"
#include "ledger/ledger_for_test.h"

namespace bulkhead {
namespace {

TEST(GroupCommitter, ManyCallersGetEveryIndexOnceAndInTheirOrder) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  constexpr std::uint64_t kCallers = 8;
  constexpr std::uint64_t kBatches = 200;
  std::map<std::uint64_t, std::uint64_t> seed_at;  // only the committer thread writes
  std::atomic<int> turns = 0;
  {
    GroupCommitter committer(*ledger, [&] { ++turns; });
    std::vector<std::jthread> callers;
    callers.reserve(kCallers);
    for (std::uint64_t caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        for (std::uint64_t i = 0; i < kBatches; ++i) {
          const auto seed = caller * 10'000 + i * 3;
          const auto status =
              committer.submit(entries_for_test(seed, seed + 1 + i % 3), [&, seed, i](auto first) {
                ASSERT_TRUE(first);
                EXPECT_GE(ledger->size().value, first->value + 1 + i % 3);
                for (std::uint64_t k = 0; k <= i % 3; ++k)
                  EXPECT_TRUE(seed_at.emplace(first->value + k, seed + k).second);
              });
          ASSERT_TRUE(status);
        }
      });
    }
    callers.clear();
    committer.stop();
  }
  EXPECT_GE(turns, 1);
  ASSERT_EQ(seed_at.size(), ledger->size().value);
  std::array<std::uint64_t, kCallers> last{};
  const auto status = ledger->read({0}, ledger->size(), [&](LeafIndex index, const Entry& entry) {
    const auto seed = seed_at.at(index.value);
    EXPECT_EQ(entry, entry_for_test(seed));
    auto& before = last[seed / 10'000];
    EXPECT_GE(seed, before);
    before = seed;
    return true;
  });
  EXPECT_TRUE(status);
}

TEST(GroupCommitter, WhoWaitsForRoomWaitsUntilTheDiskMovesAgain) {
  TestDirectory directory;
  HeldDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  GroupCommitter committer(*ledger);
  disk.hold();
  constexpr std::size_t kBatch = kAppendEntriesMax / 4;
  while (committer.submit(std::vector<Entry>(kBatch), [](const Result<LeafIndex>&) {})) {
  }
  std::atomic<bool> entered = false;
  std::jthread waiter([&] {
    committer.wait_for_room(kBatch);
    entered = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(entered);
  disk.release();
  waiter.join();
  EXPECT_TRUE(committer.submit(std::vector<Entry>(kBatch), [](const Result<LeafIndex>&) {}));
}

TEST(GroupCommitter, RefusesBeyondItsQueueAndAfterStop) {
  TestDirectory directory;
  HeldDisk disk;
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  std::uint64_t answered = 0;
  std::uint64_t accepted = 0;
  {
    GroupCommitter committer(*ledger);
    disk.hold();
    EXPECT_EQ(committer.submit(std::vector<Entry>(kAppendEntriesMax + 1), {}).error().code,
              ErrorCode::kTooLarge);
    Entry bad;
    bad.tags.bits = 0xffff;
    EXPECT_EQ(committer.submit({bad}, {}).error().code, ErrorCode::kMalformed);
    const std::size_t batch = kAppendEntriesMax / 4;
    // The first turn may be out of the queue already, stuck in fdatasync.
    while (accepted <= kCommitQueueEntriesMax + kAppendEntriesMax) {
      const auto status =
          committer.submit(std::vector<Entry>(batch), [&](const Result<LeafIndex>& first) {
            EXPECT_EQ(first.value().value, answered);
            answered += batch;
          });
      if (!status) {
        EXPECT_EQ(status.error().code, ErrorCode::kTooLarge);
        break;
      }
      accepted += batch;
    }
    EXPECT_GE(accepted, kCommitQueueEntriesMax);
    EXPECT_LE(accepted, kCommitQueueEntriesMax + kAppendEntriesMax);
    disk.release();
    committer.stop();
    EXPECT_EQ(committer.submit({}, {}).error().code, ErrorCode::kConflict);
  }
  EXPECT_EQ(answered, accepted);
  EXPECT_EQ(ledger->size().value, accepted);
}

TEST(GroupCommitter, AFailureIsToldToEveryBatch) {
  TestDirectory directory;
  FailingDisk disk(20);
  auto ledger = open_ledger_for_test(directory.path(), disk).value();
  int failures = 0;
  int successes = 0;
  {
    GroupCommitter committer(*ledger);
    for (int i = 0; i < 40; ++i) {
      const auto status =
          committer.submit(entries_for_test(0, 1), [&](const Result<LeafIndex>& first) {
            first ? ++successes : ++failures;
            EXPECT_EQ(first.has_value(), failures == 0);
          });
      ASSERT_TRUE(status);
      if (i < 30) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  EXPECT_EQ(failures + successes, 40);
  EXPECT_GT(failures, 0);
}

TEST(LedgerLimit, AppendWaitsForACheckpointWhenTheTailIsFull) {
  TestDirectory directory;
  PosixDisk disk;
  auto ledger = Ledger::open({.directory = directory.path(),
                              .origin = std::string(kOriginForTest),
                              .key = signing_key_for_test(),
                              .disk = &disk,
                              .second_place = {},
                              .checkpoint_delay_ms = 3'600'000,
                              .tail_entries_max = 100,
                              .on_broken = {}})
                    .value();
  for (std::uint64_t at = 0; at < 1000; at += 50) {
    ASSERT_TRUE(ledger->append(entries_for_test(at, at + 50)));
    EXPECT_LE(ledger->size().value - ledger->checkpoint_size().value, 150u);
  }
  EXPECT_GE(ledger->checkpoint_size().value, 850u);
}

}  // namespace
}  // namespace bulkhead
