// A disk that fills: the ledger still writes what it must, holds its checkpoints, loses nothing,
// and comes back.
#include "ledger/space.h"

#include "ledger/ledger_for_test.h"
#include "ledger/quota_disk.h"
#include "ledger/verify.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kReserve = 1u << 20;
constexpr std::uint64_t kLow = 256u << 10;
constexpr std::size_t kAtOnce = 50;

class SpaceTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> open(Disk& disk, std::uint64_t reserve = kReserve) {
    auto ledger = Ledger::open({.directory = directory_.path(),
                                .origin = std::string(kOriginForTest),
                                .key = signing_key_for_test(),
                                .disk = &disk,
                                .second_place = {},
                                .checkpoint_delay_ms = 1,
                                .settle_interval_ms = 20,
                                .space = {.reserve_bytes = reserve, .low_bytes = kLow},
                                .on_broken = {}});
    EXPECT_TRUE(ledger) << ledger.error().context;
    return ledger ? std::move(*ledger) : nullptr;
  }
  static bool append(Ledger& ledger) {
    const auto size = ledger.size().value;
    return ledger.append(entries_for_test(size, size + kAtOnce)).has_value();
  }
  // Until the disk counts as full.
  static void fill(Ledger& ledger) {
    for (int turn = 0; turn < 20'000 && !ledger.space_low(true); ++turn)
      ASSERT_TRUE(append(ledger));
    ASSERT_TRUE(ledger.space_low());
  }
  std::uint64_t bytes_there() const {
    std::uint64_t bytes = 0;
    for (const auto& item : std::filesystem::recursive_directory_iterator(directory_.path()))
      bytes += item.is_regular_file() ? item.file_size() : 0;
    return bytes;
  }
  std::uint64_t reserve_bytes() const {
    std::error_code error;
    return std::filesystem::file_size(directory_.file("reserve"), error);
  }

  TestDirectory directory_;
};

TEST_F(SpaceTest, AFullDiskStillTakesEntriesFromWhatWasHeldBack) {
  QuotaDisk disk(directory_.path(), kReserve + 3 * kLow);
  auto ledger = open(disk);
  EXPECT_EQ(ledger->space_held_back(), kReserve);
  EXPECT_EQ(reserve_bytes(), kReserve);
  fill(*ledger);
  const auto covered = ledger->checkpoint_size();
  EXPECT_EQ(ledger->checkpoint_now().error().code, ErrorCode::kUnavailable);
  for (int turn = 0; turn < 100; ++turn) ASSERT_TRUE(append(*ledger));  // 800 KiB
  EXPECT_LT(ledger->space_held_back(), kReserve);
  EXPECT_FALSE(ledger->broken());
  EXPECT_LE(covered, ledger->checkpoint_size());
  const auto size = ledger->size();
  ASSERT_TRUE(ledger->close());  // without a checkpoint: nothing but the journal has room

  // It starts on the full disk, knows everything, and writes on.
  {
    QuotaDisk still_full(directory_.path(), bytes_there() + 1024);
    ledger = open(still_full);
    ASSERT_NE(ledger, nullptr);
    EXPECT_TRUE(ledger->space_low());
    EXPECT_EQ(ledger->size(), size);
    EXPECT_TRUE(append(*ledger));
    ASSERT_TRUE(ledger->close());
  }
  // With room again it holds back anew, and checkpoints cover all.
  PosixDisk roomy;
  ledger = open(roomy);
  EXPECT_EQ(ledger->space_held_back(), kReserve);
  ASSERT_TRUE(ledger->checkpoint_now());
  EXPECT_EQ(ledger->checkpoint_size().value, size.value + kAtOnce);
  ASSERT_TRUE(ledger->close());
  DirectorySource source(directory_.path());
  const auto report = verify_ledger(source, {.verifier_key = ledger->verifier_key()});
  EXPECT_TRUE(report.ok) << report.problems.front();
}

