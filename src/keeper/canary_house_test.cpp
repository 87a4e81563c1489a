// Canaries at a running keeper: every way to touch one contains whoever touched it within that very
// frame, and nothing tells who the canary is.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <set>
#include <thread>

#include "base/clock.h"
#include "keeper/client_for_test.h"
#include "keeper/details.h"
#include "keeper/keeper.h"
#include "vault/references.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kCodeMs = 60'000;
constexpr CustomerNumber kBaitCustomer{3};  // fill() makes two

wire::Canary bait(const std::string& mail, const std::string& note = {}) {
  wire::Canary add;
  add.note.value = note;
  add.values.items.push_back({static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
  add.values.items.push_back({static_cast<std::uint8_t>(Field::kEmail), 0, {mail}});
  return add;
}

wire::Canary act_of(wire::CanaryAct what, std::uint32_t number = 0, const std::string& name = {}) {
  wire::Canary message;
  message.act = what;
  message.number = number;
  message.name.value = name;
  return message;
}

class CanaryHouse : public KeeperHouse {
 protected:
  CanaryHouse() { clock_ = &time_; }

  void open_house() {
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
    fill(*admin_);
    EXPECT_EQ(add(bait("bait@example.com", "a note")), 1u);
  }
  void close_house() {
    admin_.reset();
    front_.reset();
    stop();
  }
  void reopen() {
    close_house();
    recompute_ = true;
    start();
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
  }
  std::uint32_t add(const wire::Canary& message) {
    const auto answer = admin_->call<wire::CanaryAnswer>(message);
    return answer.canaries.items.size() == 1 ? answer.canaries.items[0].number : 0;
  }
  wire::CanaryAnswer list() {
    return admin_->call<wire::CanaryAnswer>(act_of(wire::CanaryAct::kList));
  }
  std::uint32_t touches() {
    std::uint32_t sum = 0;
    for (const auto& row : list().canaries.items) sum += row.touches;
    return sum;
  }
  SignedIn enter(const std::string& name) {
    time_.advance_ms(kCodeMs);
    ++entered_;
    return sign_in(*admin_, *front_, name);
  }
  Reason try_to_enter(const std::string& name) {
    time_.advance_ms(kCodeMs);
    const auto code = admin_->call<wire::DemoCodeAnswer>(wire::DemoCode{{name}}).code.value;
    return front_
        ->ask(
            wire::SignIn{{name}, {passwords_[name]}, {code}, EcdhKey::generate()->public_key(), {}})
        ->reason;
  }
  std::uint32_t staff_number(const std::string& name) {
    for (const auto& row : admin_->call<wire::StaffListAnswer>(wire::StaffList{}).rows.items) {
      if (row.name.value == name) return row.number;
    }
    return 0;
  }
  CaseId seed_case(CustomerNumber customer, std::uint32_t assignee) {
    wire::SeedCases seed;
    seed.cases.items.push_back({customer.value,
                                RequestType::kDataSubject,
                                CaseState::kOpen,
                                ContactProof::kProven,
                                assignee,
                                time_.wall_ms(),
                                {}});
    return admin_->call<wire::SeedCasesAnswer>(seed).ids.items.at(0);
  }
  static wire::Lookup lookup(const std::string& mail) {
    return {{}, IdentifierKind::kEmail, {mail}};
  }
  bool finds(SignedIn& who, const std::string& mail) {
    const auto answer = who.ask(*front_, lookup(mail));
    return answer->reason == Reason::kNone && answer->as<wire::LookupAnswer>().customer.has_value();
  }
  // Every entry of the house, once it has stopped.
  std::vector<std::pair<Entry, CustomerNumber>> entries() {
    close_house();
    auto folder = open_keeper_folder(folder_.path(), root_);
    EXPECT_TRUE(folder);
    std::vector<std::pair<Entry, CustomerNumber>> found;
    EXPECT_TRUE(
        folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& entry) {
          found.emplace_back(entry,
                             unseal_customer(*folder->ring, entry.sealed_customer, entry.salt));
          return true;
        }));
    const auto reader = VaultReader::open(folder_.path(), *folder->ring);
    EXPECT_TRUE(reader);
    if (const auto person = (*reader)->person(kBaitCustomer))
      pseudonym_ = person->pseudonym(year_of(time_.wall_ms()));
    EXPECT_TRUE(folder->ledger->close());
    return found;
  }

  FakeClock time_;
  std::optional<Peer> admin_, front_;
  Pseudonym pseudonym_;
  std::uint32_t entered_ = 0;  // sessions that began; numbers rise by one
};

