// Changes of customers' keys at a running keeper: who may ask, what goes on meanwhile, what the
// ledger says, and what a start makes of keys and ledgers that do not belong together.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/clock.h"
#include "keeper/key_facts.h"
#include "keeper/key_work.h"
#include "keeper/real_house_fixture.h"
#include "keeper/state_for_test.h"
#include "store/database.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

class KeysHouse : public KeeperHouse {
 protected:
  void open_house() {
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
  }
  void close_house() {
    admin_.reset();
    front_.reset();
    stop();
  }
  void import_people(std::uint32_t count) {
    wire::Import import;
    random_bytes(import.job);
    for (std::uint32_t n = 0; n < count; ++n) {
      wire::ImportCustomer customer;
      customer.values.items.push_back(
          {static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
      import.customers.items.push_back(customer);
    }
    EXPECT_EQ(admin_->call<wire::ImportAnswer>(import).taken, count);
  }
  wire::KeyStatusAnswer status() { return admin_->call<wire::KeyStatusAnswer>(wire::KeyStatus{}); }
  wire::KeyStatusAnswer wait_for_end() {
    for (int i = 0; i < 1000; ++i) {
      const auto now = status();
      if (now.change == KeyChange::kNone) return now;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ADD_FAILURE() << "the change does not end";
    return {};
  }
  Reason reveal(SignedIn& anna) {
    return anna
        .ask(*front_,
             wire::Reveal{{}, case_of_anna_, FieldSet::of(Field::kEmail), Purpose::kService})
        ->reason;
  }
  std::vector<KeyDetail> key_entries() {
    std::vector<KeyDetail> found;
    auto folder = open_keeper_folder(folder_.path(), root_);
    EXPECT_TRUE(folder.has_value());
    EXPECT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& one) {
      if (one.kind == EntryKind::kKey) found.push_back(*wire::decode<KeyDetail>(one.detail));
      return true;
    }));
    EXPECT_TRUE(folder->ledger->close());
    return found;
  }
  bool has_key(const char* name) const { return fs::exists(folder_.path() / "keys" / name); }
  std::optional<Peer> admin_, front_;
};

TEST_F(KeysHouse, RotateAndRekeyBesideRevealsAndNewCustomers) {
  open_house();
  fill(*admin_);
  import_people(1500);
  auto anna = sign_in(*admin_, *front_, "anna");
  for (const auto change : {KeyChange::kRotate, KeyChange::kRekey}) {
    const auto epoch = status().epoch;
    EXPECT_EQ(admin_->ask_at_once(wire::ChangeKeys{change}, wire::ChangeKeys{change}),
              (std::vector{Reason::kNone, Reason::kState}));  // one at a time
    for (int i = 0; i < 200 && status().change != KeyChange::kNone; ++i) {
      EXPECT_EQ(reveal(anna), Reason::kNone);
      if (i % 10 == 0) import_people(1);
    }
    const auto done = wait_for_end();
    EXPECT_EQ(done.epoch, epoch + 1);
    EXPECT_EQ(done.damaged, 0u);
    EXPECT_EQ(reveal(anna), Reason::kNone);
    EXPECT_EQ(has_key("contact.key"), false);
    EXPECT_TRUE(has_key(fmt::format("contact-{}.key", epoch + 1).c_str()));
  }
  close_house();
  const auto entries = key_entries();
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].step, KeyStep::kBegun);
  EXPECT_EQ(entries[0].change, KeyChange::kRotate);
  EXPECT_EQ(entries[1].step, KeyStep::kEnded);
  EXPECT_EQ(entries[1].epoch, 2u);
  EXPECT_EQ(entries[3].step, KeyStep::kEnded);
  EXPECT_EQ(entries[3].change, KeyChange::kRekey);
  EXPECT_EQ(entries[3].epoch, 3u);
  // Everybody opens at rest too, and the next start agrees.
  {
    auto folder = open_keeper_folder(folder_.path(), root_);
    ASSERT_TRUE(folder.has_value());
    const auto reader = *VaultReader::open(folder_.path(), *folder->ring);
    for (std::uint32_t n = 1; n < folder->vault->next_customer_number().value; ++n)
      EXPECT_TRUE(reader->open_fields(CustomerNumber(n), FieldSet::all())) << n;
    EXPECT_TRUE(folder->ledger->close());
  }
  recompute_ = true;
  start();
  open_house();
  EXPECT_EQ(status().epoch, 3u);
  close_house();
}

TEST_F(KeysHouse, AChangeGoesOnAfterARestart) {
  open_house();
  fill(*admin_);
  import_people(1900);
  import_people(1900);
  admin_->call<wire::ChangeKeysAnswer>(wire::ChangeKeys{KeyChange::kRekey});
  close_house();
  start();
  open_house();
  EXPECT_EQ(wait_for_end().epoch, 2u);
  auto anna = sign_in(*admin_, *front_, "anna");
  EXPECT_EQ(reveal(anna), Reason::kNone);
  close_house();
  EXPECT_FALSE(has_key("contact.key"));
}

