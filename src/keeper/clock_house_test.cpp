// A wall clock that steps while the keeper runs: what destroys or widens for good waits until it
// agrees with boot time again, and budgets do not refill for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/clock.h"
#include "keeper/real_house_fixture.h"

namespace bulkhead {
namespace {

constexpr std::int64_t kStepMs = 40ll * 24 * 3'600'000;  // longer than any horizon
constexpr std::uint64_t kLongEnoughMs = 15ull * 24 * 3'600'000;

class ClockHouse : public KeeperHouse {
 protected:
  ClockHouse() { clock_ = &time_; }
  bool apart(Peer& admin) {
    return admin.call<wire::StatusAnswer>(wire::StatusQuery{}).standing.clocks_apart;
  }
  // The keeper sweeps a few times a second of its own time.
  template <class Done>
  bool comes(const Done& done, int seconds = 300) {
    for (int i = 0; i < seconds; ++i) {
      if (done()) return true;
      time_.advance_ms(1000);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }

  FakeClock time_;
};

TEST_F(ClockHouse, NothingIsDestroyedWhileTheClocksAreApart) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  const auto id = add_privacy_officer(admin).ids.items.at(0);
  auto petra = sign_in(admin, front, "petra");
  ASSERT_EQ(petra.ask(front, wire::RequestErasure{{}, id})->reason, Reason::kNone);
  const auto erased = [&] {
    return admin.call<wire::ErasuresAnswer>(wire::Erasures{}).rows.items.at(0).step.value ==
           "carried-out";
  };
  const auto change = [&] { return admin.call<wire::KeyStatusAnswer>(wire::KeyStatus{}).change; };

  time_.step_wall_ms(kStepMs);
  EXPECT_TRUE(apart(admin));
  time_.advance_ms(kLongEnoughMs);
  admin.call<wire::ChangeKeysAnswer>(wire::ChangeKeys{KeyChange::kRotate});
  EXPECT_FALSE(comes(erased, 30));
  EXPECT_EQ(change(), KeyChange::kRotate);

  time_.step_wall_ms(-kStepMs);
  EXPECT_TRUE(comes(erased));
  EXPECT_TRUE(comes([&] { return change() == KeyChange::kNone; }));
  EXPECT_FALSE(apart(admin));
}

TEST_F(ClockHouse, BudgetsFollowBootTime) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto anna = sign_in(admin, front, "anna");
  const auto look = [&] {
    return anna.ask(front, wire::Lookup{{}, IdentifierKind::kEmail, {"nobody@example.com"}})
        ->reason;
  };
  auto reason = Reason::kNone;
  for (int i = 0; i < 1000 && reason != Reason::kBudget; ++i) reason = look();
  ASSERT_EQ(reason, Reason::kBudget);
  time_.step_wall_ms(kStepMs);
  EXPECT_EQ(look(), Reason::kBudget);
  time_.step_wall_ms(-2 * kStepMs);
  EXPECT_EQ(look(), Reason::kBudget);
}

// Two entries tell a step and its end, however many turns lie between.
TEST_F(ClockHouse, AStepIsTwoEntries) {
  auto admin = connect_admin();
  const auto size = [&] { return admin.call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size; };
  const auto before = size();
  time_.step_wall_ms(29'000);
  EXPECT_FALSE(apart(admin));
  time_.step_wall_ms(kStepMs);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(apart(admin));
  time_.step_wall_ms(-kStepMs);
  EXPECT_FALSE(apart(admin));
  EXPECT_TRUE(comes([&] { return size() == before + 2; })) << size() - before;
}

class RealClockHouse : public RealHouse {
 protected:
  RealClockHouse() { clock_ = &time_; }
  Peer admin() {
    time_.advance_ms(30'000);  // a code is good for one sign-in
    auto peer = connect(Face::kAdmin);
    peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
    peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}});
    return peer;
  }
  FakeClock time_;
};

TEST_F(RealClockHouse, AProposalWaitsUntilTheyAgree) {
  const auto number =
      admin().call<wire::Proposed>(wire::StaffAdd{{"second"}, Role::kAdmin, {}, {}, false}).number;
  time_.advance_ms(3'600'000);
  {
    auto peer = admin();
    time_.step_wall_ms(60'000);
    const auto refused = peer.ask(wire::CarryOutProposal{number});
    EXPECT_EQ(refused->reason, Reason::kState);
    EXPECT_GT(refused->as<wire::Refusal>().retry_after_s, 0u);
    time_.step_wall_ms(-60'000);
    EXPECT_EQ(peer.ask(wire::CarryOutProposal{number})->reason, Reason::kNone);
  }
}

}  // namespace
}  // namespace bulkhead