TEST_F(CanaryHouse, EveryWayToTouchOneContainsWhoeverTouchedIt) {
  open_house();
  const auto anna = staff_number("anna");
  const auto id = seed_case(kBaitCustomer, anna);
  wire::Import import;
  import.customers.items.emplace_back().values.items.push_back(
      {static_cast<std::uint8_t>(Field::kCompanions), 0, {std::to_string(kBaitCustomer.value)}});
  const auto traveller = admin_->call<wire::ImportAnswer>(import).first_customer;
  const auto trip = seed_case(CustomerNumber(traveller), anna);

  const auto ring = KeyRing::open(folder_.path() / "keys", root_);
  ASSERT_TRUE(ring);
  using Way = std::function<std::optional<PeerAnswer>(SignedIn&)>;
  const auto way = [&](auto message) -> Way {
    return [this, message](SignedIn& who) { return who.ask(*front_, message); };
  };
  const std::vector<Way> ways{
      way(lookup("bait@example.com")),
      way(wire::ShowCase{{}, id}),
      way(wire::Masked{{}, id}),
      way(wire::Reveal{{}, id, FieldSet::of(Field::kEmail), Purpose::kService}),
      way(wire::Reveal{{}, trip, FieldSet::of(Field::kCompanions), Purpose::kService}),
      way(wire::ListMessages{{}, id}),
      way(wire::AddMessage{{}, id, Direction::kNote, {"text"}}),
      way(wire::AssignCase{{}, id, {"bert"}}),
      way(wire::CloseCase{{}, id}),
      way(wire::RequestErasure{{}, id}),
      way(wire::CancelErasure{{}, id}),
      way(wire::ListCases{{}, wire::CaseView::kMine, 0, 50}),
      way(wire::ListCases{{}, wire::CaseView::kOpen, 0, 50}),
      way(wire::ChangeContact{
          {}, id, {{{static_cast<std::uint8_t>(Field::kEmail), {"new@example.com"}}}}}),
      way(wire::AskApproval{{}, id, 1}),
      way(wire::BreakGlass{{}, id}),
      // By a reference of the session's own, as whoever holds the reference key could make one.
      [&](SignedIn& who) {
        const SessionNumber session(entered_ - 1);
        const auto open = [&](CustomerNumber customer) {
          return who.ask(
              *front_,
              wire::OpenCase{{}, make_ref(**ring, customer, session), RequestType::kQuestion});
        };
        EXPECT_EQ(open(CustomerNumber(2))->reason, Reason::kNone);
        return open(kBaitCustomer);
      },
  };
  for (std::size_t i = 0; i < ways.size(); ++i) {
    auto session = enter("anna");
    auto other = enter("anna");
    const auto answer = ways[i](session);
    // As any session that ended.
    EXPECT_EQ(answer->reason, Reason::kExpired) << i;
    EXPECT_EQ(answer->rest, wire::encode(wire::Refusal{})) << i;
    EXPECT_EQ(session.ask(*front_, wire::Me{})->reason, Reason::kNoSession) << i;
    EXPECT_EQ(other.ask(*front_, wire::Me{})->reason, Reason::kNoSession) << i;
    EXPECT_EQ(try_to_enter("anna"), Reason::kBadCredentials) << i;
    EXPECT_EQ(touches(), i + 1);
    const auto contained = list().contained.items;
    ASSERT_EQ(contained.size(), 1u);
    EXPECT_EQ(contained[0].name.value, "anna");
    admin_->call<wire::Done>(act_of(wire::CanaryAct::kRelease, 0, "anna"));
  }
  enter("anna");
  EXPECT_EQ(admin_->ask(act_of(wire::CanaryAct::kRelease, 0, "anna"))->reason, Reason::kNotThere);
}

TEST_F(CanaryHouse, TheLedgerNamesTheCauseAndNothingPublicTellsTheCanary) {
  open_house();
  const auto anna = staff_number("anna");
  auto session = enter("anna");
  EXPECT_EQ(session.ask(*front_, lookup("bait@example.com"))->reason, Reason::kExpired);
  const auto told = list().contained.items.at(0).entry;
  const auto all = entries();
  ASSERT_NE(pseudonym_, Pseudonym());
  std::optional<CanaryDetail> touch;
  for (const auto& [entry, customer] : all) {
    EXPECT_NE(entry.customer, pseudonym_);
    if (entry.kind != EntryKind::kContainment) continue;
    EXPECT_EQ(customer, kBaitCustomer);  // which the keeper alone can tell
    const auto detail = wire::decode<CanaryDetail>(entry.detail);
    ASSERT_TRUE(detail);
    if (detail->step == CanaryStep::kTouched) touch = *detail;
  }
  ASSERT_TRUE(touch);
  EXPECT_EQ(touch->principal, anna);
  EXPECT_EQ(touch->canary, 1u);
  EXPECT_EQ(touch->cause, told);
  const auto& [cause, customer] = all.at(touch->cause);
  EXPECT_EQ(cause.kind, EntryKind::kDenied);
  EXPECT_EQ(cause.principal.value, anna);
  EXPECT_EQ(cause.session, all.at(touch->cause + 1).first.session);
  EXPECT_EQ(customer, kBaitCustomer);
  EXPECT_TRUE(cause.fields.empty());
}

