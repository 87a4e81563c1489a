// A house on a full disk: nothing is shown, what narrows still works, nothing is lost.
#include <gtest/gtest.h>

#include "keeper/house_fixture.h"
#include "keeper/without.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kAlmostFull = 900u << 10;  // a drill's disk counts as full below 512 KiB
constexpr int kEntriesMax = 20'000;

class FullHouse : public KeeperHouse {
 protected:
  void SetUp() override {
    KeeperHouse::SetUp();
    {
      auto admin = connect_admin();
      fill(admin);
      const wire::ClientAdd sync{{"sync"}, Role::kClient, {}, 1, {}, true};
      admin.call<wire::ClientSecret>(sync);
      const wire::ClientAdd auditor{{"auditor"}, Role::kAuditor, {}, 1, {}, true};
      auditor_ = admin.call<wire::ClientSecret>(auditor).secret;
    }
    restart(kAlmostFull);
  }
  // With so many bytes more than are there; 0: without a limit.
  void restart(std::uint64_t bytes_more) {
    stop();
    std::uint64_t there = 0;
    for (const auto& item :
         std::filesystem::recursive_directory_iterator(folder_.path() / "ledger"))
      there += item.is_regular_file() ? item.file_size() : 0;
    anchor_.ledger_space = bytes_more == 0 ? 0 : there + bytes_more;
    start();
  }
  static wire::Reveal reveal_of(const CaseId& id) {
    return {{}, id, FieldSet::of(Field::kEmail), Purpose::kService};
  }
  // Somebody records something again and again.
  Reason fill_disk(Peer& admin) {
    auto reason = Reason::kNone;
    for (int i = 0; i < kEntriesMax && reason == Reason::kNone; ++i) {
      const auto answer = admin.ask(wire::SetContact{case_of_anna_, ContactProof::kProven});
      if (!answer) return Reason::kLedger;
      reason = answer->reason;
    }
    return reason;
  }
  std::array<std::uint8_t, 32> auditor_{};
};

TEST_F(FullHouse, ShowsNothingAndStillNarrows) {
  {
    auto admin = connect_admin();
    auto front = connect_front();
    auto anna = sign_in(admin, front, "anna");
    EXPECT_EQ(anna.ask(front, reveal_of(case_of_anna_))->reason, Reason::kNone);
    ASSERT_EQ(fill_disk(admin), Reason::kSpace);

    const auto refused = anna.ask(front, reveal_of(case_of_anna_));
    EXPECT_EQ(refused->reason, Reason::kSpace);
    EXPECT_GT(refused->as<wire::Refusal>().retry_after_s, 0u);
    // Published files show nothing new and need no room; an opening is an entry.
    wire::ReadLedger file{.token = auditor_, .width = 256};
    EXPECT_EQ(front.ask(file)->reason, Reason::kNone);
    EXPECT_EQ(front.ask(wire::ReadOpening{auditor_, 0, {}})->reason, Reason::kSpace);
    EXPECT_EQ(admin.ask(wire::StaffAdd{{"carl"}, Role::kAgent, {"north"}, {}, true})->reason,
              Reason::kSpace);
    EXPECT_EQ(admin.ask(wire::Import{})->reason, Reason::kSpace);
    const auto standing = admin.call<wire::StatusAnswer>(wire::StatusQuery{}).standing;
    EXPECT_TRUE(standing.space_low);

    // Signing in and out, closing an account, revoking a client.
    auto bert = sign_in(admin, front, "bert");
    EXPECT_EQ(bert.ask(front, wire::Me{})->reason, Reason::kNone);
    EXPECT_EQ(bert.ask(front, wire::SignOut{})->reason, Reason::kNone);
    EXPECT_EQ(bert.ask(front, wire::Me{})->reason, Reason::kNoSession);
    admin.call<wire::Done>(wire::StaffChange{{"anna"}, wire::StaffChangeKind::kDisable});
    EXPECT_EQ(anna.ask(front, wire::Me{})->reason, Reason::kNoSession);
    admin.call<wire::Done>(wire::ClientRevoke{{"sync"}});
  }
  // It stops and starts on the full disk, and knows all that.
  recompute_ = true;
  restart(1);
  {
    auto admin = connect_admin();
    EXPECT_TRUE(admin.call<wire::StatusAnswer>(wire::StatusQuery{}).standing.space_low);
    EXPECT_TRUE(admin.call<wire::StaffListAnswer>(wire::StaffList{}).rows.items.at(0).disabled);
    EXPECT_TRUE(admin.call<wire::ClientListAnswer>(wire::ClientList{}).rows.items.at(0).revoked);
    admin.call<wire::Done>(wire::StaffChange{{"bert"}, wire::StaffChangeKind::kDisable});
  }
  restart(0);
  auto admin = connect_admin();
  EXPECT_FALSE(admin.call<wire::StatusAnswer>(wire::StatusQuery{}).standing.space_low);
  for (const auto& row : admin.call<wire::StaffListAnswer>(wire::StaffList{}).rows.items)
    EXPECT_TRUE(row.disabled) << row.name.value;
  EXPECT_EQ(
      admin.call<wire::StaffSecrets>(wire::StaffAdd{{"carl"}, Role::kAgent, {"north"}, {}, true})
          .number,
      5u);
}

