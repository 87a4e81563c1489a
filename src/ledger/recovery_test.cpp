#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "ledger/faulty_disk_for_test.h"
#include "ledger/group_committer.h"
#include "ledger/journal.h"
#include "ledger/ledger_for_test.h"
#include "ledger/lossy_disk_for_test.h"
#include "ledger/verify.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

// The directory as a crash would leave it: copied while the ledger is open.
std::string copy_of(const TestDirectory& directory, std::string_view name) {
  const auto to = directory.file(name);
  fs::remove_all(to);
  fs::copy(directory.file("ledger"), to, fs::copy_options::recursive);
  return to;
}

// Everything that a ledger must hold after whatever happened: the entries in order, and files that
// verify.
void expect_whole(Ledger& ledger, const std::string& directory, std::uint64_t entries) {
  ASSERT_EQ(ledger.size(), TreeSize{entries});
  const auto status = ledger.read({0}, {entries}, [](LeafIndex index, const Entry& entry) {
    EXPECT_EQ(entry, entry_for_test(index.value)) << index.value;
    return true;
  });
  ASSERT_TRUE(status) << status.error().context;
  ASSERT_TRUE(ledger.close());
  DirectorySource source(directory);
  const auto report = verify_ledger(source, {.verifier_key = ledger.verifier_key()});
  EXPECT_TRUE(report.ok) << report.problems.front();
  EXPECT_EQ(report.size, TreeSize{entries});
}

class Recovery : public testing::Test {
 protected:
  // Five entries under a checkpoint and three after it, each its own batch, with the journal not
  // yet cut.
  void SetUp() override {
    ledger_ = open_ledger_for_test(directory_.file("ledger"), disk_).value();
    append_each(0, 5);
    ASSERT_TRUE(ledger_->checkpoint_now());
    append_each(5, 8);
  }
  void append_each(std::uint64_t from, std::uint64_t to) {
    for (const auto& entry : entries_for_test(from, to)) ASSERT_TRUE(ledger_->append({&entry, 1}));
  }
  static std::string journal_in(const std::string& directory) {
    return directory + "/journal/" + journal_name(LeafIndex{0});
  }
  void overwrite(const std::string& path, ByteView bytes) {
    ASSERT_TRUE(disk_.write_loosely(path, bytes));
  }

