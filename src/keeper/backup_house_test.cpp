// Backups at a running keeper: what one holds, and who is in none that opens 28 days later.
#include <gtest/gtest.h>

#include "keeper/backup_fixture.h"
#include "keeper/key_facts.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

// Whatever is written while a backup is made, it is one view, and the ledger makes up the rest.
TEST_F(BackupHouseTest, IsMadeBesideLiveWork) {
  open_house();
  fill(*admin_);
  auto anna = sign_in(*admin_, *front_, "anna");
  admin_->call<wire::MakeBackupAnswer>(wire::MakeBackup{});
  wire::ReadBackupAnswer made;
  std::uint64_t imported = 0;
  for (int i = 0; i < 500; ++i) {
    import_one();
    ++imported;
    wire::ChangeContact change;
    change.id = case_of_anna_;
    change.changes.items.push_back(
        {static_cast<std::uint8_t>(Field::kEmail), {"new" + std::to_string(i) + "@example.com"}});
    EXPECT_EQ(anna.ask(*front_, change)->reason, Reason::kNone);
    EXPECT_EQ(reveal(anna), Reason::kNone);
    time_.advance_ms(100);
    made = read(0, true);
    if (made.phase != wire::BackupPhase::kMaking) break;
  }
  take(made);
  close_house();
  const auto restored = restore();
  ASSERT_TRUE(restored) << restored.error().context;
  EXPECT_EQ(restored->vault.customers + restored->customers_missing, imported + 2);
  EXPECT_EQ(restored->contacts_lost, 1u);
  EXPECT_EQ(restored->vault.damaged, 0u);
  move_in();
  recompute_ = true;
  start();
  open_house();
  auto bert = sign_in(*admin_, *front_, "bert");
  close_house();
}