TEST_F(KeysHouse, WhatDoesNotOpenIsCountedAndLeft) {
  open_house();
  fill(*admin_);
  close_house();
  {
    auto keys = Database::open(folder_.path() / "keys.db", {});
    ASSERT_TRUE(
        (*keys)->run("UPDATE keys SET wrapped = zeroblob(length(wrapped)) WHERE customer = 2"));
  }
  start();
  open_house();
  admin_->call<wire::ChangeKeysAnswer>(wire::ChangeKeys{KeyChange::kRotate});
  const auto done = wait_for_end();
  EXPECT_EQ(done.epoch, 2u);
  EXPECT_EQ(done.damaged, 1u);
  auto anna = sign_in(*admin_, *front_, "anna");
  EXPECT_EQ(reveal(anna), Reason::kNone);
  close_house();
  EXPECT_EQ(key_entries().back().damaged, 1u);
}

TEST_F(KeysHouse, ANoneChangeBreaksTheChannel) {
  open_house();
  EXPECT_FALSE(admin_->ask(wire::ChangeKeys{KeyChange::kNone}));
  admin_.emplace(connect_admin());
  EXPECT_EQ(status().change, KeyChange::kNone);
  close_house();
}

// Somebody puts back key files, or a ledger, of before.
TEST_F(KeysHouse, RolledBackKeysAndLedgersAreRefused) {
  const TemporaryFolder before;
  open_house();
  fill(*admin_);
  close_house();
  const auto copy = fs::copy_options::recursive | fs::copy_options::overwrite_existing;
  fs::copy(folder_.path(), before.path() / "house", copy);
  start();
  open_house();
  admin_->call<wire::ChangeKeysAnswer>(wire::ChangeKeys{KeyChange::kRotate});
  wait_for_end();
  close_house();
  const auto refused = [&] {
    KeyFacts facts;
    facts.epoch = 2;
    const auto ring = KeyRing::open(folder_.path() / "keys", root_);
    return ring ? check_key_files(**ring, facts) : Status(std::unexpected(ring.error()));
  };
  EXPECT_TRUE(refused());
  fs::copy_file(before.path() / "house" / "keys" / "contact.key",
                folder_.path() / "keys" / "contact.key");
  EXPECT_EQ(refused().error().code, ErrorCode::kConflict);
  fs::remove(folder_.path() / "keys" / "contact.key");
  // The ledger of before the rotation knows nothing of these keys.
  const auto ring = KeyRing::open(folder_.path() / "keys", root_);
  EXPECT_EQ(check_key_files(**ring, KeyFacts{}).error().code, ErrorCode::kConflict);
  fs::remove_all(folder_.path() / "keys");
  fs::copy(before.path() / "house" / "keys", folder_.path() / "keys", copy);
  EXPECT_EQ(refused().error().code, ErrorCode::kConflict);
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  const auto ended =
      run_keeper({.data = folder_.path().string(), .without = {}}, root_, theirs.get());
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::kConflict);
}

TEST(KeyFacts, StepsOutOfTurnAreRefused) {
  const auto entry = [](KeyStep step, KeyChange change, std::uint32_t epoch) {
    Entry one;
    one.kind = EntryKind::kKey;
    one.detail =
        wire::encode(KeyDetail{.step = step, .change = change, .epoch = epoch, .damaged = 7});
    return one;
  };
  KeyFacts facts;
  EXPECT_FALSE(facts.apply(entry(KeyStep::kEnded, KeyChange::kRotate, 2)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBegun, KeyChange::kNone, 2)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kNone, KeyChange::kRotate, 2)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBegun, KeyChange::kRotate, 3)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBegun, KeyChange::kRotate, 1)));
  ASSERT_TRUE(facts.apply(entry(KeyStep::kBegun, KeyChange::kRotate, 2)));
  EXPECT_EQ(facts.epoch, 1u);
  EXPECT_FALSE(facts.apply(entry(KeyStep::kBegun, KeyChange::kRotate, 2)));
  EXPECT_FALSE(facts.apply(entry(KeyStep::kEnded, KeyChange::kRekey, 2)));
  ASSERT_TRUE(facts.apply(entry(KeyStep::kEnded, KeyChange::kRotate, 2)));
  EXPECT_EQ(facts.epoch, 2u);
  EXPECT_EQ(facts.change, KeyChange::kNone);
  EXPECT_EQ(facts.damaged, 7u);
  Entry bad;
  bad.kind = EntryKind::kKey;
  EXPECT_FALSE(facts.apply(bad));
}

// Outside demo directories.
class RealKeys : public RealHouse {
 protected:
  RealKeys() { clock_ = &time_; }
  FakeClock time_;
};

TEST_F(RealKeys, OneAdminMayRotateAndARekeyIsOnlyProposed) {
  auto admin = connect(Face::kAdmin);
  admin.call<wire::AdminHelloAnswer>(wire::AdminHello{});
  admin.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}});
  EXPECT_GT(admin.call<wire::Proposed>(wire::ChangeKeys{KeyChange::kRekey}).wait_s, 3000u);
  EXPECT_EQ(admin.call<wire::KeyStatusAnswer>(wire::KeyStatus{}).change, KeyChange::kNone);
  EXPECT_EQ(admin.call<wire::ChangeKeysAnswer>(wire::ChangeKeys{KeyChange::kRotate}).epoch, 2u);
}

}  // namespace
}  // namespace bulkhead