  TestDirectory directory_;
  PosixDisk disk_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(Recovery, TornTailAtEveryByteIsCutToTheLastWholeEntry) {
  const auto whole = disk_.read(journal_in(directory_.file("ledger")), 1 << 20).value();
  const auto scan = scan_journal(whole, {0});
  ASSERT_EQ(scan.offsets.size(), 8u);
  for (auto cut = scan.offsets[6]; cut <= whole.size(); ++cut) {
    const auto copy = copy_of(directory_, "copy");
    fs::resize_file(journal_in(copy), cut);
    auto again = open_ledger_for_test(copy, disk_);
    ASSERT_TRUE(again) << again.error().context;
    const auto entries =
        static_cast<std::uint64_t>(std::count_if(scan.offsets.begin() + 1, scan.offsets.end(),
                                                 [&](auto offset) { return offset <= cut; }) +
                                   (cut == whole.size() ? 1 : 0));
    ASSERT_EQ((*again)->size(), TreeSize{entries}) << cut;
    ASSERT_EQ((*again)->append(entries_for_test(entries, entries + 1)).value(), LeafIndex{entries});
    expect_whole(**again, copy, entries + 1);
  }
}

TEST_F(Recovery, CutIntoWhatACheckpointCoversIsRefused) {
  const auto whole = disk_.read(journal_in(directory_.file("ledger")), 1 << 20).value();
  const auto scan = scan_journal(whole, {0});
  const auto copy = copy_of(directory_, "copy");
  fs::resize_file(journal_in(copy), scan.offsets[5] - 1);
  EXPECT_EQ(open_ledger_for_test(copy, disk_).error().code, ErrorCode::kMalformed);
}

TEST_F(Recovery, DamageBeforeAnAcknowledgedEntryIsRefusedAndNeverCutAway) {
  const auto whole = disk_.read(journal_in(directory_.file("ledger")), 1 << 20).value();
  const auto scan = scan_journal(whole, {0});
  const auto copy = copy_of(directory_, "copy");
  // Entry 6 was durable when entry 7 was written.
  for (auto at = scan.offsets[6]; at < scan.offsets[7]; ++at) {
    auto bad = whole;
    bad[at] ^= 0x40;
    overwrite(journal_in(copy), bad);
    EXPECT_EQ(open_ledger_for_test(copy, disk_).error().code, ErrorCode::kMalformed) << at;
    EXPECT_EQ(fs::file_size(journal_in(copy)), whole.size());
  }
  // Nothing tells whether the last one was acknowledged, so damage there is a torn tail.
  auto bad = whole;
  bad.back() ^= 1;
  overwrite(journal_in(copy), bad);
  EXPECT_EQ(open_ledger_for_test(copy, disk_).value()->size(), TreeSize{7});
}

TEST_F(Recovery, AnEntryThatNoCheckpointCoversMustBeOurs) {
  const auto whole = disk_.read(journal_in(directory_.file("ledger")), 1 << 20).value();
  const auto scan = scan_journal(whole, {0});
  const auto copy = copy_of(directory_, "copy");
  const auto added = [&](ByteView record) {
    auto bytes = whole;
    bytes.insert(bytes.end(), record.begin(), record.end());
    overwrite(journal_in(copy), bytes);
    return open_ledger_for_test(copy, disk_).error();
  };
  Bytes forged;
  append_record(forged, SecretBytes(ByteView(Bytes(32))), {8}, {8}, entry_for_test(8));
  EXPECT_EQ(added(forged).code, ErrorCode::kMalformed);
  // Nor may one of our own be said twice.
  EXPECT_EQ(added(ByteView(whole).subspan(scan.offsets[7])).code, ErrorCode::kMalformed);
  Bytes ours;
  append_record(ours, journal_key(signing_key_for_test()), {8}, {8}, entry_for_test(8));
  auto bytes = whole;
  bytes.insert(bytes.end(), ours.begin(), ours.end());
  overwrite(journal_in(copy), bytes);
  EXPECT_EQ(open_ledger_for_test(copy, disk_).value()->size(), TreeSize{9});
}

TEST_F(Recovery, TilesThatAPowerCutTookAreDerivedAgain) {
  const auto copy = copy_of(directory_, "copy");
  fs::remove_all(copy + "/tile");
  fs::remove_all(copy + "/private");
  expect_whole(*open_ledger_for_test(copy, disk_).value(), copy, 8);
  const auto torn = copy_of(directory_, "torn");
  for (const auto& file : fs::recursive_directory_iterator(torn + "/tile")) {
    if (file.is_regular_file()) fs::resize_file(file.path(), file.file_size() / 2);
  }
  expect_whole(*open_ledger_for_test(torn, disk_).value(), torn, 8);
}

// Partial files are not synced while the journal is there. Those of a checkpoint that was followed
// by another must be right again after recovery, and those no checkpoint came to name must be gone:
// a later checkpoint would stand beside them.
TEST_F(Recovery, PartialFilesThatAPowerCutToreAreMendedOrGo) {
  ASSERT_TRUE(ledger_->checkpoint_now());  // over 8
  append_each(8, 11);
  const auto copy = copy_of(directory_, "copy");
  const std::vector<std::string> folders{"/tile/0/000.p/", "/tile/entries/000.p/",
                                         "/private/000.p/"};
  for (const auto& folder : folders) {
    const auto right = disk_.read(copy + folder + "5", 1 << 20).value();
    overwrite(copy + folder + "5", ByteView(right).first(right.size() / 2));
    overwrite(copy + folder + "10", ByteView(right).first(3));
  }
  auto ledger = open_ledger_for_test(copy, disk_).value();
  for (const auto& folder : folders) {
    EXPECT_EQ(disk_.read(copy + folder + "5", 1 << 20).value(),
              disk_.read(directory_.file("ledger") + folder + "5", 1 << 20).value());
    EXPECT_FALSE(fs::exists(copy + folder + "10"));
  }
  ASSERT_TRUE(ledger->append(entries_for_test(11, 12)));
  expect_whole(*ledger, copy, 12);
}

// The same where a tile had become full since.
TEST_F(Recovery, PartialFilesOfAFullTileAreMendedToo) {
  ASSERT_TRUE(ledger_->append(entries_for_test(8, 300)));
  ASSERT_TRUE(ledger_->checkpoint_now());
  const auto copy = copy_of(directory_, "copy");
  overwrite(copy + "/tile/0/000.p/5", {});
  overwrite(copy + "/private/000.p/5", {});
  expect_whole(*open_ledger_for_test(copy, disk_).value(), copy, 300);
}

TEST_F(Recovery, FilesThatContradictTheCheckpointAreRefused) {
  const auto copy = copy_of(directory_, "copy");
  fs::remove(copy + "/checkpoint");
  EXPECT_EQ(open_ledger_for_test(copy, disk_).error().code, ErrorCode::kMalformed);

  const auto lost = copy_of(directory_, "lost");
  fs::remove_all(lost + "/journal");
  EXPECT_EQ(open_ledger_for_test(lost, disk_).error().code, ErrorCode::kMalformed);

  const auto gap = copy_of(directory_, "gap");
  overwrite(gap + "/journal/" + journal_name({9}), {});
  EXPECT_EQ(open_ledger_for_test(gap, disk_).error().code, ErrorCode::kMalformed);

  ASSERT_TRUE(ledger_->close());
  const auto changed = copy_of(directory_, "changed");
  auto tile = disk_.read(changed + "/tile/0/000.p/8", 1 << 20).value();
  tile[0] ^= 1;
  overwrite(changed + "/tile/0/000.p/8", tile);
  EXPECT_EQ(open_ledger_for_test(changed, disk_).error().code, ErrorCode::kMalformed);

  const auto forged = copy_of(directory_, "forged");
  auto note = disk_.read(forged + "/checkpoint", 1 << 20).value();
  note[kOriginForTest.size() + 1] ^= 1;
  overwrite(forged + "/checkpoint", note);
  EXPECT_EQ(open_ledger_for_test(forged, disk_).error().code, ErrorCode::kCrypto);
}

TEST_F(Recovery, ARestoredBackupIsRecognisedByTheSecondPlace) {
  const auto backup = copy_of(directory_, "backup");
  const auto second = directory_.file("second");
  ASSERT_TRUE(ledger_->close());
  auto ledger =
      open_ledger_for_test(directory_.file("ledger"), disk_, 3'600'000, second, true).value();
  ASSERT_TRUE(ledger->append(entries_for_test(8, 9)));
  ASSERT_TRUE(ledger->close());
  ledger.reset();
  EXPECT_EQ(open_ledger_for_test(backup, disk_, 3'600'000, second).error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(open_ledger_for_test(directory_.file("empty"), disk_, 3'600'000, second).error().code,
            ErrorCode::kConflict);
  EXPECT_TRUE(open_ledger_for_test(directory_.file("ledger"), disk_, 3'600'000, second));

  // The same size with another history is refused as well.
  auto fork = open_ledger_for_test(directory_.file("fork"), disk_).value();
  ASSERT_TRUE(fork->append(entries_for_test(100, 120)));
  ASSERT_TRUE(fork->close());
  fork.reset();
  EXPECT_EQ(open_ledger_for_test(directory_.file("fork"), disk_, 3'600'000, second).error().code,
            ErrorCode::kConflict);
}

// Killed between the renaming of a checkpoint and the sync of its folder: the next start reads the
// new one, shows it, and must not lose it when the power goes then.
TEST(RecoveryKill, WhatARecoveryReadIsDurableBeforeAnybodySeesIt) {
  for (int at = 1;; ++at) {
    LossyDisk killed(LossyFiles::empty_folder(), at);
    {
      const auto ledger = open_ledger_for_test("/ledger", killed);
      if (ledger && (*ledger)->append(entries_for_test(0, 3)))
        (void)(*ledger)->checkpoint_now().has_value();
    }
    if (!killed.is_off()) break;
    LossyDisk restarted(killed.files());
    TreeSize shown;
    TreeSize size;
    {
      const auto ledger = open_ledger_for_test("/ledger", restarted);
      ASSERT_TRUE(ledger) << at << ": " << ledger.error().context;
      shown = (*ledger)->checkpoint_size();
      size = (*ledger)->size();
      for (std::uint64_t seed = 0; seed < 20; ++seed) {
        LossyDisk after(restarted.after_power_loss(seed));
        const auto again = open_ledger_for_test("/ledger", after);
        ASSERT_TRUE(again) << at << ": " << again.error().context;
        EXPECT_GE((*again)->checkpoint_size(), shown) << at;
        EXPECT_GE((*again)->size(), size) << at;
      }
    }
  }
}

// Killed before the old journal was removed, there are two of them at the next settling. A kill
// between their removals, or a power cut that undoes some of them, must not part the rest.
TEST(RecoveryKill, AnyOfTheOldJournalsMayBeLeft) {
  int with_two_old_journals = 0;
  for (int at = 1;; ++at) {
    LossyDisk killed(LossyFiles::empty_folder(), at);
    {
      const auto ledger = open_ledger_for_test("/ledger", killed);
      if (ledger) (void)(*ledger)->append(entries_for_test(0, 3)).has_value();
    }
    if (!killed.is_off()) break;
    LossyDisk restarted(killed.files());
    if (restarted.list("/ledger/journal").value().size() < 2) continue;
    ++with_two_old_journals;
    {
      const auto ledger = open_ledger_for_test("/ledger", restarted).value();
      ASSERT_TRUE(ledger->append(entries_for_test(3, 5)));
    }
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      LossyDisk after(restarted.after_power_loss(seed));
      const auto again = open_ledger_for_test("/ledger", after);
      ASSERT_TRUE(again) << at << ": " << again.error().context;
      EXPECT_EQ((*again)->size(), TreeSize{5});
    }
  }
  EXPECT_GT(with_two_old_journals, 3);
}

// A disk that dies at its n-th change, for every n: the ledger says so once and for all, and
// recovery with a good disk finds every entry that was acknowledged.
TEST(RecoveryFault, AnyFailureIsFinalAndLosesNothingAcknowledged) {
  int calls_without_failure = 0;
  for (int fail_from = 1; fail_from < 500; ++fail_from) {
    TestDirectory directory;
    FailingDisk disk(fail_from);
    std::uint64_t acknowledged = 0;
    std::atomic<int> told = 0;
    bool failed = false;
    {
      auto ledger = Ledger::open({.directory = directory.file("ledger"),
                                  .origin = std::string(kOriginForTest),
                                  .key = signing_key_for_test(),
                                  .disk = &disk,
                                  .second_place = directory.file("second"),
                                  .checkpoint_delay_ms = 3'600'000,
                                  .on_broken = [&](const Error&) { ++told; }});
      failed = !ledger;
      for (std::uint64_t round = 0; ledger && round < 4; ++round) {
        const auto from = acknowledged;
        if ((*ledger)->append(entries_for_test(from, from + 90))) acknowledged += 90;
        const auto checked = (*ledger)->checkpoint_now();
        if (checked) continue;
        failed = true;
        EXPECT_TRUE((*ledger)->broken());
        EXPECT_FALSE((*ledger)->append(entries_for_test(acknowledged, acknowledged + 1)));
      }
      if (ledger && !(*ledger)->close()) failed = true;
      EXPECT_EQ(told, ledger && failed ? 1 : 0);
    }
    PosixDisk good;
    auto again =
        open_ledger_for_test(directory.file("ledger"), good, 3'600'000, directory.file("second"));
    ASSERT_TRUE(again) << fail_from << ": " << again.error().context;
    // A batch that failed may have reached the disk all the same, whole or in part.
    const auto size = (*again)->size().value;
    EXPECT_GE(size, acknowledged);
    EXPECT_LE(size, acknowledged + 90);
    expect_whole(**again, directory.file("ledger"), size);
    if (!failed) {
      calls_without_failure = disk.calls();
      break;
    }
  }
  EXPECT_GT(calls_without_failure, 20);
}

// kill -9 at random moments: every index that a caller was told of is there afterwards.
TEST(RecoveryKill, NoAcknowledgedEntryIsLost) {
  TestDirectory directory;
  const auto path = directory.file("ledger");
  std::mt19937 random(20260101);
  std::uint64_t known = 0;
  for (int round = 0; round < 12; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const auto child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      PosixDisk disk;
      auto ledger = open_ledger_for_test(path, disk, 5);
      if (!ledger) _exit(2);
      GroupCommitter committer(**ledger);
      for (auto index = (*ledger)->size().value;; index += 3) {
        const auto submitted =
            committer.submit(entries_for_test(index, index + 3), [&](Result<LeafIndex> first) {
              if (!first || first->value != index) _exit(3);
              const auto last = first->value + 2;
              if (write(ends[1], &last, sizeof last) != sizeof last) _exit(4);
            });
        // One at a time, so that the closure's index stays what it was.
        std::atomic<bool> through = false;
        if (!submitted || !committer.submit({}, [&](const Result<LeafIndex>&) {
              through = true;
              through.notify_one();
            })) {
          _exit(5);
        }
        through.wait(false);
      }
    }
    close(ends[1]);
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + random() % 120));
    kill(child, SIGKILL);
    std::uint64_t last = 0;
    std::uint64_t acknowledged = known;
    while (read(ends[0], &last, sizeof last) == sizeof last) acknowledged = last + 1;
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);

    PosixDisk disk;
    auto ledger = open_ledger_for_test(path, disk);
    ASSERT_TRUE(ledger) << ledger.error().context;
    known = (*ledger)->size().value;
    ASSERT_GE(known, acknowledged);
    expect_whole(**ledger, path, known);
  }
  EXPECT_GT(known, 0u);
}

}  // namespace
}  // namespace bulkhead
