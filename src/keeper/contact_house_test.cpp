// Changes of contact at a running keeper: their budget, their versions, and what a channel that was
// just changed is worth.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/contact_writes.h"
#include "keeper/house_fixture.h"
#include "vault/references.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kChangeMinuteMs = 61'000;
constexpr std::uint64_t kChangeHourMs = 3'601'000;
constexpr auto kMail = FieldSet::of(Field::kEmail);

class ContactHouse : public KeeperHouse {
 protected:
  ContactHouse() { clock_ = &time_; }

  void open_house() {
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
    fill(*admin_);
    come_in();
  }
  // Also once more, since sessions end while time passes and a code is good once.
  void come_in() {
    time_.advance_ms(kChangeMinuteMs);
    anna_.emplace(sign_in(*admin_, *front_, "anna"));
  }
  void close_house() {
    anna_.reset();
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
  CaseId case_about(std::uint32_t customer, ContactProof contact, const std::string& who = "anna") {
    wire::SeedCases seed;
    seed.cases.items.push_back({customer,
                                RequestType::kQuestion,
                                CaseState::kOpen,
                                contact,
                                staff_number(who),
                                time_.wall_ms(),
                                {}});
    return admin_->call<wire::SeedCasesAnswer>(seed).ids.items.at(0);
  }
  // So many customers with this mail address each; the first one's number.
  std::uint32_t import(std::uint32_t count, const std::string& mail) {
    wire::Import import;
    random_bytes(import.job);
    for (std::uint32_t i = 0; i < count; ++i) {
      wire::ImportCustomer customer;
      customer.values.items.push_back({static_cast<std::uint8_t>(Field::kEmail), 0, {mail}});
      import.customers.items.push_back(customer);
    }
    return admin_->call<wire::ImportAnswer>(import).first_customer;
  }

  static wire::ChangeContact change_of(CaseId id, Field field, std::string value) {
    wire::ChangeContact change;
    change.id = id;
    change.changes.items.push_back({static_cast<std::uint8_t>(field), {std::move(value)}});
    return change;
  }
  Reason change(CaseId id, const std::string& mail) {
    return anna_->ask(*front_, change_of(id, Field::kEmail, mail))->reason;
  }
  std::optional<CustomerRef> found(const std::string& mail) {
    const wire::Lookup lookup{{}, IdentifierKind::kEmail, {mail}};
    return anna_->ask(*front_, lookup)->as<wire::LookupAnswer>().customer;
  }
  std::optional<PeerAnswer> reveal(CaseId id, FieldSet fields = kMail) {
    return anna_->ask(*front_, wire::Reveal{{}, id, fields, Purpose::kService});
  }
  ContactProof proof_of(CaseId id) {
    return anna_->ask(*front_, wire::ShowCase{{}, id})->as<wire::CaseAnswer>().row.contact;
  }
  void prove(CaseId id, ContactProof contact = ContactProof::kProven) {
    admin_->call<wire::Done>(wire::SetContact{id, contact});
  }

  FakeClock time_;
  std::optional<Peer> admin_, front_;
  std::optional<SignedIn> anna_;
};

TEST_F(ContactHouse, EachChangeHasAVersionOfItsOwn) {
  open_house();
  auto mail = change_of(case_of_anna_, Field::kEmail, "first@example.com");
  auto city = change_of(case_of_anna_, Field::kCity, "Delft");
  mail.proof = anna_->proof_for(mail);
  city.proof = anna_->proof_for(city);
  Bytes both;  // in one turn, so that the second is decided on before the first is stored
  wire::put_frame(both,
                  {static_cast<std::uint16_t>(wire::Op::kChangeContact), 101, front_->instance},
                  wire::encode(mail));
  wire::put_frame(both,
                  {static_cast<std::uint16_t>(wire::Op::kChangeContact), 102, front_->instance},
                  wire::encode(city));
  front_->send_raw(both);
  const auto first = front_->receive()->as<wire::ChangeContactAnswer>();
  const auto second = front_->receive()->as<wire::ChangeContactAnswer>();
  EXPECT_EQ(first.version, 2u);
  EXPECT_EQ(second.version, 3u);
  EXPECT_EQ(first.young, kMail);
  EXPECT_EQ(second.young, FieldSet());  // a city reaches nobody
  const auto shown =
      reveal(case_of_anna_, kMail | FieldSet::of(Field::kCity))->as<wire::RecordAnswer>();
  ASSERT_EQ(shown.values.items.size(), 2u);
  EXPECT_EQ(shown.values.items[0].value.value, "first@example.com");
  EXPECT_TRUE(shown.values.items[0].young);
  EXPECT_EQ(shown.values.items[1].value.value, "Delft");
  EXPECT_FALSE(shown.values.items[1].young);
  close_house();
  recompute_ = true;  // the entries give the state that ran
  start();
}

TEST_F(ContactHouse, TheIdentifierFollowsAndTheOldOneFindsNobody) {
  open_house();
  const auto before = found("one@example.com");
  ASSERT_TRUE(before);
  ASSERT_EQ(change(case_of_anna_, "new@example.com"), Reason::kNone);
  EXPECT_FALSE(found("one@example.com"));
  EXPECT_EQ(found("new@example.com"), before);
  ASSERT_EQ(change(case_of_anna_, ""), Reason::kNone);  // it has none now
  EXPECT_FALSE(found("new@example.com"));
  const auto masked =
      anna_->ask(*front_, wire::Masked{{}, case_of_anna_})->as<wire::RecordAnswer>();
  for (const auto& value : masked.values.items)
    EXPECT_EQ(value.young, value.field == static_cast<std::uint8_t>(Field::kEmail));
}

TEST_F(ContactHouse, WhoHasHadASharedIdentifierLongestIsFound) {
  open_house();
  const auto second = found("two@example.com");
  ASSERT_TRUE(second);
  ASSERT_EQ(change(case_of_anna_, "two@example.com"), Reason::kNone);
  EXPECT_EQ(found("two@example.com"), second);  // though the other has the lower number
  time_.advance_ms(kYoungMs);
  come_in();  // a new session, to which customers go by other names
  const auto still = found("two@example.com");
  ASSERT_EQ(change(case_of_anna_, "three@example.com"), Reason::kNone);
  EXPECT_EQ(found("two@example.com"), still);
}

TEST_F(ContactHouse, AnIdentifierOfTooManyIsRefusedAndTheOldOneStands) {
  open_house();
  import(10, "all@example.com");
  EXPECT_EQ(change(case_of_anna_, "all@example.com"), Reason::kState);
  EXPECT_TRUE(found("one@example.com"));
  const auto next = anna_->ask(*front_, change_of(case_of_anna_, Field::kEmail, "new@example.com"));
  EXPECT_EQ(next->as<wire::ChangeContactAnswer>().version, 3u);  // 2 was recorded
  close_house();
  start();  // what did not get into the vault is known not to be there
}

TEST_F(ContactHouse, AYoungChannelProvesNothing) {
  open_house();
  const auto cold = case_about(1, ContactProof::kNone);
  ASSERT_EQ(change(cold, "thief@example.com"), Reason::kNone);
  prove(cold);
  EXPECT_EQ(proof_of(cold), ContactProof::kNone);
  EXPECT_EQ(reveal(cold)->reason, Reason::kField);
  EXPECT_EQ(proof_of(case_about(1, ContactProof::kClaimed)), ContactProof::kNone);
  EXPECT_EQ(proof_of(case_about(2, ContactProof::kClaimed)), ContactProof::kClaimed);
  EXPECT_EQ(proof_of(case_of_anna_), ContactProof::kProven);  // from before

  time_.advance_ms(kYoungMs - kChangeHourMs);
  come_in();
  prove(cold);
  EXPECT_EQ(proof_of(cold), ContactProof::kNone);
  time_.advance_ms(kChangeHourMs);
  come_in();
  EXPECT_EQ(proof_of(cold), ContactProof::kNone);  // what was no proof does not become one
  prove(cold);
  EXPECT_EQ(proof_of(cold), ContactProof::kProven);
  EXPECT_EQ(reveal(cold)->reason, Reason::kNone);
}

TEST_F(ContactHouse, WithoutThatRuleAYoungChannelOpensEverything) {
  stop();
  without_ = {"young"};
  start();
  open_house();
  const auto cold = case_about(1, ContactProof::kNone);
  ASSERT_EQ(change(cold, "thief@example.com"), Reason::kNone);
  prove(cold);
  EXPECT_EQ(reveal(cold)->reason, Reason::kNone);
}

TEST_F(ContactHouse, ADayHoldsTwentyCustomers) {
  constexpr std::uint32_t kADay = 20, kAMinute = 5, kAnHour = 10;
  open_house();
  const auto first = import(kADay + 1, "somebody@example.com");
  std::vector<CaseId> cases;
  for (std::uint32_t i = 0; i <= kADay; ++i)
    cases.push_back(case_about(first + i, ContactProof::kNone));
  const auto move = [&](std::uint32_t i) {
    return anna_->ask(*front_, change_of(cases[i], Field::kCity, "Delft"))->reason;
  };
  for (std::uint32_t i = 0; i < kADay; ++i) {
    ASSERT_EQ(move(i), Reason::kNone) << i;
    EXPECT_EQ(move(i), Reason::kNone) << i;  // the same customer counts once
    if ((i + 1) % kAMinute != 0 || i + 1 == kADay) continue;
    EXPECT_EQ(move(i + 1), Reason::kBudget);
    time_.advance_ms((i + 1) % kAnHour == 0 ? kChangeHourMs : kChangeMinuteMs);
    come_in();
  }
  time_.advance_ms(kChangeHourMs);
  come_in();
  EXPECT_EQ(move(kADay), Reason::kBudget);
  time_.advance_ms(kMsPerDay);
  come_in();
  EXPECT_EQ(move(kADay), Reason::kNone);
}

TEST_F(ContactHouse, WhatIsNoChangeOfContactIsRefused) {
  open_house();
  const auto before = admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size;
  const auto refused = [&](wire::ChangeContact change) {
    change.id = case_of_anna_;
    return anna_->ask(*front_, change)->reason == Reason::kMalformed;
  };
  const auto item = [](int field, const char* value) {
    return wire::FieldChange{static_cast<std::uint8_t>(field), {value}};
  };
  const int mail = static_cast<int>(Field::kEmail);
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({{}, {}, {{item(static_cast<int>(Field::kGivenName), "Thief")}}}));
  EXPECT_TRUE(refused({{}, {}, {{item(16, "not in the catalogue")}}}));
  EXPECT_TRUE(refused({{}, {}, {{item(255, "nor is this")}}}));
  EXPECT_TRUE(refused({{}, {}, {{item(mail, "a@example.com"), item(mail, "b@example.com")}}}));
  EXPECT_TRUE(refused({{}, {}, {{item(mail, "no address")}}}));
  EXPECT_TRUE(refused({{}, {}, {{item(mail, "   ")}}}));
  EXPECT_TRUE(refused({{}, {}, {{item(static_cast<int>(Field::kPhone), "+000")}}}));
  EXPECT_TRUE(refused({{}, {}, {{item(static_cast<int>(Field::kCity), "a\nb")}}}));
  EXPECT_EQ(admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size, before);
  EXPECT_TRUE(found("one@example.com"));
}

