// A house with people of every kind who are signed in, and what is known of each: cases, what was
// shown and what could have been. The session fuzz draws what they do. Owned by keeper; tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/clock.h"
#include "keeper/client_for_test.h"

namespace bulkhead {

class SessionHouse : public KeeperHouse {
 protected:
  static constexpr std::uint32_t kCustomers = 120;
  static constexpr std::size_t kClearADay = 40;  // strangers of an agent, config/policy.toml
  static constexpr std::size_t kAnna = 0, kBert = 1, kLena = 2, kPetra = 3, kKiosk = 4, kPeople = 5;
  static constexpr std::size_t kNobody = 99;

  struct Known {
    CaseId id;
    std::uint32_t number = 0;
    std::uint32_t customer = 0;
    std::size_t owner = kNobody;
    RequestType type{};
    bool open = true;
    ContactProof contact = ContactProof::kNone;
  };
  // What one session was shown of one customer, or could have been by what it asked.
  struct Shown {
    FieldSet clear, masked;
    bool existence = false;
  };
  struct Person {
    std::string name;
    std::size_t strangers_max = kClearADay;
    std::set<std::uint32_t> strangers = {};  // seen clear without contact, for good
    std::optional<SignedIn> session = {};
    std::uint32_t session_number = 0;
    std::map<std::uint32_t, Shown> shown = {},
                                   asked = {};  // by customer, of the session that lives
  };

  SessionHouse() { clock_ = &time_; }

  std::uint32_t below(std::uint32_t bound) {
    return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(random_);
  }
  std::uint64_t ledger_size() {
    return admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size;
  }
  static std::string mail(std::uint32_t customer) {
    return "c" + std::to_string(customer) + "@example.com";
  }

