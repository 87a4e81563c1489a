// How fast one session may change things and programs may sign in, at a running keeper, and that
// lists are the same whoever has how many cases.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/client_for_test.h"
#include "keeper/client_sign_ins.h"
#include "keeper/live_sessions.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kRateMinuteMs = 61'000;

class RatesHouse : public KeeperHouse {
 protected:
  RatesHouse() { clock_ = &time_; }
  std::vector<wire::CaseRow> list(SignedIn& who, Peer& front, wire::CaseView view,
                                  std::uint32_t after = 0, std::uint8_t limit = 200) {
    return who.ask(front, wire::ListCases{{}, view, after, limit})
        ->as<wire::ListCasesAnswer>()
        .rows.items;
  }
  FakeClock time_;
};

TEST_F(RatesHouse, ASessionChangesCasesSixtyTimesAMinute) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto anna = sign_in(admin, front, "anna");
  time_.advance_ms(30'000);
  auto again = sign_in(admin, front, "anna");
  const wire::Lookup lookup{{}, IdentifierKind::kEmail, {"one@example.com"}};
  const auto ref = anna.ask(front, lookup)->as<wire::LookupAnswer>().customer;
  ASSERT_TRUE(ref);
  const auto change = [&](SignedIn& who, std::uint32_t i) {
    switch (i % 4) {
      case 0:
        return who.ask(front, wire::OpenCase{{}, *ref, RequestType::kQuestion})->reason;
      case 1:
        return who.ask(front, wire::AssignCase{{}, case_of_anna_, {"bert"}})->reason;
      case 2:
        return who.ask(front, wire::AddMessage{{}, case_of_anna_, Direction::kNote, {"text"}})
            ->reason;
      default:
        return who.ask(front, wire::CloseCase{{}, CaseId{}})->reason;
    }
  };
  for (std::uint32_t i = 0; i < kChangesPerMinuteMax; ++i)
    ASSERT_NE(change(anna, i), Reason::kTooMany) << i;
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(change(anna, i), Reason::kTooMany) << i;
  const auto refused =
      anna.ask(front, wire::AddMessage{{}, case_of_anna_, Direction::kNote, {"text"}});
  EXPECT_GT(refused->as<wire::Refusal>().retry_after_s, 0u);
  EXPECT_EQ(anna.ask(front, wire::Me{})->reason, Reason::kNone);  // reading goes on
  EXPECT_EQ(change(again, 2), Reason::kNone);                     // another session's own
  time_.advance_ms(kRateMinuteMs);
  EXPECT_EQ(change(anna, 2), Reason::kNone);
}

TEST_F(RatesHouse, ProgramsSignInOnlySoOften) {
  auto admin = connect_admin();
  auto front = connect_front(Face::kApi);
  const auto kiosk = ProgramForTest::add(admin, "kiosk", RequestType::kBaggage);
  for (std::uint32_t i = 0; i < kSignInsOfOneClientPerMinuteMax; ++i)
    ASSERT_EQ(kiosk.sign_in(front), Reason::kNone) << i;
  EXPECT_EQ(kiosk.sign_in(front), Reason::kTooMany);
  const auto other = ProgramForTest::add(admin, "other", RequestType::kBaggage);
  EXPECT_EQ(other.sign_in(front), Reason::kNone);
  time_.advance_ms(kRateMinuteMs);
  EXPECT_EQ(kiosk.sign_in(front), Reason::kNone);
}

// Strangers who guess neither shut a program out nor use up what it may do.
TEST_F(RatesHouse, StrangersShutNoProgramOut) {
  auto admin = connect_admin();
  auto front = connect_front(Face::kApi);
  const auto kiosk = ProgramForTest::add(admin, "kiosk", RequestType::kBaggage);
  auto stranger = kiosk;
  stranger.network[0] = 0x20;
  std::uint32_t looked_at = 0;
  for (std::uint32_t i = 0; i < kClientSignInsPerMinuteMax; ++i) {
    const auto reason = stranger.sign_in(front);
    ASSERT_NE(reason, Reason::kNone);
    looked_at += static_cast<std::uint32_t>(reason == Reason::kBadCredentials);
  }
  EXPECT_EQ(looked_at, kStrangersClientSignInsPerMinuteMax);
  EXPECT_EQ(kiosk.sign_in(front), Reason::kNone);
}

TEST_F(RatesHouse, ListsFollowAssigningAndClosing) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  passwords_["lena"] =
      admin.call<wire::StaffSecrets>(wire::StaffAdd{{"lena"}, Role::kLead, {"north"}, {}, true})
          .password.value;
  wire::SeedCases seed;
  for (std::uint32_t i = 0; i < 5; ++i)
    seed.cases.items.push_back({2,
                                RequestType::kQuestion,
                                i == 4 ? CaseState::kClosed : CaseState::kNew,
                                ContactProof::kNone,
                                0,
                                time_.wall_ms(),
                                {}});
  const auto seeded = admin.call<wire::SeedCasesAnswer>(seed);
  const auto first = seeded.first_case;
  auto anna = sign_in(admin, front, "anna");
  auto lena = sign_in(admin, front, "lena");
  EXPECT_EQ(list(anna, front, wire::CaseView::kMine).size(), 1u);
  EXPECT_EQ(list(anna, front, wire::CaseView::kUnassigned).size(), 4u);
  EXPECT_EQ(list(anna, front, wire::CaseView::kOpen).size(), 5u);
  EXPECT_EQ(list(anna, front, wire::CaseView::kClosed).size(), 1u);

  ASSERT_EQ(lena.ask(front, wire::AssignCase{{}, seeded.ids.items[1], {"anna"}})->reason,
            Reason::kNone);
  ASSERT_EQ(anna.ask(front, wire::CloseCase{{}, case_of_anna_})->reason, Reason::kNone);
  auto mine = list(anna, front, wire::CaseView::kMine);
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_EQ(mine[0].number, first + 1);
  const auto open = list(anna, front, wire::CaseView::kOpen);
  ASSERT_EQ(open.size(), 4u);
  for (std::size_t i = 0; i < open.size(); ++i) EXPECT_EQ(open[i].number, first + 3 - i);
  EXPECT_EQ(list(anna, front, wire::CaseView::kOpen, first + 2, 1)[0].number, first + 1);
  EXPECT_EQ(list(lena, front, wire::CaseView::kClosed).size(), 2u);

  stop();  // a start makes the same lists from a snapshot
  recompute_ = true;
  start();
  admin = connect_admin();
  front = connect_front();
  time_.advance_ms(60'000);
  anna = sign_in(admin, front, "anna");
  EXPECT_EQ(list(anna, front, wire::CaseView::kOpen).size(), 4u);
  EXPECT_EQ(list(anna, front, wire::CaseView::kMine).size(), 1u);
}

}  // namespace
}  // namespace bulkhead