TEST_F(ContactHouse, OnlyWhoWorksOnTheCaseAndHasABudgetMayChange) {
  open_house();
  for (const auto role : {Role::kAnalyst, Role::kPrivacyOfficer}) {
    const std::string name = role == Role::kAnalyst ? "ines" : "petra";
    passwords_[name] =
        admin_->call<wire::StaffSecrets>(wire::StaffAdd{{name}, role, {"other"}, {}, true})
            .password.value;
  }
  auto bert = sign_in(*admin_, *front_, "bert");
  EXPECT_EQ(bert.ask(*front_, change_of(case_of_anna_, Field::kEmail, "t@example.com"))->reason,
            Reason::kNoGrant);
  const auto with_own_case = [&](const std::string& name) {
    auto session = sign_in(*admin_, *front_, name);
    const auto id = case_about(2, ContactProof::kProven, name);
    return session.ask(*front_, change_of(id, Field::kCity, "Delft"))->reason;
  };
  EXPECT_EQ(with_own_case("ines"), Reason::kRole);
  EXPECT_EQ(with_own_case("petra"), Reason::kNone);
  EXPECT_TRUE(found("one@example.com"));
}

TEST_F(ContactHouse, WhatWasTypedIsKnownToHavePassedThroughTheFront) {
  open_house();
  ASSERT_EQ(change(case_of_anna_, "new@example.com"), Reason::kNone);
  wire::Scope scope;
  scope.query.exposed_through = front_->instance.value;
  const auto rows = admin_->call<wire::ScopeAnswer>(scope).rows.items;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].clear, kMail);
}

