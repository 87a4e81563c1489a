// Backup and restore at a running keeper: what a backup holds, who is in none that opens 28 days
// later, and that a restored house follows its ledger to the end.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "base/clock.h"
#include "keeper/backup_work.h"
#include "keeper/house_fixture.h"
#include "keeper/key_facts.h"
#include "keeper/restore.h"
#include "store/durable_file.h"
#include "vault/references.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

class BackupHouseTest : public KeeperHouse {
 protected:
  BackupHouseTest() { clock_ = &time_; }

  void open_house() {
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
  }
  void close_house() {
    admin_.reset();
    front_.reset();
    stop();
  }
  wire::ReadBackupAnswer read(std::uint64_t offset, bool with_key = false) {
    return admin_->call<wire::ReadBackupAnswer>(wire::ReadBackup{offset, with_key});
  }
  wire::ReadBackupAnswer wait_until_made() {
    for (int i = 0; i < 500; ++i) {
      auto answer = read(0, true);
      if (answer.phase != wire::BackupPhase::kMaking) return answer;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ADD_FAILURE() << "the backup does not end";
    return {};
  }
  // Makes one, and writes it and its key into `elsewhere_`.
  void back_up() {
    admin_->call<wire::Done>(wire::MakeBackup{});
    const auto first = wait_until_made();
    ASSERT_EQ(first.phase, wire::BackupPhase::kReady) << first.trouble.value;
    std::ofstream file(backup(), std::ios::binary | std::ios::trunc);
    for (std::uint64_t had = 0; had < first.size;) {
      const auto page = read(had).bytes.value;
      ASSERT_FALSE(page.empty());
      file << page;
      had += page.size();
    }
    file.close();
    key_name_ = first.key_name.value;
    std::ofstream(elsewhere_.path() / "key", std::ios::binary | std::ios::trunc)
        << first.key_file.value;
    admin_->call<wire::Done>(wire::EndBackup{});
  }
  fs::path backup() const { return elsewhere_.path() / "backup"; }
  fs::path key_in_house() const { return folder_.path() / "keys" / key_name_; }
  RestorePlan plan() const {
    return {backup(), elsewhere_.path() / "key", folder_.path() / "ledger",
            elsewhere_.path() / "house"};
  }
  Result<Restored> restore() {
    auto restored = restore_keeper_folder(plan(), root_);
    if (!restored) {  // and nothing is left
      EXPECT_TRUE(!fs::exists(plan().data) || fs::is_empty(plan().data));
    }
    return restored;
  }
  // State after each number of entries, of a house at rest.
  std::map<std::uint64_t, std::uint64_t> prints(const fs::path& data) {
    std::map<std::uint64_t, std::uint64_t> found;
    auto folder = open_keeper_folder(data, root_);
    EXPECT_TRUE(folder.has_value()) << folder.error().context;
    if (!folder) return found;
    State state;
    EXPECT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& one) {
      EXPECT_TRUE(state.apply(one, unseal_customer(*folder->ring, one.sealed_customer, one.salt)));
      found[state.entries()] = state.fingerprint();
      return true;
    }));
    EXPECT_TRUE(folder->ledger->close());
    return found;
  }
  std::vector<KeyDetail> key_entries() {
    std::vector<KeyDetail> found;
    auto folder = open_keeper_folder(folder_.path(), root_);
    EXPECT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& one) {
      if (one.kind == EntryKind::kKey) found.push_back(*wire::decode<KeyDetail>(one.detail));
      return true;
    }));
    EXPECT_TRUE(folder->ledger->close());
    return found;
  }
  Reason reveal(SignedIn& anna, Field field = Field::kEmail) {
    return anna
        .ask(*front_, wire::Reveal{{}, case_of_anna_, FieldSet::of(field), Purpose::kService})
        ->reason;
  }
  // Customer 2 asks to be erased, and is.
  void erase_second() {
    const auto petra = admin_->call<wire::StaffSecrets>(
        wire::StaffAdd{{"petra"}, Role::kPrivacyOfficer, {}, {}, true});
    passwords_["petra"] = petra.password.value;
    wire::SeedCases seed;
    seed.cases.items.push_back({2,
                                RequestType::kDataSubject,
                                CaseState::kOpen,
                                ContactProof::kProven,
                                petra.number,
                                time_.wall_ms(),
                                {}});
    const auto id = admin_->call<wire::SeedCasesAnswer>(seed).ids.items.at(0);
    auto officer = sign_in(*admin_, *front_, "petra");
    EXPECT_EQ(officer.ask(*front_, wire::RequestErasure{{}, id})->reason, Reason::kNone);
    time_.advance_ms(14 * kMsPerDay + 1000);
    for (int i = 0; i < 300; ++i) {
      const auto rows = admin_->call<wire::ErasuresAnswer>(wire::Erasures{}).rows.items;
      if (!rows.empty() && rows[0].step.value == "carried-out") return;
      time_.advance_ms(250);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the erasure is not carried out";
  }
  void import_one() {
    wire::Import import;
    random_bytes(import.job);
    wire::ImportCustomer customer;
    customer.values.items.push_back({static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
    import.customers.items.push_back(customer);
    EXPECT_EQ(admin_->call<wire::ImportAnswer>(import).taken, 1u);
  }
  // The restored house in the place of the old one.
  void move_in() {
    fs::rename(folder_.path(), elsewhere_.path() / "old");
    fs::rename(plan().data, folder_.path());
  }

  FakeClock time_;
  TemporaryFolder elsewhere_;
  std::string key_name_;
  std::optional<Peer> admin_, front_;
};

TEST_F(BackupHouseTest, ARestoredHouseFollowsTheLedgerToItsEnd) {
  open_house();
  fill(*admin_);
  {
    auto anna = sign_in(*admin_, *front_, "anna");
    ASSERT_EQ(
        anna.ask(*front_,
                 wire::AddMessage{{}, case_of_anna_, Direction::kNote, {"Before the backup."}})
            ->reason,
        Reason::kNone);
  }
  back_up();
  EXPECT_FALSE(fs::exists(folder_.path() / "backup"));
  // Afterwards: a new customer, a new agent, bert disabled, customer 2 erased, keys changed.
  import_one();
  admin_->call<wire::StaffSecrets>(wire::StaffAdd{{"carla"}, Role::kAgent, {"south"}, {}, true});
  admin_->call<wire::Done>(wire::StaffChange{{"bert"}, wire::StaffChangeKind::kDisable});
  erase_second();
  admin_->call<wire::ChangeKeysAnswer>(wire::ChangeKeys{KeyChange::kRotate});
  for (int i = 0; i < 500; ++i) {
    time_.advance_ms(250);
    if (admin_->call<wire::KeyStatusAnswer>(wire::KeyStatus{}).change == KeyChange::kNone) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  close_house();
  const auto before = prints(folder_.path());

  const auto restored = restore();
  ASSERT_TRUE(restored) << restored.error().context;
  EXPECT_EQ(restored->vault.customers, 1u);
  EXPECT_EQ(restored->vault.left_out, 1u);
  EXPECT_EQ(restored->vault.messages, 1u);
  EXPECT_EQ(restored->vault.damaged, 0u);
  EXPECT_EQ(restored->customers_missing, 1u);
  EXPECT_EQ(restored->principals_missing, 2u);  // carla and petra
  EXPECT_FALSE(restored->rekeyed_since);
  EXPECT_EQ(restored->contacts_lost, 0u);
  // The fold of every entry is what it was; one more says that it was restored.
  const auto after = prints(plan().data);
  EXPECT_EQ(after.size(), before.size() + 1);
  for (const auto& [entries, print] : before) EXPECT_EQ(after.at(entries), print) << entries;

  move_in();
  recompute_ = true;
  start();
  open_house();
  auto anna = sign_in(*admin_, *front_, "anna");
  EXPECT_EQ(reveal(anna), Reason::kNone);
  const auto messages = anna.ask(*front_, wire::ListMessages{{}, case_of_anna_})
                            ->as<wire::MessagesAnswer>()
                            .rows.items;
  ASSERT_EQ(messages.size(), 1u);
  const wire::Lookup lookup{{}, IdentifierKind::kEmail, {"two@example.com"}};
  EXPECT_FALSE(anna.ask(*front_, lookup)->as<wire::LookupAnswer>().customer.has_value());
  // New customers get numbers that nobody had, carla gets new secrets, bert stays disabled.
  import_one();
  EXPECT_EQ(admin_->ask(wire::StaffChange{{"restored-3"}, wire::StaffChangeKind::kReset})->reason,
            Reason::kNone);
  for (const auto& row : admin_->call<wire::StaffListAnswer>(wire::StaffList{}).rows.items) {
    EXPECT_EQ(row.disabled, row.name.value == "bert") << row.name.value;
  }
  back_up();
  EXPECT_EQ(key_name_, "backup-2.key");  // the first one lies in the old house
  close_house();
}

// A vault that misses a change of contact is refused at a start, unless it was restored.
TEST_F(BackupHouseTest, ChangesOfContactSinceAreLostAndTheLedgerKnows) {
  open_house();
  fill(*admin_);
  back_up();
  wire::ChangeContact change;
  change.id = case_of_anna_;
  change.changes.items.push_back({static_cast<std::uint8_t>(Field::kEmail), {"new@example.com"}});
  {
    auto anna = sign_in(*admin_, *front_, "anna");
    ASSERT_EQ(anna.ask(*front_, change)->reason, Reason::kNone);
  }
  close_house();
  const auto restored = restore();
  ASSERT_TRUE(restored) << restored.error().context;
  EXPECT_EQ(restored->contacts_lost, 1u);
  move_in();
  start();
  open_house();
  auto bert = sign_in(*admin_, *front_, "bert");
  const auto found = [&](const char* mail) {
    const wire::Lookup lookup{{}, IdentifierKind::kEmail, {mail}};
    return bert.ask(*front_, lookup)->as<wire::LookupAnswer>().customer.has_value();
  };
  EXPECT_TRUE(found("one@example.com"));
  EXPECT_FALSE(found("new@example.com"));
  close_house();
}

TEST_F(BackupHouseTest, ABackupOfTwentyEightDaysAgoCannotBeOpened) {
  open_house();
  fill(*admin_);
  back_up();
  EXPECT_EQ(key_name_, "backup-1.key");
  time_.advance_ms(kBackupKeyWeekMs - 60'000);
  back_up();
  EXPECT_EQ(key_name_, "backup-1.key");  // of the same week
  time_.advance_ms(61'000);
  back_up();
  EXPECT_EQ(key_name_, "backup-2.key");
  const auto first_key = folder_.path() / "keys" / "backup-1.key";
  EXPECT_TRUE(fs::exists(first_key));
  time_.advance_ms(kBackupKeyLifeMs - kBackupKeyWeekMs);
  for (int i = 0; i < 500 && fs::exists(first_key); ++i) {
    time_.advance_ms(250);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(fs::exists(first_key));
  EXPECT_TRUE(fs::exists(key_in_house()));
  close_house();
  auto missing = plan();
  missing.backup_key = first_key;
  EXPECT_EQ(restore_keeper_folder(missing, root_).error().code, ErrorCode::kNotFound);
  std::vector<KeyStep> steps;
  for (const auto& one : key_entries()) steps.push_back(one.step);
  EXPECT_EQ(steps, (std::vector{KeyStep::kBackedUp, KeyStep::kBackedUp, KeyStep::kBackedUp,
                                KeyStep::kBackupKeyEnded}));
}

TEST_F(BackupHouseTest, WhatDoesNotBelongTogetherIsRefused) {
  open_house();
  fill(*admin_);
  back_up();
  close_house();
  const auto refused = [&](RestorePlan one) {
    const auto restored = restore_keeper_folder(one, root_);
    EXPECT_TRUE(!fs::exists(one.data) || fs::is_empty(one.data));
    return restored ? ErrorCode::kIo : restored.error().code;
  };
  auto one = plan();
  one.ledger = elsewhere_.path();
  EXPECT_EQ(refused(one), ErrorCode::kNotFound);
  one = plan();
  one.backup = one.backup_key;
  EXPECT_EQ(refused(one), ErrorCode::kMalformed);
  one = plan();
  one.backup_key = one.backup;
  EXPECT_EQ(refused(one), ErrorCode::kNotFound);  // too large for a key
  EXPECT_EQ(restore_keeper_folder(plan(), random_secret(32)).error().code, ErrorCode::kCrypto);
  {  // A house of others, and one that is older than the backup.
    const TemporaryFolder other;
    ASSERT_TRUE(make_keeper_folder(other.path(), root_, "demo.invalid/drill-test").has_value());
    one = plan();
    one.ledger = other.path() / "ledger";
    EXPECT_EQ(refused(one), ErrorCode::kCrypto);
  }
  {
    auto folder = open_keeper_folder(folder_.path(), root_);  // it runs
    ASSERT_TRUE(folder.has_value());
    EXPECT_EQ(refused(plan()), ErrorCode::kConflict);
    EXPECT_TRUE(folder->ledger->close());
  }
  EXPECT_TRUE(restore());
  EXPECT_EQ(restore_keeper_folder(plan(), root_).error().code, ErrorCode::kConflict);  // not empty
  EXPECT_TRUE(fs::exists(plan().data / "origin"));
}

TEST_F(BackupHouseTest, ALedgerOlderThanTheBackupIsRefused) {
  open_house();
  fill(*admin_);
  close_house();
  fs::copy(folder_.path() / "ledger", elsewhere_.path() / "older", fs::copy_options::recursive);
  start();
  open_house();
  import_one();
  back_up();
  close_house();
  auto one = plan();
  one.ledger = elsewhere_.path() / "older";
  const auto restored = restore_keeper_folder(one, root_);
  EXPECT_EQ(restored.error().code, ErrorCode::kConflict);
}

TEST_F(BackupHouseTest, OneAtATimeAndNotBesideAChangeOfKeys) {
  open_house();
  fill(*admin_);
  EXPECT_EQ(read(0).phase, wire::BackupPhase::kNone);
  EXPECT_EQ(admin_->ask_at_once(wire::MakeBackup{}, wire::MakeBackup{}, wire::EndBackup{},
                                wire::ChangeKeys{KeyChange::kRotate}),
            (std::vector{Reason::kNone, Reason::kState, Reason::kState, Reason::kState}));
  const auto made = wait_until_made();
  EXPECT_EQ(admin_->ask(wire::ReadBackup{made.size + 1, false})->reason, Reason::kMalformed);
  EXPECT_TRUE(read(made.size).bytes.value.empty());
  EXPECT_EQ(admin_->ask_at_once(wire::ChangeKeys{KeyChange::kRotate}, wire::MakeBackup{}),
            (std::vector{Reason::kNone, Reason::kState}));
  // Nobody fetches it, so it goes.
  for (int i = 0; i < 500 && read(0).phase != wire::BackupPhase::kNone; ++i) {
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
  ASSERT_TRUE(facts.apply(entry(KeyStep::kRestored, 0)));
  EXPECT_TRUE(facts.backup_keys.empty());
  ASSERT_TRUE(facts.apply(entry(KeyStep::kBackedUp, 3)));
}

}  // namespace
}  // namespace bulkhead