TEST_F(SpaceTest, WhatComesBackIsHeldBackAgainWhileItRuns) {
  QuotaDisk disk(directory_.path(), kReserve + 16 * kLow);
  const auto ledger = open(disk);
  const auto ballast = directory_.file("ballast");
  ASSERT_TRUE(disk.take_space(ballast, 15 * kLow + kLow / 2));
  fill(*ledger);
  for (int turn = 0; turn < 60; ++turn) ASSERT_TRUE(append(*ledger));
  EXPECT_LT(ledger->space_held_back(), kReserve);
  ASSERT_TRUE(disk.remove(ballast));
  for (int look = 0; look < 2'000 && ledger->space_held_back() < kReserve; ++look) {
    ledger->space_low(true);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_FALSE(ledger->space_low());
  EXPECT_EQ(ledger->space_held_back(), kReserve);
  EXPECT_TRUE(ledger->checkpoint_now());
}

TEST_F(SpaceTest, WhenAllIsUsedUpTheLedgerEndsAndNothingIsLost) {
  PosixDisk roomy;
  QuotaDisk disk(directory_.path(), kReserve + 3 * kLow);
  auto ledger = open(disk);
  std::uint64_t acknowledged = 0;
  for (int turn = 0; turn < 20'000 && append(*ledger); ++turn) acknowledged = ledger->size().value;
  EXPECT_EQ(ledger->space_held_back(), 0u);
  EXPECT_FALSE(append(*ledger));
  ledger.reset();
  ledger = open(roomy);
  EXPECT_GE(ledger->size().value, acknowledged);
  EXPECT_TRUE(append(*ledger));
}

// Without anything held back, the first write that finds the disk full is the last.
TEST_F(SpaceTest, WithoutItAFullDiskEndsTheLedger) {
  QuotaDisk disk(directory_.path(), 3 * kLow);
  const auto ledger = open(disk, 0);
  for (int turn = 0; turn < 20'000 && append(*ledger); ++turn)
    EXPECT_FALSE(ledger->space_low(true));
  EXPECT_TRUE(ledger->broken());
  EXPECT_FALSE(std::filesystem::exists(directory_.file("reserve")));
}

TEST_F(SpaceTest, AFileKeepsItsLengthWhenItCannotGrow) {
  QuotaDisk disk(directory_.path(), 100'000);
  ASSERT_TRUE(disk.take_space(directory_.file("some"), 50'000));
  EXPECT_EQ(disk.take_space(directory_.file("some"), 200'000).error().code,
            ErrorCode::kUnavailable);
  EXPECT_EQ(std::filesystem::file_size(directory_.file("some")), 50'000u);
  EXPECT_LE(disk.free_bytes(directory_.path()).value(), 50'000u);
  EXPECT_EQ(disk.write_durably(directory_.file("more"), Bytes(60'000)).error().code,
            ErrorCode::kUnavailable);
  EXPECT_TRUE(disk.write_loosely(directory_.file("more"), Bytes(40'000)));
  EXPECT_TRUE(disk.remove(directory_.file("some")));
  EXPECT_TRUE(disk.write_durably(directory_.file("more"), Bytes(45'000)));
}

// The kernel's own promise: room beyond the end of a file whose length stays as it is.
TEST_F(SpaceTest, RoomIsTakenWithoutALongerFile) {
  PosixDisk disk;
  const auto file = disk.open_append(directory_.file("journal")).value();
  const auto free = disk.free_bytes(directory_.path()).value();
  Space space(disk, directory_.path(), {.reserve_bytes = 1u << 16, .low_bytes = free / 2});
  space.open();
  EXPECT_FALSE(space.look());
  EXPECT_TRUE(space.make_room(*file, 10'000));
  EXPECT_EQ(std::filesystem::file_size(directory_.file("journal")), 0u);
  EXPECT_EQ(space.held_back(), 1u << 16);
}

}  // namespace
}  // namespace bulkhead
