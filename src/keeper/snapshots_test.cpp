// Snapshots on a disk, beside a real ledger: the newest that fits is taken up, whatever else lies
// there.
#include "keeper/snapshots.h"

#include <gtest/gtest.h>

#include <future>

#include "keeper/keeper.h"
#include "keeper/state_for_test.h"
#include "ledger/journal.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

class SnapshotsTest : public testing::Test {
 protected:
  // Entries that a fold takes go to the ledger, and the state follows.
  void append(int count) { append_to(home_, count); }
  void append_to(FolderForTest& home, int count) {
    for (int i = 0; i < count; ++i) {
      auto made = life_.next();
      made.entry.sealed_customer =
          seal_customer(*home.folder->ring, made.customer, made.entry.salt);
      ASSERT_TRUE(home.folder->ledger->append({&made.entry, 1}));
      ASSERT_TRUE(state_.apply(made.entry, made.customer));
    }
    ASSERT_TRUE(home.folder->ledger->checkpoint_now());
  }
  TreeSize size() const { return home_.folder->ledger->size(); }
  Status store() { return home_.snapshots().store(home_.snapshots().seal(state_, size())); }
  std::string file_of(TreeSize at) const {
    return home_.path("snapshots/" + journal_name({at.value}));
  }
  Bytes read(const std::string& path) { return *home_.folder->disk->read(path, 1u << 30); }
  void write(const std::string& path, ByteView bytes) {
    ASSERT_TRUE(home_.folder->disk->write_durably(path, bytes));
  }

  FolderForTest home_;
  RandomEntries life_{11};
  State state_;
};

TEST_F(SnapshotsTest, TheNewestComesBackAndOlderOnesGo) {
  EXPECT_FALSE(home_.snapshots().newest());
  std::vector<TreeSize> at;
  for (int i = 0; i < 4; ++i) {
    append(50);
    ASSERT_TRUE(store());
    at.push_back(size());
  }
  const auto newest = home_.snapshots().newest();
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->size, at.back());
  EXPECT_EQ(encode_state(newest->state), encode_state(state_));
  EXPECT_FALSE(fs::exists(file_of(at[0])));
  EXPECT_FALSE(fs::exists(file_of(at[1])));
  EXPECT_TRUE(fs::exists(file_of(at[2])));
}

TEST_F(SnapshotsTest, DamagedOnesArePassedOver) {
  append(50);
  ASSERT_TRUE(store());
  const auto older = size();
  append(50);
  ASSERT_TRUE(store());
  const auto newer = size();
  const auto whole = read(file_of(newer));
  const auto expect_older = [&](const Bytes& bytes, std::size_t what) {
    write(file_of(newer), bytes);
    const auto found = home_.snapshots().newest();
    ASSERT_TRUE(found) << what;
    EXPECT_EQ(found->size, older) << what;
  };
  for (std::size_t i = 0; i < whole.size(); i += 1 + whole.size() / 200) {
    auto flipped = whole;
    flipped[i] ^= 4;
    expect_older(flipped, i);
    expect_older(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i)), i);
  }
  auto longer = whole;
  longer.push_back(0);
  expect_older(longer, whole.size());
  expect_older(read(file_of(older)), 0);  // under another one's name
  write(file_of(newer), whole);
  EXPECT_EQ(home_.snapshots().newest()->size, newer);
}

// Chunks are bound to their file and place: those of two snapshots of one size do not mix.
TEST_F(SnapshotsTest, ChunksOfTwoSnapshotsDoNotMix) {
  append(50);
  ASSERT_TRUE(store());
  const auto first = read(file_of(size()));
  ASSERT_TRUE(store());
  const auto second = read(file_of(size()));
  ASSERT_EQ(first.size(), second.size());
  const std::size_t head = 48;
  auto mixed = first;
  std::copy(second.begin() + head, second.end(), mixed.begin() + head);
  write(file_of(size()), mixed);
  EXPECT_FALSE(home_.snapshots().newest());
}

TEST_F(SnapshotsTest, ForeignAndTooNewOnesArePassedOver) {
  append(50);
  ASSERT_TRUE(store());
  const auto bytes = read(file_of(size()));
  FolderForTest other;  // other keys, another ledger
  const auto name = "snapshots/" + journal_name({size().value});
  ASSERT_TRUE(other.folder->disk->make_directories(other.path("snapshots")));
  ASSERT_TRUE(other.folder->disk->write_durably(other.path(name), bytes));
  EXPECT_FALSE(other.snapshots().newest());  // too new: the ledger there has one entry
  append_to(other, 60);
  EXPECT_FALSE(other.snapshots().newest());
  // The same keys, but a ledger that went another way from its first entry on.
  fs::remove_all(home_.path("ledger"));
  home_.reopen();
  state_ = State();
  life_ = RandomEntries(12);
  append(60);
  EXPECT_FALSE(home_.snapshots().newest());
}

TEST_F(SnapshotsTest, NeedsACheckpointAndLeavesTheOldOnesWhenItFails) {
  append(50);
  ASSERT_TRUE(store());
  const auto older = size();
  const TreeSize ahead{size().value + 1};
  const auto sealed = home_.snapshots().seal(state_, ahead);
  EXPECT_EQ(home_.snapshots().store(sealed).error().code, ErrorCode::kNotFound);
  append(50);
  ASSERT_TRUE(home_.folder->disk->make_directories(file_of(size()) + ".new"));  // cannot be opened
  EXPECT_EQ(store().error().code, ErrorCode::kIo);
  EXPECT_EQ(home_.snapshots().newest()->size, older);
}