// As a crash leaves it: the change is recorded, and whether the vault has it is not.
TEST_F(ContactHouse, AChangeLostInACrashIsSettledAtTheStart) {
  open_house();
  close_house();
  {
    auto folder = open_keeper_folder(folder_.path(), root_);
    ASSERT_TRUE(folder);
    Entry entry;
    entry.kind = EntryKind::kWrite;
    entry.wall_ms = entry.keeper_ms = time_.wall_ms() + 1;
    entry.fields = kMail;
    entry.detail = wire::encode(WriteDetail{WriteStep::kBegun,
                                            static_cast<std::uint8_t>(Compartment::kContact), 2, 0,
                                            entry.keeper_ms + kYoungMs});
    random_bytes(entry.salt);
    entry.sealed_customer = seal_customer(*folder->ring, CustomerNumber(1), entry.salt);
    ASSERT_TRUE(folder->ledger->append({&entry, 1}));
    ASSERT_TRUE(folder->ledger->close());
  }
  recompute_ = true;
  start();
  admin_.emplace(connect_admin());
  front_.emplace(connect_front());
  come_in();
  EXPECT_TRUE(found("one@example.com"));  // the old value stands
  const auto next = anna_->ask(*front_, change_of(case_of_anna_, Field::kEmail, "n@example.com"));
  EXPECT_EQ(next->as<wire::ChangeContactAnswer>().version,
            3u);  // the lost one's is not given again
  close_house();
  auto folder = open_keeper_folder(folder_.path(), root_);
  ASSERT_TRUE(folder);
  std::vector<WriteDetail> ends;
  ASSERT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& entry) {
    if (entry.kind != EntryKind::kWrite) return true;
    const auto detail = wire::decode<WriteDetail>(entry.detail);
    if (detail && detail->step == WriteStep::kEnded) ends.push_back(*detail);
    return true;
  }));
  ASSERT_FALSE(ends.empty());
  EXPECT_EQ(ends[0].version, 2u);
  EXPECT_EQ(ends[0].stands, 1u);
}

TEST_F(ContactHouse, AnErasedCustomersContactIsMissedByNobody) {
  open_house();
  ASSERT_EQ(change(case_of_anna_, "new@example.com"), Reason::kNone);
  close_house();
  {
    auto folder = open_keeper_folder(folder_.path(), root_);
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->vault->erase(CustomerNumber(1)));
    Entry entry;
    entry.kind = EntryKind::kErasure;
    entry.wall_ms = entry.keeper_ms = time_.wall_ms() + 1;
    entry.detail = wire::encode(ErasureDetail{ErasureStep::kCarriedOut, 0, {}});
    random_bytes(entry.salt);
    entry.sealed_customer = seal_customer(*folder->ring, CustomerNumber(1), entry.salt);
    ASSERT_TRUE(folder->ledger->append({&entry, 1}));
    ASSERT_TRUE(folder->ledger->close());
  }
  start();
}

}  // namespace
}  // namespace bulkhead