// A backup that nobody fetched is what may be in the way.
TEST_F(FullHouse, ABackupThatWaitsIsRemoved) {
  auto admin = connect_admin();
  admin.call<wire::MakeBackupAnswer>(wire::MakeBackup{});
  const auto phase = [&] { return admin.call<wire::ReadBackupAnswer>(wire::ReadBackup{}).phase; };
  const auto becomes = [&](wire::BackupPhase wanted) {
    for (int i = 0; i < 500 && phase() != wanted; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return phase() == wanted;
  };
  ASSERT_TRUE(becomes(wire::BackupPhase::kReady));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "backup"));
  ASSERT_EQ(fill_disk(admin), Reason::kSpace);
  EXPECT_EQ(admin.ask(wire::EndBackup{})->reason, Reason::kNone);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "backup"));
}

// What was refused while nothing could be written stands in two entries, not in one each.
TEST_F(FullHouse, RefusalsDoNotUseUpTheRoomThatIsLeft) {
  auto admin = connect_admin();
  auto front = connect_front();
  auto anna = sign_in(admin, front, "anna");
  ASSERT_EQ(fill_disk(admin), Reason::kSpace);
  const auto size = [&] { return admin.call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size; };
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const auto before = size();
  for (int i = 0; i < 300; ++i)
    ASSERT_EQ(anna.ask(front, reveal_of(case_of_anna_))->reason, Reason::kSpace);
  auto stranger = anna.proof_for(wire::Me{});
  stranger.mac[0] ^= 1;
  for (int i = 0; i < 300; ++i) EXPECT_EQ(front.ask(wire::Me{stranger})->reason, Reason::kBadProof);
  EXPECT_EQ(size(), before);
}

TEST_F(KeeperHouse, ALimitedDiskAndASwitchedOffProtectionAreADrillsAlone) {
  stop();
  const auto demo = folder_.path() / "demo";
  std::filesystem::create_directories(demo);
  ASSERT_TRUE(make_keeper_folder(demo, root_, "demo.invalid/house"));
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Descriptor ours(ends[0]), theirs(ends[1]);
  Anchor limited;
  limited.ledger_space = 1;
  EXPECT_EQ(run_keeper({demo.string(), {}, false, limited}, root_, theirs.get()).error().code,
            ErrorCode::kRefused);
  for (const auto& one : kProtections) {
    const std::vector<std::string> names{std::string(one.name)};
    const auto started = run_keeper({demo.string(), names, false, {}}, root_, theirs.get());
    ASSERT_FALSE(started) << one.name;
    EXPECT_EQ(started.error().code, ErrorCode::kRefused) << one.name;
  }
}

}  // namespace
}  // namespace bulkhead
