// Live sessions of every kind do whatever comes to a random mind, for thousands of frames, against
// a real keeper: two agents, their lead, a privacy officer, a program, and an administrator beside
// them, with every operation a front has. After every frame it must hold: nothing is shown without
// an entry, nothing beyond what was asked, nobody beyond the budget, a refusal shows nothing, and
// the ledger says of each session exactly who was shown what. At the end the ledger folds to the
// very state that ran.
#include <gtest/gtest.h>

#include <set>

#include "keeper/allowances.h"
#include "keeper/rules.h"
#include "keeper/session_house_for_test.h"

namespace bulkhead {
namespace {

constexpr unsigned kFrames = 3'000;

class SessionFuzz : public SessionHouse {
 protected:
  void reveal(std::size_t who) {
    const auto& one = *pick();
    FieldSet wanted;
    for (const auto& info : kFields) {
      if (below(8) == 0) wanted = wanted | FieldSet::of(info.field);
    }
    if (wanted.empty() || below(4) != 0)
      wanted = FieldSet::of(Field::kGivenName) | FieldSet::of(Field::kFamilyName);
    const auto usual = who == kPetra ? Purpose::kAccessRequest : Purpose::kService;
    const auto purpose = below(6) != 0 ? usual : static_cast<Purpose>(below(word_count<Purpose>()));
    const auto answer = ask(who, wire::Reveal{{}, id_of(one), wanted, purpose});
    if (answer->reason == Reason::kNone) was_shown(who, one, wanted, *answer);
  }
  void show_masked(std::size_t who) {
    const auto& one = *pick();
    const auto answer = ask(who, wire::Masked{{}, id_of(one)});
    if (answer->reason != Reason::kNone) return;
    was_shown(who, one, FieldSet::all(), *answer);
    for (const auto& value : answer->as<wire::RecordAnswer>().values.items)
      EXPECT_TRUE(value.masked);
  }
  void list_messages(std::size_t who) {
    const auto& one = *pick();
    const auto answer = ask(who, wire::ListMessages{{}, id_of(one)});
    if (answer->reason != Reason::kNone) return;
    expect_allowed(who, one);
    auto& person = people_[who];
    auto& shown = person.shown[one.customer].clear;
    for (const auto& row : answer->as<wire::MessagesAnswer>().rows.items) {
      const bool note = row.direction == Direction::kNote;
      shown = shown | FieldSet::of(note ? Field::kNote : Field::kMessage);
    }
    auto& wanted = person.asked[one.customer].clear;
    wanted = wanted | FieldSet::of(Field::kNote) | FieldSet::of(Field::kMessage);
    if (one.contact == ContactProof::kNone && who != kKiosk) person.strangers.insert(one.customer);
    EXPECT_LE(person.strangers.size(), person.strangers_max);
    disclosed_ = who;
  }
  void look_up(std::size_t who) {
    const bool real = below(12) != 0;
    const auto customer = 3 + below(kCustomers);
    const auto address = real ? mail(customer) : "x" + mail(customer);
    const auto answer = ask(who, wire::Lookup{{}, IdentifierKind::kEmail, {address}});
    if (answer->reason != Reason::kNone) return;
    const auto found = answer->as<wire::LookupAnswer>().customer;
    const bool changed = changed_.contains(customer);
    if (!changed) {
      EXPECT_EQ(found.has_value(), real && !erased_.contains(customer));
    }
    if (!found) return;
    people_[who].shown[customer].existence = people_[who].asked[customer].existence = true;
    disclosed_ = who;
    // Sometimes another one tries with it: it is bound to the session.
    const auto opener = below(4) == 0 ? below(kPeople) : who;
    const auto session = people_[who].session_number;
    const auto type = static_cast<RequestType>(below(word_count<RequestType>()));
    const auto opened = ask(opener, wire::OpenCase{{}, *found, type});
    if (opened->reason != Reason::kNone) return;
    EXPECT_EQ(opener, who);
    EXPECT_EQ(people_[who].session_number, session);
    const auto row = opened->as<wire::CaseAnswer>().row;
    known_.push_back({row.id, row.number, customer, who, type, true, ContactProof::kNone});
  }
  void change_contact(std::size_t who) {
    const auto& one = *pick();
    wire::ChangeContact change{{}, id_of(one), {}};
    const bool fits = below(6) != 0;
    const auto field = fits ? Field::kEmail : Field::kGivenName;
    change.changes.items.push_back({static_cast<std::uint8_t>(field),
                                    {"n" + std::to_string(below(1'000'000)) + "@example.com"}});
    if (ask(who, change)->reason != Reason::kNone) return;
    EXPECT_TRUE(fits);
    expect_allowed(who, one);
    changed_.insert(one.customer);
  }
  void allow(std::size_t who) {
    const auto& one = *pick();
    switch (below(4)) {
      case 0: {
        const auto people = static_cast<std::uint8_t>(below(28));
        const auto asked = ask(who, wire::AskApproval{{}, id_of(one), people});
        if (asked->reason != Reason::kNone) return;
        EXPECT_TRUE(people >= 1 && people <= wire::kApprovalPeopleMax);
        expect_allowed(who, one);
        allowances_[asked->as<wire::AllowanceAnswer>().row.number] = {who, people};
        return;
      }
      case 1: {
        const auto taken = ask(who, wire::BreakGlass{{}, id_of(one)});
        if (taken->reason != Reason::kNone) return;
        expect_allowed(who, one);
        allowances_[taken->as<wire::AllowanceAnswer>().row.number] = {who, 0};
        people_[who].strangers_max += kBreakGlassPeople;
        return;
      }
      case 2: {
        const auto rows = ask(who, wire::ListAllowances{});
        if (rows->reason != Reason::kNone) return;
        for (const auto& row : rows->as<wire::ListAllowancesAnswer>().rows.items)
          EXPECT_TRUE(allowances_.contains(row.number));
        return;
      }
      default: {
        const auto number = 1 + below(static_cast<std::uint32_t>(allowances_.size()) + 2);
        const auto decision = static_cast<AllowanceDecision>(below(3));
        if (ask(who, wire::DecideAllowance{{}, number, decision})->reason != Reason::kNone) return;
        const auto& [by, count] = allowances_.at(number);
        EXPECT_NE(by, who);
        EXPECT_TRUE(who == kLena || who == kPetra);
        if (decision == AllowanceDecision::kGive) people_[by].strangers_max += count;
      }
    }
  }
  void work_on_case(std::size_t who) {
    auto& one = *pick();
    switch (below(5)) {
      case 0:
        ask(who, wire::ShowCase{{}, id_of(one)});
        return;
      case 1: {
        const auto to = below(kPeople);
        const auto name = people_[to].name;
        if (ask(who, wire::AssignCase{{}, id_of(one), {name}})->reason != Reason::kNone) return;
        EXPECT_FALSE(garbled_);
        EXPECT_EQ(who, kLena);
        EXPECT_LE(to, kLena);  // of her team
        one.owner = to;
        return;
      }
      case 2:
        if (below(3) != 0) return;
        if (ask(who, wire::CloseCase{{}, id_of(one)})->reason != Reason::kNone) return;
        expect_allowed(who, one);
        one.open = false;
        return;
      case 3:
        ask(who,
            wire::AddMessage{
                {}, id_of(one), static_cast<Direction>(below(3)), {below(5) == 0 ? "" : "text"}});
        return;
      default:
        ask(who, wire::ListCases{{},
                                 static_cast<wire::CaseView>(below(4)),
                                 below(50),
                                 static_cast<std::uint8_t>(below(256))});
    }
  }
  void erase(std::size_t who) {
    const auto& one = known_[below(8)];  // the privacy officer's cases are among the first
    if (below(2) == 0) {
      if (ask(who, wire::RequestErasure{{}, id_of(one)})->reason != Reason::kNone) return;
      EXPECT_EQ(who, kPetra);
      EXPECT_TRUE(erased_.insert(one.customer).second);
      EXPECT_FALSE(held_.contains(one.customer));
      return;
    }
    if (ask(who, wire::CancelErasure{{}, id_of(one)})->reason != Reason::kNone) return;
    EXPECT_EQ(who, kPetra);
    EXPECT_EQ(erased_.erase(one.customer), 1u);
  }
  void ask_about_oneself(std::size_t who) {
    switch (below(6)) {
      case 0:
        ask(who, wire::Disclosures{});
        return;
      case 1:
        ask(who, wire::Grants{});
        return;
      case 2: {
        const auto counted = ask(who, wire::Count{});
        if (counted->reason != Reason::kNone) return;
        EXPECT_TRUE(who == kLena || who == kPetra);
        const auto told = counted->as<wire::CountAnswer>();
        EXPECT_TRUE(told.customers % 10 == 0 && told.open_cases % 10 == 0);
        return;
      }
      case 3:
        ask(who, wire::OpenLane{});
        return;
      case 4:
        if (below(6) == 0 && ask(who, wire::SignOut{})->reason == Reason::kNone) enter(who);
        return;
      default:
        if (below(2) == 0) time_.advance_ms(below(240'000));
        ask(who, wire::Me{});
    }
  }
  // What needs no session: other fronts, strangers, auditors.
  void knock() {
    auto token = auditor_;
    const bool known = below(2) == 0;
    if (!known) token[below(32)] ^= 1;
    const auto expect = [&](Reason reason) {
      if (!known) {
        EXPECT_EQ(reason, Reason::kNoSession);
      }
    };
    switch (below(6)) {
      case 0: {
        auto front = connect(Face::kDesk);
        ++drawn_[wire::Op::kHello];
        const bool honest = below(2) == 0;
        EXPECT_EQ(front.ask(wire::Hello{honest ? Face::kDesk : Face::kApi, 0}).has_value(), honest);
        done_[wire::Op::kHello] += static_cast<unsigned>(honest);
        return;
      }
      case 1: {
        ++drawn_[wire::Op::kSignIn];
        const wire::SignIn guess{{"stranger"}, {"a guess"}, {"000000"}, {}, {}};
        EXPECT_NE(desk_->ask(guess)->reason, Reason::kNone);
        return;
      }
      case 2: {
        ++drawn_[wire::Op::kClientSignIn];
        EXPECT_NE(api_->ask(wire::ClientSignIn{{"kiosk"}, {}, {}, {}})->reason, Reason::kNone);
        return;
      }
      case 3: {
        ++drawn_[wire::Op::kReadLedger];
        const wire::ReadLedger read{.token = token,
                                    .what = static_cast<std::uint8_t>(below(5)),
                                    .level = static_cast<std::uint8_t>(below(3)),
                                    .index = below(3),
                                    .width = static_cast<std::uint16_t>(below(300))};
        expect(api_->ask(read)->reason);
        return;
      }
      case 4:
        ++drawn_[wire::Op::kAddAnchor];
        EXPECT_NE(api_->ask(wire::AddAnchor{token, {}, {"no checkpoint"}})->reason, Reason::kNone);
        return;
      default: {
        ++drawn_[wire::Op::kReadOpening];
        const auto reason = api_->ask(wire::ReadOpening{token, below(4'000), {}})->reason;
        expect(reason);
        done_[wire::Op::kReadOpening] += static_cast<unsigned>(reason == Reason::kNone);
      }
    }
  }
  void administer() {
    auto& one = *pick();
    switch (below(10)) {
      case 0:
        admin_->ask(wire::StaffList{});
        return;
      case 1:
        admin_->ask(wire::Erasures{});
        return;
      case 2: {
        const bool hold = below(2) == 0;
        if (admin_->ask(wire::Hold{one.number, hold})->reason != Reason::kNone) return;
        if (hold) {
          EXPECT_TRUE(held_.insert(one.customer).second);
        } else {
          EXPECT_EQ(held_.erase(one.customer), 1u);
        }
        return;
      }
      case 3:
        admin_->ask(wire::Prove{below(4'000)});
        return;
      case 4: {
        const auto contact = static_cast<ContactProof>(below(3));
        if (admin_->ask(wire::SetContact{one.id, contact})->reason == Reason::kNone)
          one.contact = contact;
        return;
      }
      case 5:
        seed(3 + below(kCustomers), RequestType::kBaggage, ContactProof::kNone, kNobody, 0);
        return;
      case 6:
        EXPECT_NE(admin_->ask(wire::LiftQuarantine{{"reveal"}})->reason, Reason::kNone);
        return;
      case 7:
        EXPECT_NE(admin_->ask(wire::SetWitness{{"no key"}})->reason, Reason::kNone);
        return;
      case 8:
        admin_->ask(wire::KeyStatus{});
        return;
      default: {  // an operation of the wrong kind, or nothing of its format
        auto peer = connect_admin();
        const auto op = static_cast<std::uint16_t>(below(130));
        const auto* const rule = rule_of(op);
        peer.send(op, Bytes(1 + below(40), 0xff));
        if (rule == nullptr || !rule->admin) {
          EXPECT_FALSE(peer.receive().has_value());
        }
      }
    }
  }

  void act() {
    const auto who = below(kPeople);
    switch (below(20)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return look_up(who);
      case 4:
      case 5:
      case 6:
      case 7:
        return reveal(who);
      case 8:
      case 9:
        return show_masked(who);
      case 10:
        return list_messages(who);
      case 11:
        return change_contact(who);
      case 12:
        return allow(who);
      case 13:
      case 14:
        return work_on_case(who);
      case 15:
        return erase(below(2) == 0 ? kPetra : who);
      case 16:
      case 17:
        return ask_about_oneself(who);
      case 18:
        return knock();
      default:
        return administer();
    }
  }
};

TEST_F(SessionFuzz, WhateverSessionsDoTheGateHolds) {
  open_house();
  unsigned shown = 0;
  auto before = ledger_size();
  for (unsigned frame = 0; frame < kFrames && !HasFailure(); ++frame) {
    SCOPED_TRACE(frame);
    disclosed_.reset();
    act();
    const auto after = ledger_size();
    EXPECT_GE(after, before);
    if (disclosed_) {
      ++shown;
      EXPECT_GT(after, before) << "shown without an entry";
      compare_scope(*disclosed_);
    }
    before = after;
  }
  EXPECT_GT(shown, 300u);  // it did something
  // Every operation was drawn, and those of sessions succeeded too.
  for (const auto& rule : kRules) {
    if (rule.admin) continue;
    EXPECT_GT(drawn_[rule.op], 0u) << rule.name;
    const bool never = rule.op == wire::Op::kSignIn || rule.op == wire::Op::kClientSignIn ||
                       rule.op == wire::Op::kReadLedger || rule.op == wire::Op::kAddAnchor;
    if (!never) {
      EXPECT_GT(done_[rule.op], 0u) << rule.name;
    }
  }
  admin_.reset();
  desk_.reset();
  api_.reset();
  stop();
  recompute_ = true;  // the start compares the state it takes up with all entries folded
  start();
}

}  // namespace
}  // namespace bulkhead
