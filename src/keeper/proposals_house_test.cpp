// Acts that widen in a house that is no demo: nobody does them alone or at once.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "keeper/policy.h"
#include "keeper/real_house_fixture.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;

class Proposals : public RealHouse {
 protected:
  struct Admin {
    std::string name, password, otpauth;
  };
  Proposals() { clock_ = &time_; }
  void SetUp() override {
    RealHouse::SetUp();
    one_ = {first_.name, first_.password, first_.otpauth};
  }
  // A session of its own. Time passes, since a code is good for one sign-in.
  Peer sign_in(const Admin& who) {
    time_.advance_ms(30'000);
    auto peer = connect(Face::kAdmin);
    peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
    peer.call<wire::AdminSession>(
        wire::AdminSignIn{{who.name}, {who.password}, {code_of(who.otpauth)}});
    return peer;
  }
  template <class Message>
  std::uint32_t propose(const Message& message) {
    return sign_in(one_).call<wire::Proposed>(message).number;
  }
  std::vector<wire::ProposalRow> list() {
    return sign_in(one_).call<wire::ListProposalsAnswer>(wire::ListProposals{}).rows.items;
  }
  Reason approve(const Admin& who, std::uint32_t number) {
    auto peer = sign_in(who);
    for (const auto& row : peer.call<wire::ListProposalsAnswer>(wire::ListProposals{}).rows.items) {
      if (row.number == number) return peer.ask(wire::ApproveProposal{number, row.digest})->reason;
    }
    return peer.ask(wire::ApproveProposal{number, {}})->reason;
  }
  PeerAnswer carry_out(const Admin& who, std::uint32_t number) {
    const auto answer = sign_in(who).ask(wire::CarryOutProposal{number});
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(PeerAnswer{});
  }
  static wire::StaffAdd add(const std::string& name, Role role = Role::kAgent) {
    return {{name}, role, {"north"}, {}, false};
  }
  // The second admin, signed in once.
  Admin second() {
    const auto number = propose(add("second", Role::kAdmin));
    time_.advance_ms(kHourMs);
    const auto secrets = carry_out(one_, number).as<wire::StaffSecrets>();
    Admin two{"second", secrets.password.value, secrets.otpauth.value};
    sign_in(two);
    return two;
  }
  std::size_t staff() {
    return sign_in(one_).call<wire::StaffListAnswer>(wire::StaffList{}).rows.items.size();
  }

  FakeClock time_;
  Admin one_;
};

TEST_F(Proposals, TheSecondAdminOfANewHouseNeedsOnlyTheWait) {
  const auto number = propose(add("second", Role::kAdmin));
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kState);  // not yet
  EXPECT_EQ(staff(), 1u);
  time_.advance_ms(kHourMs);
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kNone);
  EXPECT_EQ(staff(), 2u);
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kNotThere);  // once
}

TEST_F(Proposals, NothingElseIsDoneWithoutASecondAdmin) {
  const auto agent = propose(add("anna"));
  const auto reset = propose(wire::StaffChange{{one_.name}, wire::StaffChangeKind::kReset});
  const auto client = propose(wire::ClientAdd{{"kiosk"}, Role::kClient, {}, 120, {}, false});
  const auto policy =
      propose(wire::SetPolicy{{std::string(text_of(wire::encode(default_policy())))}});
  time_.advance_ms(2 * kHourMs);
  for (const auto number : {agent, reset, client, policy})
    EXPECT_EQ(carry_out(one_, number).reason, Reason::kNoGrant);
  EXPECT_EQ(staff(), 1u);
}

TEST_F(Proposals, AreCarriedOutOnceAfterASecondAdminAndAnHour) {
  const auto two = second();
  const auto number = propose(add("anna"));
  ASSERT_EQ(list().size(), 1u);
  const auto row = list().front();
  EXPECT_EQ(row.by.value, one_.name);
  EXPECT_EQ(wire::decode<wire::StaffAdd>(view_of(row.act.value))->name.value, "anna");
  EXPECT_EQ(approve(one_, number), Reason::kRole);  // one's own
  auto other = row.digest;
  other[0] ^= 1;
  EXPECT_EQ(sign_in(two).ask(wire::ApproveProposal{number, other})->reason, Reason::kState);
  EXPECT_EQ(approve(two, number), Reason::kNone);
  EXPECT_EQ(approve(two, number), Reason::kState);            // already
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kState);  // the hour is not over
  time_.advance_ms(kHourMs);
  EXPECT_EQ(carry_out(two, number).reason, Reason::kRole);  // its secrets are not theirs
  const auto done = carry_out(one_, number);
  EXPECT_EQ(done.reason, Reason::kNone);
  EXPECT_FALSE(done.as<wire::StaffSecrets>().password.value.empty());
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kNotThere);
  EXPECT_EQ(staff(), 3u);
  EXPECT_TRUE(list().empty());
}

