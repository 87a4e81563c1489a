// What a start takes up and what it refuses: snapshots with their tail, and ledgers and vaults that
// do not belong together.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/house_fixture.h"
#include "store/database.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

class KeeperStart : public KeeperHouse {
 protected:
  // Copies files or folders of the keeper's to where a thief or a bad backup would keep them.
  void save(const std::string& name) {
    for (const auto& file : parts_of(name)) {
      fs::remove_all(aside_.path() / file);
      if (fs::exists(folder_.path() / file))
        fs::copy(folder_.path() / file, aside_.path() / file, fs::copy_options::recursive);
    }
  }
  void put_back(const std::string& name) {
    for (const auto& file : parts_of(name)) {
      fs::remove_all(folder_.path() / file);
      if (fs::exists(aside_.path() / file))
        fs::copy(aside_.path() / file, folder_.path() / file, fs::copy_options::recursive);
    }
  }
  // The error with which a start ends before it is ready.
  Error refusal() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    const auto ended =
        run_keeper({folder_.path().string(), {}, recompute_, anchor_}, root_, theirs.get());
    EXPECT_FALSE(ended);
    return ended ? Error{} : ended.error();
  }
  void fill_and_stop() {
    start();
    auto admin = connect_admin();
    fill(admin);
    stop();
  }
  void change_contact_and_stop(const std::string& mail) {
    start();
    {
      auto admin = connect_admin();
      auto front = connect_front();
      time_.advance_ms(60'000);  // a code is good once
      auto anna = sign_in(admin, front, "anna");
      wire::ChangeContact change;
      change.id = case_of_anna_;
      change.changes.items.push_back({static_cast<std::uint8_t>(Field::kEmail), {mail}});
      EXPECT_EQ(anna.ask(front, change)->reason, Reason::kNone);
    }
    stop();
  }
  std::size_t snapshots() const {
    std::error_code none;
    fs::directory_iterator files(folder_.path() / "snapshots", none);
    return none ? 0 : static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  TemporaryFolder aside_;
  FakeClock time_;

 private:
  static std::vector<std::string> parts_of(const std::string& name) {
    if (name != "vault") return {name};
    return {"vault.db", "vault.db-wal", "vault.db-shm", "keys.db", "keys.db-wal", "keys.db-shm"};
  }
};

TEST_F(KeeperStart, AStopLeavesASnapshotAndAStartTakesItUp) {
  recompute_ = true;  // proves at each start that entries and snapshot plus tail agree
  stop();
  EXPECT_EQ(snapshots(), 1u);
  save("snapshots");
  fill_and_stop();
  EXPECT_EQ(snapshots(), 2u);
  put_back("snapshots");  // an older one and a tail
  start();
  auto admin = connect_admin();
  EXPECT_EQ(admin.call<wire::StatusAnswer>(wire::StatusQuery{}).customers, 2u);
}

TEST_F(KeeperStart, DamagedSnapshotsCostNothingButTime) {
  stop();
  fill_and_stop();
  for (const auto& file : fs::directory_iterator(folder_.path() / "snapshots"))
    fs::resize_file(file.path(), fs::file_size(file.path()) / 2);
  start();
  auto admin = connect_admin();
  EXPECT_EQ(admin.call<wire::StatusAnswer>(wire::StatusQuery{}).customers, 2u);
}

TEST_F(KeeperStart, ARolledBackLedgerIsRefused) {
  stop();
  save("ledger");
  fill_and_stop();
  put_back("ledger");
  EXPECT_EQ(refusal().code, ErrorCode::kConflict);
}

// The same without a clean end: the note is raised while the keeper runs. Were such a ledger taken
// up, its customers would be nobody's and swept away.
TEST_F(KeeperStart, ARolledBackLedgerIsRefusedAfterACrashToo) {
  stop();
  save("ledger");
  start();
  {
    auto admin = connect_admin();
    fill(admin);
  }
  save("vault");  // as a crash leaves it
  stop();
  put_back("vault");
  put_back("ledger");
  EXPECT_EQ(refusal().code, ErrorCode::kConflict);
}

TEST_F(KeeperStart, ARolledBackVaultIsRefused) {
  stop();
  save("vault");
  fill_and_stop();
  put_back("vault");
  const auto customers = refusal();
  EXPECT_EQ(customers.code, ErrorCode::kConflict);
  EXPECT_NE(std::string(customers.context).find("customers"), std::string::npos);
}

TEST_F(KeeperStart, AVaultWithoutTheLastSignInIsRefused) {
  stop();
  save("vault");
  start();
  connect_admin().call<wire::StaffSecrets>(
      wire::StaffAdd{{"anna"}, Role::kAgent, {"north"}, {}, true});
  stop();
  put_back("vault");
  const auto sign_in = refusal();
  EXPECT_EQ(sign_in.code, ErrorCode::kConflict);
  EXPECT_NE(std::string(sign_in.context).find("sign-in"), std::string::npos);
}

// A crash before the note was raised: nothing is missing, so the note is caught up.
TEST_F(KeeperStart, AVaultWhoseNoteIsBehindIsCaughtUp) {
  stop();
  start();
  {
    auto admin = connect_admin();
    fill(admin);
  }
  stop();
  {
    auto opened = open_keeper_folder(folder_.path(), root_);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->vault->applied_index(), opened->ledger->size().value);
    Entry entry;
    entry.kind = EntryKind::kCount;
    ASSERT_TRUE(opened->ledger->append({&entry, 1}));
    ASSERT_TRUE(opened->ledger->close());
  }
  start();
  stop();
  const auto opened = open_keeper_folder(folder_.path(), root_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->vault->applied_index(), opened->ledger->size().value);
}

