// Erasure at a running keeper: who may ask, what is blocked at once, what is gone in the end.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/clock.h"
#include "keeper/details.h"
#include "keeper/house_fixture.h"
#include "keeper/keeper.h"
#include "vault/references.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kWaitMs = 14 * kMsPerDay;

class ErasureHouse : public KeeperHouse {
 protected:
  ErasureHouse() { clock_ = &time_; }

  // Besides anna's case of customer 1: the privacy officer's, about the same customer.
  void open_house(ContactProof contact = ContactProof::kProven) {
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
    fill(*admin_);
    const auto answer = add_privacy_officer(*admin_, 1, contact);
    request_ = {{}, answer.ids.items.at(0)};
    case_number_ = answer.first_case;
    petra_.emplace(sign_in(*admin_, *front_, "petra"));
    anna_.emplace(sign_in(*admin_, *front_, "anna"));
  }
  void close_house() {
    admin_.reset();
    front_.reset();
    stop();
  }
  std::uint32_t staff_number(const std::string& name) {
    for (const auto& row : admin_->call<wire::StaffListAnswer>(wire::StaffList{}).rows.items) {
      if (row.name.value == name) return row.number;
    }
    return 0;
  }
  Reason ask() { return petra_->ask(*front_, request_)->reason; }
  Reason cancel() { return petra_->ask(*front_, wire::CancelErasure{{}, request_.id})->reason; }
  Reason reveal() {
    return anna_
        ->ask(*front_,
              wire::Reveal{{}, case_of_anna_, FieldSet::of(Field::kEmail), Purpose::kService})
        ->reason;
  }
  bool found() {
    const wire::Lookup lookup{{}, IdentifierKind::kEmail, {"one@example.com"}};
    return anna_->ask(*front_, lookup)->as<wire::LookupAnswer>().customer.has_value();
  }
  wire::ErasureRow row() {
    const auto rows = admin_->call<wire::ErasuresAnswer>(wire::Erasures{}).rows.items;
    EXPECT_EQ(rows.size(), 1u);
    return rows.empty() ? wire::ErasureRow{} : rows[0];
  }
  bool carried_out() {
    for (int i = 0; i < 200; ++i) {
      if (row().step.value == "carried-out") return true;
      time_.advance_ms(1000);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  FakeClock time_;
  std::optional<Peer> admin_, front_;
  std::optional<SignedIn> anna_, petra_;
  wire::RequestErasure request_;
  std::uint32_t case_number_ = 0;
};

TEST_F(ErasureHouse, BlocksAtOnceAndEndsAfterFourteenDays) {
  open_house();
  EXPECT_EQ(reveal(), Reason::kNone);
  EXPECT_TRUE(found());
  ASSERT_EQ(ask(), Reason::kNone);
  EXPECT_EQ(reveal(), Reason::kNoGrant);
  EXPECT_FALSE(found());
  EXPECT_EQ(ask(), Reason::kState);  // once is enough
  EXPECT_EQ(row().step.value, "requested");
  EXPECT_LE(row().waits_s, kWaitMs / 1000);

  time_.advance_ms(kWaitMs - 60'000);
  EXPECT_EQ(row().step.value, "requested");
  time_.advance_ms(61'000);
  ASSERT_TRUE(carried_out());
  const auto done = row();
  EXPECT_GT(done.carried_out, done.request);
  ASSERT_FALSE(done.pseudonyms.items.empty());
  // Scope still names them by the same pseudonym, though nobody can be found behind it any more.
  wire::Scope scope;
  scope.query.principal.value = "anna";
  const auto rows = admin_->call<wire::ScopeAnswer>(scope).rows.items;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_NE(std::ranges::find(done.pseudonyms.items, rows[0].customer),
            done.pseudonyms.items.end());
  close_house();
  auto reopened = open_keeper_folder(folder_.path(), root_);
  ASSERT_TRUE(reopened);
  const auto reader = VaultReader::open(folder_.path(), *reopened->ring);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->person(CustomerNumber(1)).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE((*reader)->person(CustomerNumber(2)));
}

TEST_F(ErasureHouse, IsNoLongerNamedAsSomebodysCompanion) {
  open_house();
  wire::Import import;
  random_bytes(import.job);
  wire::ImportCustomer traveller;
  const auto put = [&](Field field, const char* value) {
    traveller.values.items.push_back({static_cast<std::uint8_t>(field), 0, {value}});
  };
  put(Field::kFamilyName, "Person");
  put(Field::kCompanions, "1");
  import.customers.items.push_back(traveller);
  const auto number = admin_->call<wire::ImportAnswer>(import).first_customer;
  wire::SeedCases seed;
  seed.cases.items.push_back({number,
                              RequestType::kQuestion,
                              CaseState::kOpen,
                              ContactProof::kProven,
                              staff_number("anna"),
                              time_.wall_ms(),
                              {}});
  const auto id = admin_->call<wire::SeedCasesAnswer>(seed).ids.items.at(0);
  const auto named = [&] {
    const wire::Reveal reveal{{}, id, FieldSet::of(Field::kCompanions), Purpose::kService};
    const auto answer = anna_->ask(*front_, reveal);
    EXPECT_EQ(answer->reason, Reason::kNone);
    const auto values = answer->as<wire::RecordAnswer>().values.items;
    return values.size() == 1 && !values[0].value.value.empty();
  };
  EXPECT_TRUE(named());
  ASSERT_EQ(ask(), Reason::kNone);
  EXPECT_FALSE(named());
}

TEST_F(ErasureHouse, IsTakenBackInTime) {
  open_house();
  EXPECT_EQ(cancel(), Reason::kState);
  ASSERT_EQ(ask(), Reason::kNone);
  ASSERT_EQ(cancel(), Reason::kNone);
  EXPECT_EQ(reveal(), Reason::kNone);
  EXPECT_TRUE(found());
  time_.advance_ms(kWaitMs + 1000);
  EXPECT_EQ(row().step.value, "cancelled");
}

TEST_F(ErasureHouse, OnlyThePrivacyOfficerWithAProvenContactMayAsk) {
  open_house(ContactProof::kClaimed);
  EXPECT_EQ(ask(), Reason::kState);
  EXPECT_EQ(anna_->ask(*front_, wire::RequestErasure{{}, case_of_anna_})->reason, Reason::kRole);
  wire::RequestErasure foreign{{}, case_of_anna_};
  EXPECT_EQ(petra_->ask(*front_, foreign)->reason, Reason::kNoGrant);
  EXPECT_EQ(reveal(), Reason::kNone);
}

TEST_F(ErasureHouse, OnePersonAsksForOnlySoManyADay) {
  open_house();
  wire::Import import;
  random_bytes(import.job);
  for (std::int64_t i = 0; i <= kErasuresADayMax; ++i) {
    wire::ImportCustomer customer;
    customer.values.items.push_back({static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
    import.customers.items.push_back(customer);
  }
  const auto first = admin_->call<wire::ImportAnswer>(import).first_customer;
  wire::SeedCases seed;
  for (std::uint32_t i = 0; i <= kErasuresADayMax; ++i)
    seed.cases.items.push_back({first + i,
                                RequestType::kDataSubject,
                                CaseState::kOpen,
                                ContactProof::kProven,
                                staff_number("petra"),
                                time_.wall_ms(),
                                {}});
  const auto ids = admin_->call<wire::SeedCasesAnswer>(seed).ids.items;
  for (const auto& id : ids) {
    const auto reason = petra_->ask(*front_, wire::RequestErasure{{}, id})->reason;
    EXPECT_EQ(reason, id == ids.back() ? Reason::kBudget : Reason::kNone);
  }
}

TEST_F(ErasureHouse, AHoldStopsIt) {
  open_house();
  admin_->call<wire::Done>(wire::Hold{case_number_, true});
  EXPECT_EQ(admin_->ask(wire::Hold{case_number_, true})->reason, Reason::kState);
  EXPECT_EQ(ask(), Reason::kState);
  admin_->call<wire::Done>(wire::Hold{case_number_, false});
  ASSERT_EQ(ask(), Reason::kNone);
  admin_->call<wire::Done>(wire::Hold{case_number_, true});
  time_.advance_ms(2 * kWaitMs);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(row().step.value, "requested");
  admin_->call<wire::Done>(wire::Hold{case_number_, false});
  EXPECT_TRUE(carried_out());
  EXPECT_NE(admin_->ask(wire::Hold{case_number_, true})->reason, Reason::kNone);  // too late
}

TEST_F(ErasureHouse, SurvivesRestartsAndFinishesWhatACrashInterrupted) {
  open_house();
  ASSERT_EQ(ask(), Reason::kNone);
  close_house();
  // As if it had died between the record and the keys: the entry is there, the keys are too.
  {
    auto folder = open_keeper_folder(folder_.path(), root_);
    ASSERT_TRUE(folder);
    auto reader = VaultReader::open(folder_.path(), *folder->ring);
    ASSERT_TRUE(reader);
    Entry entry;
    entry.kind = EntryKind::kErasure;
    entry.wall_ms = entry.keeper_ms = time_.wall_ms() + 1;
    entry.customer = (*reader)->person(CustomerNumber(1))->pseudonym(2026);
    entry.detail = wire::encode(ErasureDetail{ErasureStep::kCarriedOut, 0, {}});
    random_bytes(entry.salt);
    entry.sealed_customer = seal_customer(*folder->ring, CustomerNumber(1), entry.salt);
    ASSERT_TRUE(folder->ledger->append({&entry, 1}));
    ASSERT_TRUE(folder->ledger->close());
  }
  recompute_ = true;
  start();
  admin_.emplace(connect_admin());
  front_.emplace(connect_front());
  time_.advance_ms(60'000);
  anna_.emplace(sign_in(*admin_, *front_, "anna"));
  EXPECT_EQ(reveal(), Reason::kNoGrant);
  time_.advance_ms(1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  close_house();
  auto folder = open_keeper_folder(folder_.path(), root_);
  ASSERT_TRUE(folder);
  const auto reader = VaultReader::open(folder_.path(), *folder->ring);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->person(CustomerNumber(1)).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace bulkhead
