// A ledger and vault that were rolled back under a live second place: refused, then adopted, with
// the loss named and nothing refilled.
#include <gtest/gtest.h>

#include "keeper/adopt.h"
#include "keeper/real_house_fixture.h"
#include "ledger/faulty_disk_for_test.h"
#include "ledger/note.h"
#include "ledger/verify.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kHourMs = 3'600'000;

class AdoptHouse : public KeeperHouse {
 protected:
  AdoptHouse() { clock_ = &time_; }
  // A house with a second place; a copy of it as it stood; and what happened since.
  void SetUp() override {
    KeeperHouse::SetUp();
    anchor_.second_place = (aside_.path() / "checkpoint").string();
    anchor_.unanchored = true;  // an empty one is filled
    restart();
    anchor_.unanchored = false;
    {
      auto admin = connect_admin();
      fill(admin);
    }
    stop();
    fs::copy(folder_.path(), aside_.path() / "copy", fs::copy_options::recursive);
    time_.advance_ms(60'000);
    start();
    {
      auto admin = connect_admin();
      auto front = connect_front();
      auto anna = sign_in(admin, front, "anna");
      EXPECT_EQ(anna.ask(front, reveal(case_of_anna_))->reason, Reason::kNone);
      import_one(admin);
    }
    stop();
    lost_size_ = ledger_size();
  }
  void restart() {
    stop();
    start();
  }
  void roll_back(bool vault_too) {
    for (const auto* name : {"ledger", "snapshots"}) put_back(name);
    if (!vault_too) return;
    for (const auto* name :
         {"vault.db", "vault.db-wal", "vault.db-shm", "keys.db", "keys.db-wal", "keys.db-shm"})
      put_back(name);
  }
  void put_back(const std::string& name) {
    fs::remove_all(folder_.path() / name);
    if (fs::exists(aside_.path() / "copy" / name))
      fs::copy(aside_.path() / "copy" / name, folder_.path() / name, fs::copy_options::recursive);
  }
  std::uint64_t ledger_size() {
    auto opened = open_keeper_folder(folder_.path(), root_);
    return opened ? opened->ledger->size().value : 0;
  }
  Error refusal() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const Descriptor ours(ends[0]), theirs(ends[1]);
    const auto ended =
        run_keeper({folder_.path().string(), {}, false, anchor_, clock_}, root_, theirs.get());
    EXPECT_FALSE(ended);
    return ended ? Error{} : ended.error();
  }
  Result<Adopted> adopt() { return adopt_on(disk_); }
  Result<Adopted> adopt_on(Disk& disk) {
    return adopt_ledger(folder_.path(), root_, anchor_.second_place, time_, disk);
  }
  static wire::Reveal reveal(const CaseId& id) {
    return {{}, id, FieldSet::of(Field::kEmail), Purpose::kService};
  }
  static std::uint32_t import_one(Peer& admin) {
    wire::Import import;
    random_bytes(import.job);
    wire::ImportCustomer customer;
    customer.values.items.push_back({static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
    import.customers.items.push_back(customer);
    return admin.call<wire::ImportAnswer>(import).first_customer;
  }
  VerifyReport verify(const std::string& origin) {
    const auto ring = KeyRing::open(folder_.path() / "keys", root_).value();
    const auto key = NoteVerifier::create(origin, NoteKeyType::kEd25519,
                                          ring->ledger_signing_key().public_key());
    DirectorySource source((folder_.path() / "ledger").string());
    return verify_ledger(source, {.verifier_key = key->text()});
  }

  TemporaryFolder aside_;
  PosixDisk disk_;
  FakeClock time_;
  std::uint64_t lost_size_ = 0;
};

TEST_F(AdoptHouse, ARolledBackHouseIsRefusedThenAdoptedAndSaysWhatIsMissing) {
  roll_back(true);
  EXPECT_EQ(refusal().code, ErrorCode::kConflict);
  time_.advance_ms(kHourMs);
  const auto adopted = adopt();
  ASSERT_TRUE(adopted) << adopted.error().context;
  EXPECT_EQ(adopted->new_origin, adopted->old_origin + "/adopted-1");
  EXPECT_EQ(adopted->known_size, lost_size_);
  EXPECT_TRUE(adopted->confirmed);
  const auto report = verify(adopted->new_origin);
  EXPECT_TRUE(report.ok) << report.problems.front();

  recompute_ = true;
  start();
  auto admin = connect_admin();
  wire::Scope scope;
  scope.query.principal.value = "anna";
  const auto affected = admin.call<wire::ScopeAnswer>(scope);
  ASSERT_EQ(affected.unknown.items.size(), 1u);
  const auto& window = affected.unknown.items[0];
  EXPECT_EQ(window.first_entry, adopted->size);
  EXPECT_EQ(window.known_size, lost_size_);
  EXPECT_LT(window.from_ms, window.to_ms);
  // A question about another time has a whole answer.
  scope.query.to_ms = window.from_ms;
  EXPECT_TRUE(admin.call<wire::ScopeAnswer>(scope).unknown.items.empty());
  scope.query.to_ms = 0;
  scope.query.from_ms = window.to_ms + 1;
  EXPECT_TRUE(admin.call<wire::ScopeAnswer>(scope).unknown.items.empty());
  EXPECT_EQ(admin.call<wire::StatusAnswer>(wire::StatusQuery{}).standing.unknown.items.size(), 1u);
}

TEST_F(AdoptHouse, NothingIsRefilled) {
  roll_back(true);
  ASSERT_TRUE(adopt());
  start();
  auto admin = connect_admin();
  auto front = connect_front();
  const auto reveal_now = [&] {
    auto anna = sign_in(admin, front, "anna");
    return anna.ask(front, reveal(case_of_anna_))->reason;
  };
  EXPECT_EQ(reveal_now(), Reason::kBudget);
  time_.advance_ms(2 * kHourMs);
  EXPECT_EQ(reveal_now(), Reason::kBudget);  // the day reaches into the loss
  time_.advance_ms(23 * kHourMs);
  EXPECT_EQ(reveal_now(), Reason::kNone);
}

TEST_F(AdoptHouse, WithoutThatProtectionItIs) {
  roll_back(true);
  ASSERT_TRUE(adopt());
  without_ = {"adoption"};
  start();
  auto admin = connect_admin();
  auto front = connect_front();
  auto anna = sign_in(admin, front, "anna");
  EXPECT_EQ(anna.ask(front, reveal(case_of_anna_))->reason, Reason::kNone);
}

// The vault is ahead: customers whose import was lost are still there, and stay.
TEST_F(AdoptHouse, CustomersOfLostImportsStay) {
  roll_back(false);
  EXPECT_EQ(refusal().code, ErrorCode::kConflict);
  anchor_.second_place.clear();  // lost as well: the vault knows how far the ledger was
  const auto adopted = adopt();
  ASSERT_TRUE(adopted) << adopted.error().context;
  EXPECT_GT(adopted->known_size, adopted->size);
  start();
  auto admin = connect_admin();
  EXPECT_EQ(admin.call<wire::StatusAnswer>(wire::StatusQuery{}).customers, 3u);
  EXPECT_EQ(import_one(admin), 4u);
}

// Keys that were rotated in a lost entry are there; those of before are gone for good.
TEST_F(AdoptHouse, AChangeOfKeysMayBeAmongTheLost) {
  start();
  {
    auto admin = connect_admin();
    admin.call<wire::ChangeKeysAnswer>(wire::ChangeKeys{KeyChange::kRotate});
    for (int look = 0; look < 2'000; ++look) {
      if (admin.call<wire::KeyStatusAnswer>(wire::KeyStatus{}).change == KeyChange::kNone) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      time_.advance_ms(100);  // a step that finds a reader in its way waits a second
    }
  }
  stop();
  roll_back(false);
  ASSERT_TRUE(adopt());
  recompute_ = true;
  start();
  auto admin = connect_admin();
  EXPECT_EQ(admin.call<wire::KeyStatusAnswer>(wire::KeyStatus{}).epoch, 2u);
}

TEST_F(AdoptHouse, OfAWholeLedgerNothingIsAdopted) {
  EXPECT_EQ(adopt().error().code, ErrorCode::kConflict);
  start();
  EXPECT_EQ(adopt().error().code, ErrorCode::kConflict);  // nor of one in use
  stop();
}

TEST_F(AdoptHouse, InterruptedAnywhereItIsTakenUpAgain) {
  stop();
  fs::copy(folder_.path(), aside_.path() / "whole", fs::copy_options::recursive);
  const auto second = disk_.read(anchor_.second_place, 10'000).value();
  bool whole = false;
  unsigned interrupted = 0;
  for (int fail_from = 1; fail_from < 60 && !whole; ++fail_from) {
    fs::remove_all(folder_.path());
    fs::copy(aside_.path() / "whole", folder_.path(), fs::copy_options::recursive);
    ASSERT_TRUE(disk_.write_durably(anchor_.second_place, second));
    roll_back(true);
    FailingDisk failing(fail_from);
    whole = adopt_on(failing).has_value();
    if (!whole) {
      ++interrupted;
      EXPECT_FALSE(open_keeper_folder(folder_.path(), root_, anchor_)) << fail_from;
      const auto adopted = adopt();
      ASSERT_TRUE(adopted) << fail_from << ": " << adopted.error().context;
    }
    auto opened = open_keeper_folder(folder_.path(), root_, anchor_);
    ASSERT_TRUE(opened) << fail_from << ": " << opened.error().context;
    EXPECT_TRUE(opened->origin.ends_with("/adopted-1"));
    unsigned adoptions = 0;
    ASSERT_TRUE(opened->ledger->read({0}, opened->ledger->size(), [&](LeafIndex, const Entry& one) {
      adoptions += one.kind == EntryKind::kCheckpointNote ? 1 : 0;
      return true;
    }));
    EXPECT_EQ(adoptions, 1u) << fail_from;
    ASSERT_TRUE(opened->ledger->close());
  }
  EXPECT_TRUE(whole);
  EXPECT_GT(interrupted, 10u);
}

TEST_F(AdoptHouse, ItMayHappenAgain) {
  roll_back(true);
  ASSERT_TRUE(adopt());
  fs::remove_all(aside_.path() / "copy");
  fs::copy(folder_.path(), aside_.path() / "copy", fs::copy_options::recursive);
  start();
  {
    import_one(*std::make_unique<Peer>(connect_admin()));
  }
  stop();
  roll_back(true);
  EXPECT_EQ(refusal().code, ErrorCode::kConflict);
  const auto adopted = adopt();
  ASSERT_TRUE(adopted) << adopted.error().context;
  EXPECT_TRUE(adopted->new_origin.ends_with("/adopted-2"));
  recompute_ = true;
  start();
  auto admin = connect_admin();
  EXPECT_EQ(admin.call<wire::StatusAnswer>(wire::StatusQuery{}).standing.unknown.items.size(), 2u);
}

TEST_F(RealHouse, AnAdoptedHouseShowsNobodyBeforeTwoConfirmed) {
  stop();
  TemporaryFolder aside;
  anchor_.second_place = (aside.path() / "checkpoint").string();
  anchor_.unanchored = true;
  start();
  stop();
  fs::copy(folder_.path(), aside.path() / "copy", fs::copy_options::recursive);
  start();
  stop();
  fs::remove_all(folder_.path());
  fs::copy(aside.path() / "copy", folder_.path(), fs::copy_options::recursive);
  PosixDisk disk;
  const auto adopted =
      adopt_ledger(folder_.path(), root_, anchor_.second_place, SystemClock(), disk);
  ASSERT_TRUE(adopted) << adopted.error().context;
  EXPECT_FALSE(adopted->confirmed);
  start();
  auto front = connect_front();
  EXPECT_EQ(front.ask(wire::Lookup{})->reason, Reason::kLedger);
  EXPECT_EQ(front.ask(wire::Reveal{})->reason, Reason::kLedger);
  EXPECT_EQ(front.ask(wire::Me{})->reason, Reason::kNoSession);  // people may sign in

  auto peer = connect(Face::kAdmin);
  peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
  peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}});
  const auto number = peer.call<wire::Proposed>(wire::ConfirmAdoption{adopted->size}).number;
  EXPECT_EQ(peer.ask(wire::CarryOutProposal{number})->reason, Reason::kState);
  EXPECT_EQ(front.ask(wire::Reveal{})->reason, Reason::kLedger);
  stop();
}

TEST_F(KeeperHouse, AnAdoptionThatIsNoneIsNotConfirmed) {
  auto admin = connect_admin();
  EXPECT_EQ(admin.ask(wire::ConfirmAdoption{7})->reason, Reason::kNotThere);
}

}  // namespace
}  // namespace bulkhead