// What two people agreed on is not used up by an act that would be refused.
TEST_F(Proposals, ARekeyWaitsForABackupAndIsStillThere) {
  const auto two = second();
  const auto number = propose(wire::ChangeKeys{KeyChange::kRekey});
  EXPECT_EQ(approve(two, number), Reason::kNone);
  time_.advance_ms(kHourMs);
  auto peer = sign_in(one_);
  EXPECT_EQ(peer.ask_at_once(wire::MakeBackup{}, wire::CarryOutProposal{number}),
            (std::vector{Reason::kNone, Reason::kState}));
  const auto is_made = [&] {
    const auto phase = peer.call<wire::ReadBackupAnswer>(wire::ReadBackup{}).phase;
    return phase == wire::BackupPhase::kReady;
  };
  for (int i = 0; i < 500 && !is_made(); ++i) {
    time_.advance_ms(250);  // the keeper looks after its work four times a second
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(peer.ask(wire::CarryOutProposal{number})->reason, Reason::kNone);
}

TEST_F(Proposals, ANewPolicyWaitsToo) {
  const auto two = second();
  auto policy = default_policy();
  policy.agent.budgets.masked.day += 1;
  const auto number = propose(wire::SetPolicy{{std::string(text_of(wire::encode(policy)))}});
  EXPECT_EQ(approve(two, number), Reason::kNone);
  time_.advance_ms(kHourMs);
  EXPECT_EQ(carry_out(one_, number).as<wire::SetPolicyAnswer>().number,
            default_policy().number.value + 1);
}

TEST_F(Proposals, ACanaryComesAtOnceAndGoesWithASecondAdminOnly) {
  const auto two = second();
  wire::Canary add;
  add.values.items.push_back({static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
  add.values.items.push_back({static_cast<std::uint8_t>(Field::kEmail), 0, {"bait@example.com"}});
  const auto canary = sign_in(one_).call<wire::CanaryAnswer>(add).canaries.items.at(0).number;
  wire::Canary remove;
  remove.act = wire::CanaryAct::kRemove;
  remove.number = canary;
  wire::Canary release;
  release.act = wire::CanaryAct::kRelease;
  release.name.value = "anna";
  const auto number = propose(remove);
  propose(release);
  time_.advance_ms(kHourMs);
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kNoGrant);
  EXPECT_EQ(approve(two, number), Reason::kNone);
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kNone);
  wire::Canary all;
  all.act = wire::CanaryAct::kList;
  EXPECT_TRUE(sign_in(one_).call<wire::CanaryAnswer>(all).canaries.items.empty());
}

TEST_F(Proposals, EndWhenRefusedWithdrawnOrADayOld) {
  const auto two = second();
  const auto refused = propose(add("anna"));
  const auto withdrawn = propose(add("bert"));
  const auto forgotten = propose(add("carl"));
  EXPECT_EQ(approve(two, forgotten), Reason::kNone);
  EXPECT_EQ(sign_in(two).ask(wire::RefuseProposal{refused})->reason, Reason::kNone);
  EXPECT_EQ(sign_in(one_).ask(wire::RefuseProposal{withdrawn})->reason, Reason::kNone);
  time_.advance_ms(24 * kHourMs);
  for (const auto number : {refused, withdrawn, forgotten}) {
    EXPECT_EQ(approve(two, number), Reason::kNotThere);
    EXPECT_EQ(carry_out(one_, number).reason, Reason::kNotThere);
  }
  EXPECT_EQ(sign_in(one_).ask(wire::RefuseProposal{refused})->reason, Reason::kNotThere);
  EXPECT_TRUE(list().empty());
}

TEST_F(Proposals, ClosingAnAccountDoesNotWaitAndTakesItsApprovalsWithIt) {
  const auto two = second();
  const auto number = propose(add("anna"));
  EXPECT_EQ(approve(two, number), Reason::kNone);
  EXPECT_EQ(
      sign_in(one_).ask(wire::StaffChange{{"second"}, wire::StaffChangeKind::kDisable})->reason,
      Reason::kNone);
  time_.advance_ms(kHourMs);
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kNoGrant);
  // Who disabled all others may not make a new second one alone.
  const auto puppet = propose(add("puppet", Role::kAdmin));
  time_.advance_ms(kHourMs);
  EXPECT_EQ(carry_out(one_, puppet).reason, Reason::kNoGrant);
}

TEST_F(Proposals, OutliveARestart) {
  const auto two = second();
  const auto number = propose(add("anna"));
  EXPECT_EQ(approve(two, number), Reason::kNone);
  stop();
  recompute_ = true;
  start();
  EXPECT_EQ(list().front().approved_by.value, "second");
  time_.advance_ms(kHourMs);
  EXPECT_EQ(carry_out(one_, number).reason, Reason::kNone);
}

TEST_F(Proposals, AreBounded) {
  auto peer = sign_in(one_);
  for (std::size_t i = 0; i < wire::kProposalsMax; ++i)
    peer.call<wire::Proposed>(add("agent" + std::to_string(i)));
  EXPECT_EQ(peer.ask(add("one-more"))->reason, Reason::kTooMany);
}

TEST_F(Proposals, AnActThatDoesNotFollowItsFormatClosesTheChannel) {
  auto peer = sign_in(one_);
  peer.send(static_cast<std::uint16_t>(wire::Op::kStaffAdd), Bytes{1, 2, 3});
  EXPECT_FALSE(peer.receive().has_value());
}

TEST_F(Proposals, AChosenPasswordIsNotShownToTheApprover) {
  auto message = add("anna");
  message.password.value = "correct horse battery staple 9";
  propose(message);
  const auto shown = wire::decode<wire::StaffAdd>(view_of(list().front().act.value));
  ASSERT_TRUE(shown.has_value());
  EXPECT_TRUE(shown->password.value.empty());
}

TEST_F(KeeperHouse, InADemoDirectoryNothingWaits) {
  auto admin = connect_admin();
  admin.call<wire::StaffSecrets>(wire::StaffAdd{{"anna"}, Role::kAgent, {}, {}, true});
  EXPECT_EQ(admin.ask(wire::CarryOutProposal{1})->reason, Reason::kNotThere);
}

}  // namespace
}  // namespace bulkhead
