// Two live sessions do whatever comes to a random mind, for thousands of frames, against a real
// keeper. After every frame it must hold: nothing is shown without an entry, nothing beyond what
// was asked, nobody beyond the budget, and a refusal shows nothing. At the end the ledger folds to
// the very state that ran.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/clock.h"
#include "keeper/house_fixture.h"

namespace bulkhead {
namespace {

constexpr unsigned kFrames = 4'000;
constexpr std::uint32_t kCustomers = 120;
constexpr std::size_t kClearADay = 40;  // strangers of an agent, config/policy.toml

struct Known {
  CaseId id;
  std::uint32_t customer = 0;
  std::size_t owner = 0;
};

class SessionFuzz : public KeeperHouse {
 protected:
  SessionFuzz() { clock_ = &time_; }

  std::uint32_t below(std::uint32_t bound) {
    return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(random_);
  }
  std::uint64_t ledger_size() {
    return admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size;
  }

  void import_more() {
    wire::Import import;
    random_bytes(import.job);
    for (std::uint32_t i = 0; i < kCustomers; ++i) {
      wire::ImportCustomer customer;
      const auto put = [&](Field field, std::string value) {
        customer.values.items.push_back({static_cast<std::uint8_t>(field), 0, {std::move(value)}});
      };
      put(Field::kFamilyName, "Person");
      put(Field::kEmail, mail(i));
      import.customers.items.push_back(customer);
    }
    EXPECT_EQ(admin_->call<wire::ImportAnswer>(import).taken, kCustomers);
  }
  static std::string mail(std::uint32_t i) { return "c" + std::to_string(i) + "@example.com"; }

  // A random message, sometimes with a proof that does not fit.
  template <class Message>
  std::optional<PeerAnswer> ask(std::size_t who, Message message) {
    message.proof = sessions_[who].proof_for(message);
    switch (below(12)) {
      case 0:
        message.proof.mac[below(32)] ^= 1;
        expect_refusal_ = true;
        break;
      case 1:
        message.proof.session = sessions_[1 - who].session;
        expect_refusal_ = true;
        break;
      default:
        break;
    }
    auto answer = front_->ask(message);
    EXPECT_TRUE(answer.has_value());
    if (expect_refusal_) {
      EXPECT_NE(answer->reason, Reason::kNone);
    }
    expect_refusal_ = false;
    if (answer->reason != Reason::kNone) {
      EXPECT_TRUE(wire::decode<wire::Refusal>(answer->rest).has_value());
    }
    return answer;
  }

  void reveal(std::size_t who) {
    if (known_.empty()) return;
    const auto& one = known_[below(static_cast<std::uint32_t>(known_.size()))];
    auto id = one.id;
    const bool garbled = below(10) == 0;
    if (garbled) id.bytes[below(16)] ^= 1;
    FieldSet wanted;
    for (const auto& info : kFields) {
      if (below(8) == 0) wanted = wanted | FieldSet::of(info.field);
    }
    if (wanted.empty() || below(4) != 0)
      wanted = FieldSet::of(Field::kGivenName) | FieldSet::of(Field::kFamilyName);
    const auto answer =
        ask(who, wire::Reveal{{},
                              id,
                              wanted,
                              below(4) != 0 ? Purpose::kService
                                            : static_cast<Purpose>(below(word_count<Purpose>()))});
    if (answer->reason != Reason::kNone) return;
    EXPECT_FALSE(garbled);
    EXPECT_EQ(one.owner, who);
    for (const auto& value : answer->as<wire::RecordAnswer>().values.items) {
      EXPECT_TRUE(wanted.has(static_cast<Field>(value.field)));
      if (!value.masked) clear_[who].insert(one.customer);
    }
    EXPECT_LE(clear_[who].size(), kClearADay);
  }

  void look_up(std::size_t who) {
    const bool real = below(12) != 0;
    const auto customer = below(kCustomers);
    const auto answer = ask(
        who,
        wire::Lookup{{}, IdentifierKind::kEmail, {real ? mail(customer) : "x" + mail(customer)}});
    if (answer->reason != Reason::kNone) return;
    const auto found = answer->as<wire::LookupAnswer>().customer;
    EXPECT_EQ(found.has_value(), real);
    if (!found) return;
    // Sometimes the other one tries with it: it is bound to the session.
    const auto opener = below(4) == 0 ? 1 - who : who;
    const auto opened = ask(opener, wire::OpenCase{{}, *found, RequestType::kQuestion});
    if (opened->reason != Reason::kNone) return;
    EXPECT_EQ(opener, who);
    known_.push_back({opened->as<wire::CaseAnswer>().row.id, customer, opener});
  }

  // One frame or two. Answers whether it may have shown something.
  void act() {
    const auto who = below(2);
    const auto case_or_none = [&] {
      return known_.empty() ? CaseId{}
                            : known_[below(static_cast<std::uint32_t>(known_.size()))].id;
    };
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return look_up(who);
      case 3:
      case 4:
      case 5:
        return reveal(who);
      case 6:
        ask(who, wire::ListCases{{},
                                 static_cast<wire::CaseView>(below(4)),
                                 below(50),
                                 static_cast<std::uint8_t>(below(256))});
        return;
      case 7:
        ask(who, wire::ListMessages{{}, case_or_none()});
        return;
      case 8:
        ask(who, wire::AddMessage{{}, case_or_none(), static_cast<Direction>(below(3)), {"text"}});
        return;
      default:
        if (below(2) == 0) time_.advance_ms(below(240'000));
        ask(who, wire::Me{});
    }
  }

  FakeClock time_;
  std::mt19937 random_{20'261'127};  // the same every time
  std::optional<Peer> admin_, front_;
  std::vector<SignedIn> sessions_;
  std::vector<Known> known_;
  std::array<std::set<std::uint32_t>, 2> clear_;
  bool expect_refusal_ = false;
};

TEST_F(SessionFuzz, WhateverSessionsDoTheGateHolds) {
  admin_.emplace(connect_admin());
  front_.emplace(connect_front());
  fill(*admin_);
  import_more();
  sessions_.push_back(sign_in(*admin_, *front_, "anna"));
  sessions_.push_back(sign_in(*admin_, *front_, "bert"));
  std::uint64_t shown = 0;
  auto before = ledger_size();
  for (unsigned frame = 0; frame < kFrames && !HasFailure(); ++frame) {
    const auto seen = clear_[0].size() + clear_[1].size();
    act();
    const auto after = ledger_size();
    if (clear_[0].size() + clear_[1].size() > seen) {
      ++shown;
      EXPECT_GT(after, before) << "shown without an entry";
    }
    EXPECT_GE(after, before);
    before = after;
  }
  EXPECT_GT(shown, 40u);  // it did something
  admin_.reset();
  front_.reset();
  stop();
  recompute_ = true;  // the start compares the state it takes up with all entries folded
  start();
}

}  // namespace
}  // namespace bulkhead