// Secrets are stored before the entry that makes them count; a crash in between leaves a row that
// nobody can sign in with, and the number is given again.
TEST_F(KeeperStart, ARowWithoutItsEntryIsNobody) {
  stop();
  save("ledger");
  save("snapshots");
  start();
  const wire::StaffAdd anna{{"anna"}, Role::kAgent, {"north"}, {}, true};
  const auto first = connect_admin().call<wire::StaffSecrets>(anna);
  save("vault");
  stop();
  put_back("vault");
  put_back("ledger");
  put_back("snapshots");
  {
    // The crash came before the entry, so the note stands where it stood.
    const auto database = Database::open(folder_.path() / "vault.db", {});
    ASSERT_TRUE(database);
    ASSERT_TRUE((*database)->run("UPDATE meta SET value = 0 WHERE name = 'applied_index'"));
  }
  start();
  auto admin = connect_admin();
  EXPECT_TRUE(admin.call<wire::StaffListAnswer>(wire::StaffList{}).rows.items.empty());
  EXPECT_EQ(admin.call<wire::StaffSecrets>(anna).number, first.number);
}

TEST_F(KeeperStart, ASecondPlaceThatCannotVouchRefusesTheStart) {
  stop();
  anchor_.second_place = (aside_.path() / "checkpoint").string();
  EXPECT_EQ(refusal().code, ErrorCode::kUnavailable);  // empty, but the ledger is not
  anchor_.unanchored = true;
  start();
  stop();
  anchor_.unanchored = false;
  start();
  stop();
  anchor_.second_place = (aside_.path() / "not mounted/checkpoint").string();
  EXPECT_EQ(refusal().code, ErrorCode::kUnavailable);
}

TEST_F(KeeperStart, AVaultWithAnOlderContactIsRefused) {
  stop();
  clock_ = &time_;
  fill_and_stop();
  save("vault");
  change_contact_and_stop("new@example.com");
  put_back("vault");
  const auto contact = refusal();
  EXPECT_EQ(contact.code, ErrorCode::kConflict);
  EXPECT_NE(std::string(contact.context).find("contact"), std::string::npos);
}

TEST_F(KeeperStart, ALedgerWithoutAChangeOfContactIsRefused) {
  stop();
  clock_ = &time_;
  fill_and_stop();
  change_contact_and_stop("new@example.com");
  save("ledger");
  save("snapshots");
  change_contact_and_stop("newer@example.com");
  put_back("ledger");
  put_back("snapshots");
  {
    // As if the vault had never noted how far it follows.
    const auto database = Database::open(folder_.path() / "vault.db", {});
    ASSERT_TRUE(database);
    ASSERT_TRUE((*database)->run("UPDATE meta SET value = 0 WHERE name = 'applied_index'"));
  }
  const auto contact = refusal();
  EXPECT_EQ(contact.code, ErrorCode::kConflict);
  EXPECT_NE(std::string(contact.context).find("contact"), std::string::npos);
}

}  // namespace
}  // namespace bulkhead