TEST_F(SnapshotsTest, WhatAKillLeftHalfWrittenGoesWithTheNextOne) {
  append(50);
  ASSERT_TRUE(store());
  append(50);
  write(file_of(size()) + ".new", view_of("half"));
  append(50);
  ASSERT_TRUE(store());
  EXPECT_EQ(std::distance(fs::directory_iterator(home_.path("snapshots")), {}), 2);
  EXPECT_EQ(home_.snapshots().newest()->size, size());
}

TEST_F(SnapshotsTest, HoldsNoCustomerInClear) {
  append(50);
  ASSERT_TRUE(store());
  const auto clear = encode_state(state_);
  const auto file = read(file_of(size()));
  for (std::size_t at = 0; at + 16 <= clear.size(); at += 16) {
    const auto piece = ByteView(clear).subspan(at, 16);
    if (std::ranges::count(piece, 0) > 8) continue;
    EXPECT_TRUE(std::ranges::search(file, piece).empty()) << at;
  }
}

// A keeper without its loop: what it does when a snapshot is due.
class KeeperWithSnapshots : public SnapshotsTest {
 protected:
  KeeperParts parts() {
    return {.clock = clock_,
            .ring = *home_.folder->ring,
            .vault = *home_.folder->vault,
            .reader = *reader_,
            .ledger = *home_.folder->ledger,
            .writer_lane = lane_,
            .hashing_lane = lane_,
            .imports = imports_,
            .mailbox = mailbox_,
            .snapshots = &snapshots_,
            .snapshot_lane = &lane_,
            .origin = home_.folder->origin,
            .demo = true,
            .without = {}};
  }
  // Records so many entries and makes them durable under a checkpoint.
  void record(Keeper& keeper, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      Entry entry;
      entry.kind = EntryKind::kReveal;
      entry.grade = Grade::kMasked;
      entry.column = static_cast<std::uint8_t>(Column::kMasked);
      entry.keeper_ms = entry.wall_ms = keeper.now_ms();
      keeper.record(std::move(entry), CustomerNumber(static_cast<std::uint32_t>(1 + i % 1000)));
      if (keeper.turn().entries.size() == kAppendEntriesMax) settle(keeper);
    }
    settle(keeper);
  }
  void settle(Keeper& keeper) {
    const auto entries = std::exchange(keeper.turn().entries, {});
    ASSERT_TRUE(home_.folder->ledger->append(entries));
    ASSERT_TRUE(home_.folder->ledger->checkpoint_now());
  }
  // Two ticks: one seals, the next, under a checkpoint, hands it to the lane.
  void tick(Keeper& keeper) {
    for (int i = 0; i < 2; ++i) {
      keeper.begin_turn();
      keeper.sweep();
    }
    std::promise<void> written;
    ASSERT_TRUE(lane_.submit([&written] { written.set_value(); }));
    written.get_future().wait();
  }
  TreeSize newest() const {
    const auto found = snapshots_.newest();
    return found ? found->size : TreeSize{};
  }

  FakeClock clock_;
  std::unique_ptr<VaultReader> reader_ =
      VaultReader::open(home_.path(""), *home_.folder->ring).value();
  WorkLane lane_{1, 4};
  ImportQueue imports_;
  Mailbox mailbox_;
  Snapshots snapshots_ = home_.snapshots();
};

TEST_F(KeeperWithSnapshots, TakesOneEveryHundredThousandEntriesAndAtMostOnceInTenMinutes) {
  Keeper keeper(parts());
  ASSERT_TRUE(keeper.start());
  record(keeper, kSnapshotEntries - 10);
  tick(keeper);
  EXPECT_EQ(newest(), TreeSize{});
  record(keeper, 10);
  tick(keeper);
  const auto first = newest();
  EXPECT_EQ(first, size());
  record(keeper, kSnapshotEntries);
  tick(keeper);
  EXPECT_EQ(newest(), first);  // too soon
  clock_.advance_ms(kSnapshotIntervalMs);
  tick(keeper);
  EXPECT_EQ(newest(), size());
  record(keeper, 5);
  keeper.snapshot_at_end();
  EXPECT_EQ(newest(), size());
}

// What is sealed while entries wait for the disk is written only under a checkpoint that covers
// them.
TEST_F(KeeperWithSnapshots, WaitsForTheCheckpointAndIsSnapshotPlusTailAtTheNextStart) {
  Keeper keeper(parts());
  ASSERT_TRUE(keeper.start());
  record(keeper, kSnapshotEntries - 1);
  Entry entry;
  entry.kind = EntryKind::kGrant;
  entry.detail = wire::encode(GrantDetail{1, 1});
  keeper.record(entry);
  tick(keeper);
  EXPECT_EQ(newest(), TreeSize{});
  record(keeper, 1);
  tick(keeper);
  EXPECT_EQ(newest().value, size().value - 1);
  for (const bool recompute : {false, true}) {
    auto again = parts();
    again.recompute = recompute;
    Keeper next(std::move(again));
    ASSERT_TRUE(next.start());
    next.turn() = {};
  }
}

// --recompute tells when a snapshot says something else than the entries do.
TEST_F(KeeperWithSnapshots, RecomputeFindsASnapshotThatLies) {
  {
    Keeper keeper(parts());
    ASSERT_TRUE(keeper.start());
    record(keeper, 10);
  }
  State lie;
  ASSERT_TRUE(snapshots_.store(snapshots_.seal(lie, size())));
  auto checked = parts();
  checked.recompute = true;
  Keeper keeper(std::move(checked));
  const auto started = keeper.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace bulkhead