TEST_F(CanaryHouse, ManyTouchesInOneTurnCountOnceForEachWhoTouches) {
  constexpr int kEach = 20;
  open_house();
  auto anna = enter("anna");
  auto bert = enter("bert");
  std::vector<wire::Lookup> asked;
  for (int i = 0; i < 2 * kEach; ++i) {
    auto message = lookup("bait@example.com");
    message.proof = (i % 2 == 0 ? anna : bert).proof_for(message);
    asked.push_back(message);
  }
  for (const auto& one : asked)
    front_->send(static_cast<std::uint16_t>(wire::Op::kLookup), wire::encode(one));
  for (int i = 0; i < 2 * kEach; ++i)
    EXPECT_EQ(front_->receive()->reason, i < 2 ? Reason::kExpired : Reason::kNoSession) << i;
  EXPECT_EQ(touches(), 2u);
  EXPECT_EQ(list().contained.items.size(), 2u);
}

TEST_F(CanaryHouse, WhoeverSignsInWhileTouchingStaysOut) {
  open_house();
  auto anna = enter("anna");
  time_.advance_ms(kCodeMs);
  const auto code = admin_->call<wire::DemoCodeAnswer>(wire::DemoCode{{"anna"}}).code.value;
  const wire::SignIn second{
      {"anna"}, {passwords_["anna"]}, {code}, EcdhKey::generate()->public_key(), {}};
  auto message = lookup("bait@example.com");
  message.proof = anna.proof_for(message);
  // The password is still being hashed when the touch is decided.
  front_->send(static_cast<std::uint16_t>(wire::Op::kSignIn), wire::encode(second));
  front_->send(static_cast<std::uint16_t>(wire::Op::kLookup), wire::encode(message));
  std::multiset<Reason> answers{front_->receive()->reason, front_->receive()->reason};
  EXPECT_EQ(answers, (std::multiset<Reason>{Reason::kExpired, Reason::kBadCredentials}));
}

TEST_F(CanaryHouse, AProgramIsRevoked) {
  open_house();
  auto api = connect_front(Face::kApi);
  const auto kiosk = ProgramForTest::add(*admin_, "kiosk", RequestType::kBaggage);
  const auto id = seed_case(kBaitCustomer, 0);
  std::optional<SignedIn> session;
  ASSERT_EQ(kiosk.sign_in(api, &session), Reason::kNone);
  EXPECT_EQ(session->ask(api, wire::Me{})->reason, Reason::kNone);
  const wire::Reveal reveal{{}, id, FieldSet::of(Field::kEmail), Purpose::kService};
  EXPECT_EQ(session->ask(api, reveal)->reason, Reason::kExpired);
  EXPECT_EQ(session->ask(api, wire::Me{})->reason, Reason::kNoSession);
  EXPECT_EQ(kiosk.sign_in(api), Reason::kBadCredentials);
  EXPECT_TRUE(admin_->call<wire::ClientListAnswer>(wire::ClientList{}).rows.items.at(0).revoked);
  admin_->call<wire::Done>(act_of(wire::CanaryAct::kRelease, 0, "kiosk"));
  EXPECT_EQ(kiosk.sign_in(api), Reason::kBadCredentials);  // for good
}