TEST_F(BackupHouseTest, ABackupOfTwentyEightDaysAgoCannotBeOpened) {
  open_house();
  fill(*admin_);
  back_up();
  EXPECT_EQ(key_name_, "backup-1.key");
  fs::copy(backup(), elsewhere_.path() / "first");
  fs::copy(elsewhere_.path() / "key", elsewhere_.path() / "first-key");
  time_.advance_ms(kBackupKeyWeekMs - 60'000);
  back_up();
  EXPECT_EQ(key_name_, "backup-1.key");  // of the same week
  time_.advance_ms(61'000);
  back_up();
  EXPECT_EQ(key_name_, "backup-2.key");
  const auto first_key = folder_.path() / "keys" / "backup-1.key";
  EXPECT_TRUE(fs::exists(first_key));
  const auto entries = [&] {
    return admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size;
  };
  const auto before = entries();
  time_.advance_ms(kBackupKeyLifeMs - kBackupKeyWeekMs);
  for (int i = 0; i < 500 && entries() == before; ++i) {
    time_.advance_ms(250);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(fs::exists(first_key));
  EXPECT_TRUE(fs::exists(key_in_house()));
  close_house();
  auto missing = plan();
  missing.backup_key = first_key;
  EXPECT_EQ(restore_keeper_folder(missing, root_).error().code, ErrorCode::kNotFound);
  // Not even with a copy that somebody kept.
  fs::rename(elsewhere_.path() / "first", backup());
  fs::rename(elsewhere_.path() / "first-key", elsewhere_.path() / "key");
  const auto too_old = restore();
  ASSERT_FALSE(too_old);
  EXPECT_EQ(too_old.error().code, ErrorCode::kConflict) << too_old.error().context;
  std::vector<KeyStep> steps;
  for (const auto& one : key_entries()) steps.push_back(one.step);
  EXPECT_EQ(steps, (std::vector{KeyStep::kBackedUp, KeyStep::kBackedUp, KeyStep::kBackedUp,
                                KeyStep::kBackupKeyEnded}));
}

TEST_F(BackupHouseTest, OneAtATimeAndNotBesideAChangeOfKeys) {
  open_house();
  fill(*admin_);
  EXPECT_EQ(read(0).phase, wire::BackupPhase::kNone);
  EXPECT_EQ(admin_->ask_at_once(wire::MakeBackup{}, wire::MakeBackup{}, wire::EndBackup{},
                                wire::ChangeKeys{KeyChange::kRotate}),
            (std::vector{Reason::kNone, Reason::kState, Reason::kState, Reason::kState}));
  const auto made = wait_until_made();
  EXPECT_EQ(admin_->ask(wire::ReadBackup{0, made.size + 1, false})->reason, Reason::kMalformed);
  EXPECT_TRUE(read(made.size).bytes.value.empty());
  EXPECT_EQ(admin_->ask_at_once(wire::ChangeKeys{KeyChange::kRotate}, wire::MakeBackup{}),
            (std::vector{Reason::kNone, Reason::kState}));
  // Nobody fetches it, so it goes.
  const auto waits = [&] {  // kNotThere: it goes just now
    const auto answer = admin_->ask(wire::ReadBackup{0, 0, false});
    return answer->reason != Reason::kNone ||
           answer->as<wire::ReadBackupAnswer>().phase != wire::BackupPhase::kNone;
  };
  for (int i = 0; i < 500 && waits(); ++i) {
    time_.advance_ms(kBackupWaitsMs / 10);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(fs::exists(folder_.path() / "backup"));
  close_house();
  // One that a keeper left is removed at the next start.
  fs::create_directory(folder_.path() / "backup");
  start();
  EXPECT_FALSE(fs::exists(folder_.path() / "backup"));
}

// Pages of two backups never make one file, and nobody ends another one's.
TEST_F(BackupHouseTest, EachHasANumberByWhichItIsAskedFor) {
  open_house();
  fill(*admin_);
  const auto one = admin_->call<wire::MakeBackupAnswer>(wire::MakeBackup{}).backup;
  wait_until_made();
  EXPECT_EQ(admin_->ask(wire::ReadBackup{one, 0, true})->reason, Reason::kNone);
  const auto other = admin_->call<wire::MakeBackupAnswer>(wire::MakeBackup{}).backup;
  EXPECT_NE(one, other);
  wait_until_made();
  EXPECT_EQ(admin_->ask(wire::ReadBackup{one, 16, false})->reason, Reason::kState);
  EXPECT_EQ(admin_->ask(wire::EndBackup{one})->reason, Reason::kState);
  EXPECT_EQ(admin_->ask(wire::ReadBackup{other, 16, false})->reason, Reason::kNone);
  EXPECT_EQ(admin_->ask(wire::EndBackup{other})->reason, Reason::kNone);
  close_house();
}

// A key whose entry was lost would never be destroyed, and would seal the next backup.
TEST_F(BackupHouseTest, AKeyThatTheLedgerDoesNotKnowIsDestroyedAtTheStart) {
  open_house();
  fill(*admin_);
  back_up();
  close_house();
  const auto unknown = folder_.path() / "keys" / "backup-2.key";
  fs::copy_file(key_in_house(), unknown);
  start();
  EXPECT_TRUE(fs::exists(key_in_house()));
  EXPECT_FALSE(fs::exists(unknown));
}

TEST(BackupRoom, MoreThanTheDiskHasIsRefusedBeforeAByteIsWritten) {
  const TemporaryFolder folder;
  EXPECT_TRUE(check_backup_room(folder.path().string(), 1));
  EXPECT_FALSE(check_backup_room(folder.path().string(), UINT64_MAX / 2));
  EXPECT_FALSE(check_backup_room((folder.path() / "nowhere").string(), 1));
}

TEST(BackupFacts, StepsOutOfTurnAreRefused) {
  const auto entry = [](KeyStep step, std::uint32_t key) {
    Entry one;
    one.kind = EntryKind::kKey;
    one.keeper_ms = 5;
    one.detail = wire::encode(KeyDetail{.step = step, .backup_key = key});
    return one;
  };
  KeyFacts facts;
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBackedUp, 2)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBackedUp, 0)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBackupKeyEnded, 1)));
  ASSERT_TRUE(facts.apply(entry(KeyStep::kBackedUp, 1)));
  ASSERT_TRUE(facts.apply(entry(KeyStep::kBackedUp, 1)));
  ASSERT_TRUE(facts.apply(entry(KeyStep::kBackedUp, 2)));
  ASSERT_TRUE(facts.apply(entry(KeyStep::kBackupKeyEnded, 1)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBackupKeyEnded, 1)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBackedUp, 1)));  // never again
  EXPECT_EQ(facts.backup_keys, (std::map<std::uint32_t, std::uint64_t>{{2, 5}}));
  // After a restore none of before is used again, but each still ends.
  ASSERT_TRUE(facts.apply(entry(KeyStep::kRestored, 0)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBackedUp, 2)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBackedUp, 3)));
  ASSERT_TRUE(facts.apply(entry(KeyStep::kBackedUp, 4)));
  ASSERT_TRUE(facts.apply(entry(KeyStep::kBackupKeyEnded, 2)));
}

}  // namespace
}  // namespace bulkhead