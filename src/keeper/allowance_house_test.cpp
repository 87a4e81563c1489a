// Approvals and break-glass at a running keeper: what they open, each of their bounds exceeded, and
// who may not give or take them.
#include <gtest/gtest.h>

#include <set>

#include "base/clock.h"
#include "keeper/allowances.h"
#include "keeper/house_fixture.h"
#include "keeper/policy.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kAllowMinuteMs = 61'000;
constexpr std::uint32_t kPeople = 30;
constexpr auto kMailOnly = FieldSet::of(Field::kEmail);
constexpr auto kNameOnly = FieldSet::of(Field::kFamilyName);

class AllowanceHouse : public KeeperHouse {
 protected:
  AllowanceHouse() { clock_ = &time_; }

  // Anna and Bert of the north work for Lena; Luis leads the south. Nobody in anna's cases got in
  // touch.
  void open_house() {
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
    fill(*admin_);
    add("lena", Role::kLead, "north");
    add("luis", Role::kLead, "south");
    add("petra", Role::kPrivacyOfficer, "");
    wire::Import import;
    random_bytes(import.job);
    for (std::uint32_t i = 0; i < kPeople; ++i) {
      wire::ImportCustomer customer;
      customer.values.items.push_back(
          {static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
      customer.values.items.push_back({static_cast<std::uint8_t>(Field::kEmail),
                                       0,
                                       {"c" + std::to_string(i) + "@example.com"}});
      import.customers.items.push_back(customer);
    }
    const auto first = admin_->call<wire::ImportAnswer>(import).first_customer;
    for (std::uint32_t i = 0; i < kPeople; ++i) cases_.push_back(case_about(first + i, "anna"));
    for (const std::string name : {"anna", "lena"}) come_in(name);
  }
  void add(const std::string& name, Role role, const std::string& team, bool grown = true) {
    passwords_[name] =
        admin_->call<wire::StaffSecrets>(wire::StaffAdd{{name}, role, {team}, {}, grown})
            .password.value;
  }
  void come_in(const std::string& name) {
    time_.advance_ms(kAllowMinuteMs);
    people_.insert_or_assign(name, sign_in(*admin_, *front_, name));
  }
  // Longer than a session may be idle.
  void wait(std::uint64_t ms, const std::vector<std::string>& names) {
    constexpr std::uint64_t kStepMs = 20 * 60'000;
    for (; ms > 0; ms -= std::min(ms, kStepMs)) {
      time_.advance_ms(std::min(ms, kStepMs));
      for (const auto& name : names) ask(name, wire::Me{});
    }
  }
  CaseId case_about(std::uint32_t customer, const std::string& who) {
    wire::SeedCases seed;
    std::uint32_t number = 0;
    for (const auto& row : admin_->call<wire::StaffListAnswer>(wire::StaffList{}).rows.items)
      if (row.name.value == who) number = row.number;
    seed.cases.items.push_back({customer,
                                RequestType::kQuestion,
                                CaseState::kOpen,
                                ContactProof::kNone,
                                number,
                                time_.wall_ms(),
                                {}});
    return admin_->call<wire::SeedCasesAnswer>(seed).ids.items.at(0);
  }

  template <class Message>
  std::optional<PeerAnswer> ask(const std::string& name, Message message) {
    return people_.at(name).ask(*front_, std::move(message));
  }
  Reason reveal(CaseId id, FieldSet fields = kMailOnly, const std::string& name = "anna") {
    return ask(name, wire::Reveal{{}, id, fields, Purpose::kService})->reason;
  }
  std::uint32_t ask_for(CaseId id, std::uint8_t people, const std::string& name = "anna") {
    const auto row = ask(name, wire::AskApproval{{}, id, people})->as<wire::AllowanceAnswer>().row;
    EXPECT_EQ(row.step, AllowanceStep::kAsked);
    return row.number;
  }
  Reason decide(const std::string& name, std::uint32_t number, AllowanceDecision decision) {
    return ask(name, wire::DecideAllowance{{}, number, decision})->reason;
  }
  std::uint32_t approved(CaseId id, std::uint8_t people) {
    const auto number = ask_for(id, people);
    EXPECT_EQ(decide("lena", number, AllowanceDecision::kGive), Reason::kNone);
    return number;
  }
  std::optional<PeerAnswer> break_glass(const std::string& name, CaseId id) {
    return ask(name, wire::BreakGlass{{}, id});
  }
  std::vector<wire::AllowanceRow> rows(const std::string& name) {
    return ask(name, wire::ListAllowances{})->as<wire::ListAllowancesAnswer>().rows.items;
  }
  // People of a column that somebody was charged over a day.
  std::uint32_t charged(const std::string& name, Column column) {
    for (const auto& row : ask(name, wire::Me{})->as<wire::MeAnswer>().budgets.items) {
      if (row.column == static_cast<std::uint8_t>(column) &&
          row.horizon == static_cast<std::uint8_t>(Horizon::kDay))
        return row.used;
    }
    return 0;
  }

  FakeClock time_;
  std::optional<Peer> admin_, front_;
  std::map<std::string, SignedIn> people_;
  std::vector<CaseId> cases_;
};

TEST_F(AllowanceHouse, AnApprovalOpensWhatContactDoesNotForThatCustomerAlone) {
  open_house();
  EXPECT_EQ(reveal(cases_[0]), Reason::kField);
  const auto number = ask_for(cases_[0], 1);
  EXPECT_EQ(reveal(cases_[0]), Reason::kField);  // asked for is not given
  ASSERT_EQ(decide("lena", number, AllowanceDecision::kGive), Reason::kNone);
  EXPECT_EQ(reveal(cases_[0]), Reason::kNone);
  EXPECT_EQ(reveal(cases_[1]), Reason::kField);
  EXPECT_EQ(ask("anna", wire::ListMessages{{}, cases_[0]})->reason, Reason::kNone);
  EXPECT_EQ(ask("anna", wire::ListMessages{{}, cases_[1]})->reason, Reason::kField);
  const auto shown = rows("anna");
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(shown[0].step, AllowanceStep::kGiven);
  EXPECT_EQ(shown[0].used, 1);
  EXPECT_EQ(shown[0].decided_by.value, "lena");
  // A purpose that the role does not have stays closed.
  EXPECT_EQ(ask("anna", wire::Reveal{{}, cases_[0], kMailOnly, Purpose::kFraud})->reason,
            Reason::kPurpose);
  EXPECT_EQ(reveal(cases_[0], FieldSet::of(Field::kCardToken)), Reason::kField);
}

TEST_F(AllowanceHouse, SoManyPeopleAndNoMore) {
  open_house();
  for (const std::uint8_t people : std::array<std::uint8_t, 3>{0, 26, 255})
    EXPECT_EQ(ask("anna", wire::AskApproval{{}, cases_[0], people})->reason, Reason::kMalformed);
  EXPECT_GT(ask_for(cases_[0], 25), 0u);
  approved(cases_[0], 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(reveal(cases_[i]), Reason::kNone) << i;
  EXPECT_EQ(reveal(cases_[3]), Reason::kField);
  EXPECT_EQ(reveal(cases_[0]), Reason::kNone);  // one of the three
}

TEST_F(AllowanceHouse, NobodyGivesOrReviewsTheirOwnNorAnotherTeams) {
  open_house();
  add("lara", Role::kLead, "north");
  for (const std::string name : {"luis", "petra", "bert", "lara"}) come_in(name);
  const auto number = ask_for(cases_[0], 1);
  constexpr auto kGive = AllowanceDecision::kGive;
  EXPECT_EQ(decide("anna", number, kGive), Reason::kRole);
  EXPECT_EQ(decide("bert", number, kGive), Reason::kNotThere);
  EXPECT_EQ(decide("luis", number, kGive), Reason::kNotThere);
  EXPECT_EQ(decide("petra", number, kGive), Reason::kNotThere);
  EXPECT_EQ(decide("lena", 0, kGive), Reason::kNotThere);
  EXPECT_EQ(decide("lena", number + 1, kGive), Reason::kNotThere);
  EXPECT_EQ(decide("lena", number, AllowanceDecision::kReview), Reason::kState);
  EXPECT_TRUE(rows("luis").empty());
  EXPECT_TRUE(rows("bert").empty());
  EXPECT_EQ(rows("lena").size(), 1u);
  ASSERT_EQ(decide("lena", number, AllowanceDecision::kRefuse), Reason::kNone);
  EXPECT_EQ(decide("lena", number, kGive), Reason::kNotThere);  // it is over
  EXPECT_EQ(reveal(cases_[0]), Reason::kField);

  // A lead needs another one.
  const auto lenas = case_about(1, "lena");
  const auto own = ask_for(lenas, 1, "lena");
  EXPECT_EQ(decide("lena", own, kGive), Reason::kRole);
  EXPECT_EQ(reveal(lenas, kMailOnly, "lena"), Reason::kField);
  EXPECT_EQ(decide("lara", own, kGive), Reason::kNone);
  EXPECT_EQ(decide("lara", own, kGive), Reason::kState);  // once
  EXPECT_EQ(reveal(lenas, kMailOnly, "lena"), Reason::kNone);
}

TEST_F(AllowanceHouse, ItEndsWithItsTime) {
  open_house();
  const auto late = ask_for(cases_[1], 1);
  wait(kAllowanceMs, {"anna", "lena"});
  EXPECT_EQ(decide("lena", late, AllowanceDecision::kGive), Reason::kState);
  approved(cases_[0], 2);
  wait(kAllowanceMs - kAllowMinuteMs, {"anna"});
  EXPECT_EQ(reveal(cases_[0]), Reason::kNone);
  wait(kAllowMinuteMs, {"anna"});
  EXPECT_EQ(reveal(cases_[0]), Reason::kField);
}

TEST_F(AllowanceHouse, ItEndsWithItsSession) {
  open_house();
  approved(cases_[0], 2);
  EXPECT_EQ(reveal(cases_[0]), Reason::kNone);
  come_in("anna");  // another session beside it
  EXPECT_EQ(reveal(cases_[0]), Reason::kField);
  const auto number = ask_for(cases_[0], 2);
  EXPECT_EQ(ask("anna", wire::SignOut{})->reason, Reason::kNone);
  EXPECT_EQ(decide("lena", number, AllowanceDecision::kGive), Reason::kState);
}

TEST_F(AllowanceHouse, ItEndsWithItsCase) {
  open_house();
  approved(cases_[0], 5);
  EXPECT_EQ(reveal(cases_[1]), Reason::kNone);
  ask("lena", wire::AssignCase{{}, cases_[0], {"bert"}});
  EXPECT_EQ(reveal(cases_[1]), Reason::kField);
  approved(cases_[2], 5);
  EXPECT_EQ(reveal(cases_[1]), Reason::kNone);
  ask("anna", wire::CloseCase{{}, cases_[2]});
  EXPECT_EQ(reveal(cases_[1]), Reason::kField);
  EXPECT_EQ(ask("anna", wire::AskApproval{{}, cases_[2], 1})->reason, Reason::kNoGrant);
}

TEST_F(AllowanceHouse, ItEndsWithItsApprover) {
  open_house();
  approved(cases_[0], 5);
  EXPECT_EQ(reveal(cases_[1]), Reason::kNone);
  admin_->ask(wire::StaffChange{{"lena"}, wire::StaffChangeKind::kDisable});
  EXPECT_EQ(reveal(cases_[1]), Reason::kField);
}

TEST_F(AllowanceHouse, TheApproverPaysAsWell) {
  constexpr std::size_t kAgentsMinute = 3, kLeadsMinute = 6;
  open_house();
  approved(cases_[0], 25);
  for (std::size_t i = 0; i < kLeadsMinute; ++i) {
    EXPECT_EQ(reveal(cases_[i]), Reason::kNone) << i;  // more than the agent's own minute
    EXPECT_EQ(reveal(cases_[i]), Reason::kNone) << i;
  }
  static_assert(kLeadsMinute > kAgentsMinute);
  EXPECT_EQ(reveal(cases_[kLeadsMinute]), Reason::kBudget);
  EXPECT_EQ(charged("lena", Column::kClearCold), kLeadsMinute);
  EXPECT_EQ(charged("anna", Column::kClearCold), kLeadsMinute);
  const auto lenas = case_about(1, "lena");
  EXPECT_EQ(reveal(lenas, kNameOnly, "lena"), Reason::kBudget);
}

TEST_F(AllowanceHouse, BeyondTheOwnBudgetOnlyWhatIsBeyondCounts) {
  constexpr std::size_t kAgentsMinute = 3;
  open_house();
  for (std::size_t i = 0; i < kAgentsMinute; ++i)
    EXPECT_EQ(reveal(cases_[i], kNameOnly), Reason::kNone);
  EXPECT_EQ(reveal(cases_[kAgentsMinute], kNameOnly), Reason::kBudget);
  approved(cases_[kAgentsMinute], 1);
  EXPECT_EQ(reveal(cases_[kAgentsMinute], kNameOnly), Reason::kNone);
  EXPECT_EQ(reveal(cases_[kAgentsMinute + 1], kNameOnly), Reason::kBudget);
  EXPECT_EQ(rows("anna").at(0).used, 1);
  EXPECT_EQ(charged("lena", Column::kClearCold), 1u);
}

TEST_F(AllowanceHouse, OnePersonHasOnlySoManyAtOnce) {
  open_house();
  for (std::size_t i = 0; i < kApprovalsPerPersonMax; ++i) ask_for(cases_[i], 1);
  EXPECT_EQ(ask("anna", wire::AskApproval{{}, cases_[9], 1})->reason, Reason::kTooMany);
  wait(kAllowanceMs, {"anna"});
  ask_for(cases_[9], 1);
}

TEST_F(AllowanceHouse, CompanionsShownUnderOneCountAmongItsPeople) {
  open_house();
  wire::Import import;
  random_bytes(import.job);
  wire::ImportCustomer traveller;
  for (std::uint16_t i = 0; i < 3; ++i)
    traveller.values.items.push_back(
        {static_cast<std::uint8_t>(Field::kCompanions), i, {std::to_string(3 + i)}});
  import.customers.items.push_back(traveller);
  const auto number = admin_->call<wire::ImportAnswer>(import).first_customer;
  const auto id = case_about(number, "anna");
  approved(id, 3);
  const auto answer =
      ask("anna", wire::Reveal{{}, id, FieldSet::of(Field::kCompanions), Purpose::kService});
  ASSERT_EQ(answer->reason, Reason::kNone);
  EXPECT_EQ(answer->as<wire::RecordAnswer>().values.items.size(), 2u);  // of three
  EXPECT_EQ(rows("anna").at(0).used, 3);
  EXPECT_EQ(charged("lena", Column::kClearCold), 1u);
  EXPECT_EQ(charged("lena", Column::kLookup), 2u);
  EXPECT_EQ(reveal(cases_[9]), Reason::kField);  // the people are used up
}

TEST_F(AllowanceHouse, BreakGlassIsTwentyPeopleForAnHour) {
  constexpr std::size_t kHousesMinute = 15;
  open_house();
  const auto taken = break_glass("anna", cases_[0])->as<wire::AllowanceAnswer>().row;
  EXPECT_EQ(taken.step, AllowanceStep::kTaken);
  EXPECT_EQ(taken.people, kBreakGlassPeople);
  for (std::size_t i = 0; i < kHousesMinute; ++i) EXPECT_EQ(reveal(cases_[i]), Reason::kNone) << i;
  EXPECT_EQ(reveal(cases_[kHousesMinute]), Reason::kHouseBudget);  // what all share still holds
  time_.advance_ms(kAllowMinuteMs);
  for (std::size_t i = kHousesMinute; i < kBreakGlassPeople; ++i)
    EXPECT_EQ(reveal(cases_[i]), Reason::kNone) << i;
  EXPECT_EQ(reveal(cases_[kBreakGlassPeople]), Reason::kField);
  wait(kAllowanceMs - kAllowMinuteMs, {"anna"});
  EXPECT_EQ(reveal(cases_[0]), Reason::kField);
}

TEST_F(AllowanceHouse, NobodyBreaksGlassAgainUnreviewedNorThriceADay) {
  open_house();
  come_in("petra");
  come_in("luis");
  const auto take = [&] { return break_glass("anna", cases_[0])->reason; };
  constexpr auto kReview = AllowanceDecision::kReview;
  ASSERT_EQ(take(), Reason::kNone);
  const auto first = rows("anna").at(0).number;
  EXPECT_EQ(take(), Reason::kState);
  EXPECT_EQ(decide("lena", first, kReview), Reason::kState);  // it is still used
  EXPECT_EQ(decide("lena", first, AllowanceDecision::kGive), Reason::kState);
  wait(kAllowanceMs, {"anna", "lena", "petra", "luis"});
  EXPECT_EQ(rows("anna").at(0).step, AllowanceStep::kEnded);
  EXPECT_EQ(take(), Reason::kState);
  EXPECT_EQ(decide("anna", first, kReview), Reason::kRole);
  EXPECT_EQ(decide("luis", first, kReview), Reason::kNotThere);
  ASSERT_EQ(decide("lena", first, kReview), Reason::kNone);
  EXPECT_EQ(decide("lena", first, kReview), Reason::kState);
  EXPECT_EQ(reveal(cases_[0]), Reason::kField);
  EXPECT_EQ(reveal(cases_[0], kNameOnly), Reason::kNone);

  ASSERT_EQ(take(), Reason::kNone);
  const auto second = rows("anna").at(0).number;
  wait(kAllowanceMs, {"anna", "lena", "petra"});
  EXPECT_EQ(rows("petra").size(), 2u);
  ASSERT_EQ(decide("petra", second, kReview), Reason::kNone);
  EXPECT_EQ(take(), Reason::kBudget);
  time_.advance_ms(kMsPerDay);
  come_in("anna");
  EXPECT_EQ(take(), Reason::kNone);
}

TEST_F(AllowanceHouse, TheHouseHasTwoBrokenGlassesAtATime) {
  open_house();
  add("carl", Role::kAgent, "south");
  for (const std::string name : {"bert", "carl"}) come_in(name);
  const auto berts = case_about(1, "bert");
  const auto carls = case_about(2, "carl");
  EXPECT_EQ(break_glass("anna", cases_[0])->reason, Reason::kNone);
  EXPECT_EQ(break_glass("bert", berts)->reason, Reason::kNone);
  EXPECT_EQ(break_glass("carl", carls)->reason, Reason::kHouseBudget);
  EXPECT_EQ(break_glass("carl", cases_[0])->reason, Reason::kNoGrant);
  EXPECT_EQ(ask("bert", wire::SignOut{})->reason, Reason::kNone);
  EXPECT_EQ(break_glass("carl", carls)->reason, Reason::kNone);
}

TEST_F(AllowanceHouse, WhoIsNewOrWasResetBreaksNoGlass) {
  open_house();
  add("nina", Role::kAgent, "north", false);
  come_in("nina");
  const auto ninas = case_about(1, "nina");
  EXPECT_EQ(break_glass("nina", ninas)->reason, Reason::kBudget);
  EXPECT_EQ(ask("nina", wire::AskApproval{{}, ninas, 1})->reason, Reason::kNone);

  passwords_["anna"] =
      admin_->call<wire::StaffSecrets>(wire::StaffChange{{"anna"}, wire::StaffChangeKind::kReset})
          .password.value;
  come_in("anna");
  EXPECT_EQ(break_glass("anna", cases_[0])->reason, Reason::kBudget);
  EXPECT_EQ(ask("anna", wire::AskApproval{{}, cases_[0], 1})->reason, Reason::kBudget);
}

TEST_F(AllowanceHouse, WhoSeesNoCustomerGetsNone) {
  open_house();
  add("ines", Role::kAnalyst, "north");
  come_in("ines");
  const auto id = case_about(1, "ines");
  EXPECT_EQ(break_glass("ines", id)->reason, Reason::kRole);
  EXPECT_EQ(ask("ines", wire::AskApproval{{}, id, 1})->reason, Reason::kRole);
  EXPECT_EQ(decide("ines", ask_for(cases_[0], 1), AllowanceDecision::kGive), Reason::kNotThere);
}

// All a day gives to whoever holds both sessions: budgets, approvals, broken glass and reviews.
TEST_F(AllowanceHouse, AStolenAgentAndAStolenLeadGetTheSumOfTheirBoundsAndNoMore) {
  constexpr std::uint32_t kTargets = 250;
  constexpr std::size_t kPairsBound = 180;  // drills/bounds.toml, stolen_pair
  open_house();
  wire::Import import;
  random_bytes(import.job);
  wire::ImportCustomer customer;
  customer.values.items.push_back({static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
  import.customers.items.assign(kTargets, customer);
  const auto first = admin_->call<wire::ImportAnswer>(import).first_customer;
  std::map<std::string, std::vector<CaseId>> cases;
  for (const std::string name : {"anna", "lena"}) {
    for (std::uint32_t i = 0; i < kTargets; ++i) cases[name].push_back(case_about(first + i, name));
  }
  std::size_t shown = 0;
  const auto take = [&](const std::string& name) {
    while (shown < kTargets && reveal(cases[name][shown], kNameOnly, name) == Reason::kNone)
      ++shown;
  };
  const auto approve = [&] {
    const auto asked = ask("anna", wire::AskApproval{{}, cases["anna"][0], 25});
    if (asked->reason == Reason::kNone)
      decide("lena", asked->as<wire::AllowanceAnswer>().row.number, AllowanceDecision::kGive);
  };
  const auto break_all = [&] {
    for (const auto& row : rows("lena")) {
      if (row.kind == AllowanceKind::kBreakGlass && row.step == AllowanceStep::kEnded && !row.mine)
        decide("lena", row.number, AllowanceDecision::kReview);
    }
    for (const std::string name : {"anna", "lena"}) {
      break_glass(name, cases[name][0]);
      take(name);
    }
  };
  // In the order that gives most: own budgets first, since all the rest is counted on them too.
  constexpr int kApprovalsFrom = 5, kGlassFrom = 10, kHours = 22;
  for (int hour = 0; hour < kHours; ++hour) {
    if (hour == kHours / 2) {
      for (const std::string name : {"anna", "lena"}) come_in(name);
    }
    for (int minute = 0; minute < 4; ++minute) {
      take("anna");
      if (hour >= kApprovalsFrom) approve();
      take("anna");
      if (hour >= kGlassFrom) break_all();
      time_.advance_ms(kAllowMinuteMs);
    }
    wait(kAllowanceMs - 4 * kAllowMinuteMs, {"anna", "lena"});
  }
  EXPECT_EQ(shown, kPairsBound);
}

TEST_F(AllowanceHouse, TheEntriesGiveTheStateThatRan) {
  open_house();
  approved(cases_[0], 5);
  EXPECT_EQ(reveal(cases_[1]), Reason::kNone);
  ASSERT_EQ(break_glass("anna", cases_[2])->reason, Reason::kNone);
  people_.clear();
  admin_.reset();
  front_.reset();
  stop();
  recompute_ = true;
  start();
  admin_.emplace(connect_admin());
  front_.emplace(connect_front());
  come_in("anna");
  EXPECT_EQ(reveal(cases_[1]),
            Reason::kField);  // sessions end with the keeper, and these with them
  EXPECT_EQ(break_glass("anna", cases_[2])->reason, Reason::kState);  // but for the review
}

}  // namespace
}  // namespace bulkhead