TEST_F(CanaryHouse, TwoAtOnceAndAnImportShareNoNumber) {
  open_house();
  auto one = connect_admin();
  auto other = connect_admin();
  wire::Import import;
  for (const auto* const mail : {"three@example.com", "four@example.com"}) {
    import.customers.items.emplace_back().values.items.push_back(
        {static_cast<std::uint8_t>(Field::kEmail), 0, {mail}});
  }
  constexpr auto kOp = static_cast<std::uint16_t>(wire::Op::kCanary);
  one.send(kOp, wire::encode(bait("second@example.com", "the second")));
  other.send(kOp, wire::encode(bait("third@example.com", "the third")));
  EXPECT_EQ(admin_->call<wire::ImportAnswer>(import).taken, 2u);
  EXPECT_EQ(one.receive()->reason, Reason::kNone);
  EXPECT_EQ(other.receive()->reason, Reason::kNone);
  std::set<std::uint32_t> numbers;
  std::set<std::string> notes;
  for (const auto& row : list().canaries.items) {
    numbers.insert(row.number);
    notes.insert(row.note.value);
  }
  EXPECT_EQ(numbers, (std::set<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(notes, (std::set<std::string>{"a note", "the second", "the third"}));
  EXPECT_EQ(admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).customers, 7u);
  auto anna = enter("anna");
  EXPECT_TRUE(finds(anna, "three@example.com"));
  EXPECT_TRUE(finds(anna, "four@example.com"));
  EXPECT_FALSE(finds(anna, "second@example.com"));
  auto bert = enter("bert");
  EXPECT_FALSE(finds(bert, "third@example.com"));
  EXPECT_EQ(list().contained.items.size(), 2u);
}

TEST_F(CanaryHouse, SomebodyRealWithTheSameAddressIsFoundInItsStead) {
  open_house();
  wire::Import import;
  import.customers.items.emplace_back().values.items.push_back(
      {static_cast<std::uint8_t>(Field::kEmail), 0, {"bait@example.com"}});
  EXPECT_EQ(admin_->call<wire::ImportAnswer>(import).taken, 1u);
  auto anna = enter("anna");
  EXPECT_TRUE(finds(anna, "bait@example.com"));
  EXPECT_EQ(touches(), 0u);
}

TEST_F(CanaryHouse, IsStillOneAfterARestartAndOnesListTouchesNothing) {
  open_house();
  auto anna = enter("anna");
  EXPECT_FALSE(finds(anna, "bait@example.com"));
  reopen();
  EXPECT_EQ(try_to_enter("anna"), Reason::kBadCredentials);
  const auto rows = list().canaries.items;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].note.value, "a note");
  EXPECT_EQ(rows[0].touches, 1u);
  EXPECT_EQ(touches(), 1u);
  auto bert = enter("bert");
  EXPECT_FALSE(finds(bert, "bait@example.com"));
  EXPECT_EQ(touches(), 2u);
}

TEST_F(CanaryHouse, ARemovedOneIsNobodyAndItsKeysAreGone) {
  open_house();
  EXPECT_EQ(admin_->ask(act_of(wire::CanaryAct::kRemove, 2))->reason, Reason::kNotThere);
  admin_->call<wire::Done>(act_of(wire::CanaryAct::kRemove, 1));
  EXPECT_TRUE(list().canaries.items.empty());
  auto anna = enter("anna");
  const auto answer = anna.ask(*front_, lookup("bait@example.com"));
  EXPECT_EQ(answer->reason, Reason::kNone);
  EXPECT_FALSE(answer->as<wire::LookupAnswer>().customer);
  EXPECT_TRUE(admin_->call<wire::ErasuresAnswer>(wire::Erasures{}).rows.items.empty());
  for (int i = 0; i < 3; ++i) {
    time_.advance_ms(1000);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  reopen();
  EXPECT_EQ(add(bait("next@example.com")), 2u);  // numbers are not given again
  const auto all = entries();
  EXPECT_EQ(pseudonym_, Pseudonym());  // no keys, so no pseudonym can be told
  EXPECT_GT(all.size(), 1u);
}

TEST_F(CanaryHouse, WhatIsNoCustomerIsNoCanary) {
  open_house();
  auto companion = bait("x@example.com");
  companion.values.items.push_back({static_cast<std::uint8_t>(Field::kCompanions), 0, {"1"}});
  auto nobody = bait("x@example.com");
  nobody.values.items.pop_back();
  for (const auto& bad : {companion, nobody, bait("no address"), wire::Canary{}})
    EXPECT_EQ(admin_->ask(bad)->reason, Reason::kMalformed);
  EXPECT_EQ(list().canaries.items.size(), 1u);
}

TEST_F(CanaryHouse, ThereAreOnlySoMany) {
  open_house();
  constexpr auto kOp = static_cast<std::uint16_t>(wire::Op::kCanary);
  for (std::size_t i = 1; i < wire::kCanariesMax; ++i)
    admin_->send(kOp, wire::encode(bait(std::to_string(i) + "@example.com")));
  for (std::size_t i = 1; i < wire::kCanariesMax; ++i)
    ASSERT_EQ(admin_->receive()->reason, Reason::kNone) << i;
  EXPECT_EQ(admin_->ask(bait("last@example.com"))->reason, Reason::kTooMany);
  EXPECT_EQ(list().canaries.items.size(), wire::kCanariesMax);
}

TEST_F(CanaryHouse, WithoutItsProtectionNobodyIsContained) {
  open_house();
  close_house();
  without_ = {"canary"};
  start();
  admin_.emplace(connect_admin());
  front_.emplace(connect_front());
  auto anna = enter("anna");
  EXPECT_TRUE(finds(anna, "bait@example.com"));
}

}  // namespace
}  // namespace bulkhead