  void open_house() {
    admin_.emplace(connect_admin());
    desk_.emplace(connect_front());
    api_.emplace(connect_front(Face::kApi));
    fill(*admin_);
    wire::Import import;
    random_bytes(import.job);
    for (std::uint32_t i = 0; i < kCustomers; ++i) {
      auto& customer = import.customers.items.emplace_back();
      const auto put = [&](Field field, std::string value) {
        customer.values.items.push_back({static_cast<std::uint8_t>(field), 0, {std::move(value)}});
      };
      put(Field::kFamilyName, "Person");
      put(Field::kEmail, mail(i + 3));  // fill() made two
    }
    const auto imported = admin_->call<wire::ImportAnswer>(import);
    EXPECT_EQ(imported.taken, kCustomers);
    EXPECT_EQ(imported.first_customer, 3u);
    const auto add = [&](const std::string& name, Role role, const std::string& team) {
      const wire::StaffAdd staff{{name}, role, {team}, {}, true};
      const auto secrets = admin_->call<wire::StaffSecrets>(staff);
      passwords_[name] = secrets.password.value;
      return secrets.number;
    };
    add("lena", Role::kLead, "north");
    const auto petra = add("petra", Role::kPrivacyOfficer, {});
    kiosk_ = ProgramForTest::add(*admin_, "kiosk", RequestType::kBaggage);
    const wire::ClientAdd auditor{{"auditor"}, Role::kAuditor, {}, 0, {}, true};
    auditor_ = admin_->call<wire::ClientSecret>(auditor).secret;
    people_ = {Person{"anna"}, Person{"bert"}, Person{"lena", 2 * kClearADay}, Person{"petra"},
               Person{"kiosk", kCustomers}};
    for (std::uint32_t i = 0; i < 6; ++i)
      seed(5 + i, RequestType::kDataSubject, ContactProof::kProven, kPetra, petra);
    for (std::size_t who = 0; who < kPeople; ++who) enter(who);
  }
  void seed(std::uint32_t customer, RequestType type, ContactProof contact, std::size_t owner,
            std::uint32_t assignee) {
    wire::SeedCases seed;
    seed.cases.items.push_back(
        {customer, type, CaseState::kOpen, contact, assignee, time_.wall_ms(), {}});
    const auto answer = admin_->call<wire::SeedCasesAnswer>(seed);
    known_.push_back(
        {answer.ids.items.at(0), answer.first_case, customer, owner, type, true, contact});
  }
  void enter(std::size_t who) {
    auto& one = people_[who];
    one.session.reset();
    one.shown.clear();
    one.asked.clear();
    time_.advance_ms(60'000);  // a fresh code
    if (who == kKiosk) {
      ASSERT_EQ(kiosk_.sign_in(*api_, &one.session), Reason::kNone);
    } else {
      one.session.emplace(sign_in(*admin_, *desk_, one.name));
    }
    one.session_number = ++sessions_;
  }

  // A random message, sometimes with a proof that does not fit.
  template <class Message>
  std::optional<PeerAnswer> ask(std::size_t who, Message message) {
    auto& one = people_[who];
    ++drawn_[Message::kOp];
    message.proof = one.session->proof_for(message);
    bool expect_refusal = false;
    switch (below(16)) {
      case 0:
        message.proof.mac[below(32)] ^= 1;
        expect_refusal = true;
        break;
      case 1:
        message.proof.session = people_[(who + 1 + below(kPeople - 1)) % kPeople].session->session;
        expect_refusal = true;
        break;
      default:
        break;
    }
    auto answer = (who == kKiosk ? api_ : desk_)->ask(message);
    EXPECT_TRUE(answer.has_value()) << one.name << " op " << static_cast<int>(Message::kOp);
    if (!answer) return PeerAnswer{Reason::kLedger, {}};
    if (expect_refusal) {
      EXPECT_NE(answer->reason, Reason::kNone);
    }
    if (answer->reason == Reason::kNone) {
      ++done_[Message::kOp];
      return answer;
    }
    EXPECT_TRUE(wire::decode<wire::Refusal>(answer->rest).has_value());
    if (!expect_refusal &&
        (answer->reason == Reason::kExpired || answer->reason == Reason::kNoSession))
      enter(who);
    return answer;
  }

  Known* pick() {
    // Mostly a late one, so that each is used for a while.
    const auto count = static_cast<std::uint32_t>(known_.size());
    const auto back = below(4) == 0 ? count : std::min(count, 12u);
    return &known_[count - 1 - below(back)];
  }
  CaseId id_of(const Known& one) {
    auto id = one.id;
    garbled_ = below(16) == 0;
    if (garbled_) id.bytes[below(16)] ^= 1;
    return id;
  }
  // Whether somebody may work on the case at all.
  void expect_allowed(std::size_t who, const Known& one) {
    EXPECT_FALSE(garbled_);
    EXPECT_TRUE(one.open);
    EXPECT_FALSE(erased_.contains(one.customer));
    const bool leads = who == kLena && (one.owner == kAnna || one.owner == kBert);
    const bool granted = who == kKiosk && one.type == RequestType::kBaggage;
    EXPECT_TRUE(one.owner == who || leads || granted) << people_[who].name << ' ' << one.owner;
  }
  void was_shown(std::size_t who, const Known& one, FieldSet asked, const PeerAnswer& answer) {
    expect_allowed(who, one);
    auto& person = people_[who];
    auto& shown = person.shown[one.customer];
    auto& wanted = person.asked[one.customer];
    for (const auto& value : answer.as<wire::RecordAnswer>().values.items) {
      const auto field = static_cast<Field>(value.field);
      EXPECT_TRUE(asked.has(field)) << int{value.field};
      auto& to = value.masked ? shown.masked : shown.clear;
      to = to | FieldSet::of(field);
    }
    wanted.clear = wanted.clear | asked;
    wanted.masked = wanted.masked | asked;
    if (!shown.clear.empty() && one.contact == ContactProof::kNone && who != kKiosk)
      person.strangers.insert(one.customer);
    EXPECT_LE(person.strangers.size(), person.strangers_max) << person.name;
    disclosed_ = who;
  }

  // What the ledger says of that session is what it was shown: nobody more, nobody less, each
  // field that was shown, and none that was not asked for.
  void compare_scope(std::size_t who) {
    const auto& person = people_[who];
    wire::Scope scope;
    scope.query.session = person.session_number;
    std::set<std::uint32_t> told;
    for (const auto& row : admin_->call<wire::ScopeAnswer>(scope).rows.items) {
      EXPECT_TRUE(told.insert(row.number).second);
      const auto at = person.shown.find(row.number);
      ASSERT_NE(at, person.shown.end()) << person.name << " was not shown " << row.number;
      const auto& [clear, masked, existence] = at->second;
      const auto& asked = person.asked.at(row.number);
      EXPECT_TRUE((clear - row.clear).empty() && (row.clear - asked.clear).empty());
      EXPECT_TRUE((masked - row.masked).empty() && (row.masked - asked.masked).empty());
      EXPECT_EQ(row.existence, existence) << person.name << ' ' << row.number;
    }
    EXPECT_EQ(told.size(), person.shown.size()) << person.name;
  }

  FakeClock time_;
  std::mt19937 random_{20'261'127};  // the same every time
  std::optional<Peer> admin_, desk_, api_;
  ProgramForTest kiosk_;
  std::array<std::uint8_t, 32> auditor_{};
  std::array<Person, kPeople> people_;
  std::uint32_t sessions_ = 0;  // numbers rise by one
  std::vector<Known> known_;
  std::map<std::uint32_t, std::pair<std::size_t, std::size_t>> allowances_;  // whose, how many
  std::set<std::uint32_t> erased_, held_, changed_;
  std::map<wire::Op, unsigned> drawn_, done_;
  std::optional<std::size_t> disclosed_;
  bool garbled_ = false;
};

}  // namespace bulkhead
