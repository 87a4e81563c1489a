// Restoring a house: it follows its ledger to the end, whoever was erased stays erased, and what is
// lost is told.
#include <gtest/gtest.h>

#include "keeper/adopt.h"
#include "keeper/backup_fixture.h"
#include "keeper/directory.h"
#include "store/durable_file.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

class RestoreHouseTest : public BackupHouseTest {};

TEST_F(RestoreHouseTest, ARestoredHouseFollowsTheLedgerToItsEnd) {
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
  erase(2);
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
  EXPECT_EQ(key_name_, "backup-3.key");  // the first one lies in the old house
  close_house();
}

// A vault that misses a change of contact is refused at a start, unless it was restored.
TEST_F(RestoreHouseTest, ChangesOfContactSinceAreLostAndTheLedgerKnows) {
  open_house();
  fill(*admin_);
  back_up();
  change_email();
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

// The ledger knows their import; the vault does not have them.
TEST_F(RestoreHouseTest, WhatWasImportedSinceIsImportedAgainAndNothingElse) {
  open_house();
  fill(*admin_);
  const auto before = import_of_one();
  import_one(before);
  back_up();
  auto since = import_of_one();
  for (const auto* bad : {"x", "y", "z"}) {  // the second row is no good, the third is erased
    since.customers.items.push_back(since.customers.items.front());
    since.customers.items.back().values.items.front().value.value = bad;
  }
  since.customers.items[1].values.items.front().field = 0xee;
  const auto first = admin_->call<wire::ImportAnswer>(since);
  EXPECT_EQ(first.taken, 3u);
  const auto lost = first.first_customer;
  erase(lost + 1);
  const auto case_of_lost = open_case_of(lost);
  close_house();
  const auto restored = restore();
  ASSERT_TRUE(restored) << restored.error().context;
  EXPECT_EQ(restored->vault.customers, 3u);
  EXPECT_EQ(restored->customers_missing, 2u);
  EXPECT_EQ(restored->principals_missing, 1u);  // who erased
  move_in();
  start();
  open_house();
  EXPECT_EQ(customers(), 3u);
  back_up();
  auto anna = sign_in(*admin_, *front_, "anna");
  const auto reason =
      anna.ask(*front_,
               wire::Reveal{{}, case_of_lost, FieldSet::of(Field::kFamilyName), Purpose::kService})
          ->reason;
  EXPECT_EQ(reason, Reason::kNotThere) << name_of(reason);
  EXPECT_EQ(reveal(anna), Reason::kNone);
  EXPECT_TRUE(import_one(before).repeated);
  const auto again = admin_->call<wire::ImportAnswer>(since);
  EXPECT_FALSE(again.repeated);
  EXPECT_EQ(again.taken, 2u);
  ASSERT_EQ(again.rejects.items.size(), 2u);
  EXPECT_EQ(again.rejects.items[1].reason.value, "this customer was erased or asked for it");
  EXPECT_GT(again.first_customer, lost + 2);  // no number is given twice
  EXPECT_TRUE(admin_->call<wire::ImportAnswer>(since).repeated);
  EXPECT_EQ(customers(), 5u);
  close_house();
  // Once more, and another one of them was erased meanwhile.
  start();
  open_house();
  EXPECT_EQ(customers(), 5u);
  erase(again.first_customer + 1);
  close_house();
  fs::remove_all(elsewhere_.path() / "old");
  ASSERT_TRUE(restore());
  move_in();
  start();
  open_house();
  EXPECT_EQ(admin_->call<wire::ImportAnswer>(since).taken, 1u);
  close_house();
}

// Whoever was imported after the backup and has asked to be erased since does not come back either,
// and canaries laid out since are told.
TEST_F(RestoreHouseTest, RequestsToBeErasedAndCanariesOutliveARestore) {
  open_house();
  fill(*admin_);
  back_up();
  const auto since = import_of_one();
  request_erasure(import_one(since).first_customer);
  wire::Canary canary{wire::CanaryAct::kAdd, 0, {}, {"laid out"}, {}};
  for (const auto field : {Field::kGivenName, Field::kFamilyName})
    canary.values.items.push_back({static_cast<std::uint8_t>(field), 0, {"Person"}});
  canary.values.items.push_back(
      {static_cast<std::uint8_t>(Field::kEmail), 0, {"canary@example.com"}});
  const auto number = admin_->call<wire::CanaryAnswer>(canary).canaries.items.at(0).number;
  close_house();
  const auto restored = restore();
  ASSERT_TRUE(restored) << restored.error().context;
  EXPECT_EQ(restored->canaries_missing, 1u);
  EXPECT_EQ(restored->customers_missing, 1u);
  move_in();
  start();
  open_house();
  EXPECT_EQ(admin_->call<wire::ImportAnswer>(since).taken, 0u);
  wire::Canary remove{wire::CanaryAct::kRemove, number, {}, {}, {}};
  EXPECT_EQ(admin_->ask(remove)->reason, Reason::kNone);
  // The request is carried out on nobody, and the keeper goes on.
  time_.advance_ms(14 * kMsPerDay + 1000);
  for (int i = 0; i < 20; ++i) {
    time_.advance_ms(250);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  for (const auto& row : admin_->call<wire::ErasuresAnswer>(wire::Erasures{}).rows.items)
    EXPECT_EQ(row.step.value, "carried-out");
  close_house();
}

TEST_F(RestoreHouseTest, SecretsYoungerThanTheBackupLetNobodyIn) {
  open_house();
  fill(*admin_);
  close_house();
  {  // What a crash between row and entry leaves: the sign-in of somebody whom nobody knows.
    auto folder = open_keeper_folder(folder_.path(), root_);
    ASSERT_TRUE(folder.has_value());
    PrincipalSecrets ghost;
    ghost.number = 3;
    ghost.version = 1;
    ghost.name.value = "ghost";
    ghost.credentials = make_credentials(random_secret(32), 1).value();
    const auto row = row_of(ghost);
    ASSERT_TRUE(folder->vault->write_rows({&row, 1}, folder->vault->applied_index()));
    ASSERT_TRUE(folder->ledger->close());
  }
  start();
  open_house();
  back_up();
  const auto old_password = passwords_["anna"];
  passwords_["anna"] =
      admin_->call<wire::StaffSecrets>(wire::StaffChange{{"anna"}, wire::StaffChangeKind::kReset})
          .password.value;
  const auto carla = admin_->call<wire::StaffSecrets>(
      wire::StaffAdd{{"carla"}, Role::kAgent, {"south"}, {}, true});
  ASSERT_EQ(carla.number, 3u);
  close_house();
  const auto restored = restore();
  ASSERT_TRUE(restored) << restored.error().context;
  EXPECT_EQ(restored->principals_missing, 2u);
  EXPECT_EQ(restored->teams_missing, 1u);
  move_in();
  start();
  open_house();
  EXPECT_TRUE(can_sign_in("bert"));
  EXPECT_FALSE(can_sign_in("anna"));
  passwords_["anna"] = old_password;
  EXPECT_FALSE(can_sign_in("anna"));
  std::map<std::string, std::string> teams;
  for (const auto& row : admin_->call<wire::StaffListAnswer>(wire::StaffList{}).rows.items)
    teams[row.name.value] = row.team.value;
  EXPECT_EQ(teams, (std::map<std::string, std::string>{
                       {"anna", "north"}, {"bert", "north"}, {"restored-3", "restored-team-2"}}));
  passwords_["anna"] =
      admin_->call<wire::StaffSecrets>(wire::StaffChange{{"anna"}, wire::StaffChangeKind::kReset})
          .password.value;
  EXPECT_TRUE(can_sign_in("anna"));
  close_house();
}

// Entries lost with the disk, which the second place knows: a restore must not hide that, and the
// loss is adopted as any other.
TEST_F(RestoreHouseTest, ARestoreOnAnOldCopyOfTheLedgerIsRefusedUntilItIsAdopted) {
  stop();
  anchor_.second_place = (elsewhere_.path() / "checkpoint").string();
  anchor_.unanchored = true;
  start();
  anchor_.unanchored = false;
  open_house();
  fill(*admin_);
  back_up();
  close_house();
  const auto left = ledger_size();
  fs::copy(folder_.path() / "ledger", elsewhere_.path() / "copy", fs::copy_options::recursive);
  start();
  open_house();
  auto change = wire::ChangeContact{};
  change.id = case_of_anna_;
  change.changes.items.push_back({static_cast<std::uint8_t>(Field::kEmail), {"new@example.com"}});
  {
    auto anna = sign_in(*admin_, *front_, "anna");
    ASSERT_EQ(anna.ask(*front_, change)->reason, Reason::kNone);
  }
  close_house();
  auto one = plan();
  one.ledger = elsewhere_.path() / "copy";
  const auto restored = restore_keeper_folder(one, root_);
  ASSERT_TRUE(restored) << restored.error().context;
  EXPECT_EQ(restored->entries, left);
  move_in();
  for (int i = 0; i < 2; ++i) {  // and asking again does not help
    const auto opened = open_keeper_folder(folder_.path(), root_, anchor_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kConflict);
  }
  PosixDisk disk;
  const auto adopted = adopt_ledger(folder_.path(), root_, anchor_.second_place, time_, disk);
  ASSERT_TRUE(adopted) << adopted.error().context;
  EXPECT_EQ(adopted->size, left);
  start();
  open_house();
  const auto status = admin_->call<wire::StatusAnswer>(wire::StatusQuery{});
  EXPECT_EQ(status.standing.unknown.items.size(), 1u);
  close_house();
  EXPECT_EQ(key_entries().back().step, KeyStep::kRestored);
}

// However often the first start is interrupted, the ledger says it, and contact is not lost twice.
TEST_F(RestoreHouseTest, AnInterruptedFirstStartTellsTheLedgerAgain) {
  open_house();
  fill(*admin_);
  back_up();
  change_email();
  close_house();
  ASSERT_TRUE(restore());
  const auto note = plan().data / kRestoreFile;
  ASSERT_TRUE(fs::exists(note));
  fs::copy(note, elsewhere_.path() / "note");
  move_in();
  const auto once = ledger_size();
  EXPECT_FALSE(fs::exists(folder_.path() / kRestoreFile));
  EXPECT_EQ(ledger_size(), once);
  fs::copy(elsewhere_.path() / "note", folder_.path() / kRestoreFile);
  EXPECT_EQ(ledger_size(), once + 1);
  start();
  open_house();
  change_email();
  close_house();
}

TEST_F(RestoreHouseTest, ADamagedBackupIsRefusedAndLeavesNothing) {
  open_house();
  fill(*admin_);
  back_up();
  close_house();
  const auto whole = read_small_file(backup(), 1u << 20).value();
  const auto refused = [&](Bytes bytes) {
    std::ofstream file(backup(), std::ios::binary | std::ios::trunc);
    file << text_of(bytes);
    file.close();
    const auto restored = restore();
    EXPECT_FALSE(restored);
    return restored ? ErrorCode::kIo : restored.error().code;
  };
  for (std::size_t i = 0; i < 12; ++i) {
    auto bytes = whole;
    bytes.resize(whole.size() * i / 12);
    EXPECT_EQ(refused(bytes), ErrorCode::kMalformed) << i;
    bytes = whole;
    bytes[38 + (whole.size() - 38) * i / 12] ^= 1;
    const auto code = refused(bytes);
    EXPECT_TRUE(code == ErrorCode::kMalformed || code == ErrorCode::kCrypto) << i;
  }
  auto longer = whole;
  longer.push_back(0);
  EXPECT_EQ(refused(longer), ErrorCode::kMalformed);
  std::ofstream(backup(), std::ios::binary | std::ios::trunc) << text_of(whole);
  EXPECT_TRUE(restore());
}

TEST_F(RestoreHouseTest, WhatDoesNotBelongTogetherIsRefused) {
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

TEST_F(RestoreHouseTest, ALedgerOlderThanTheBackupIsRefused) {
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

}  // namespace
}  // namespace bulkhead
