// Sign-in at a running keeper: who is slowed down, and who must not be.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/admin_sessions.h"
#include "keeper/real_house_fixture.h"

namespace bulkhead {
namespace {

constexpr unsigned kStrangers = 24;  // more than an account's free failures

wire::NetworkAddress ipv4(std::uint8_t third) {
  wire::NetworkAddress address{};
  address[10] = address[11] = 0xff;
  address[12] = 192;
  address[13] = 0;
  address[14] = third;
  return address;
}

Reason try_password(Peer& front, const std::string& name, const std::string& password,
                    const wire::NetworkAddress& network) {
  const auto own = EcdhKey::generate();
  const auto answer =
      front.ask(wire::SignIn{{name}, {password}, {"000000"}, own->public_key(), network});
  return answer ? answer->reason : Reason::kLedger;
}

TEST_F(KeeperHouse, StrangersCannotLockOutAKnownNetworkEvenAfterARestart) {
  {
    auto admin = connect_admin();
    auto front = connect_front();
    fill(admin);
    sign_in(admin, front, "anna");  // from the network of all zeros
  }
  stop();
  start();
  auto admin = connect_admin();
  auto front = connect_front();
  for (unsigned i = 0; i < kStrangers; ++i) {
    try_password(front, "anna", "a stranger's guess", ipv4(static_cast<std::uint8_t>(i)));
  }
  EXPECT_EQ(try_password(front, "anna", "a stranger's guess", ipv4(200)), Reason::kBackOff);
  sign_in(admin, front, "anna");
}

TEST_F(RealHouse, AnAdministratorWhoSignedInIsNoFailure) {
  ASSERT_EQ(sign_in_admin(first_.password, code()), Reason::kNone);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(sign_in_admin("wrong", "000000"), Reason::kBadCredentials);
}

TEST_F(RealHouse, ATokenSparesTheNextConnectionACodeUntilSignedOut) {
  auto peer = connect(Face::kAdmin);
  EXPECT_FALSE(peer.call<wire::AdminHelloAnswer>(wire::AdminHello{}).signed_in);
  const auto session =
      peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}});
  EXPECT_EQ(session.valid_s, kAdminSessionS);
  const auto resume = [&](wire::AdminResume message) {
    auto other = connect(Face::kAdmin);
    EXPECT_FALSE(other.call<wire::AdminHelloAnswer>(wire::AdminHello{}).signed_in);
    const auto answer = other.ask(message);
    const auto reason = answer ? answer->reason : Reason::kLedger;
    if (reason == Reason::kNone && !message.sign_out) {
      EXPECT_EQ(other.call<wire::StaffListAnswer>(wire::StaffList{}).rows.items.size(), 1u);
    }
    return reason;
  };
  EXPECT_EQ(resume({.token = session.token}), Reason::kNone);
  auto other = session.token;
  other[0] ^= 1;
  EXPECT_EQ(resume({.token = other}), Reason::kNoSession);
  EXPECT_EQ(resume({.token = session.token, .sign_out = true}), Reason::kNone);
  EXPECT_EQ(resume({.token = session.token}), Reason::kNoSession);
}

TEST(AdminSessions, EndAfterAQuarterOfAnHourAndTheOldestGivesWay) {
  AdminSessions sessions;
  const auto token = sessions.add({PrincipalNumber(1), 1, 1000});
  EXPECT_EQ(sessions.find(token, 999)->admin, PrincipalNumber(1));
  EXPECT_FALSE(sessions.find(token, 1000));
  const auto oldest = sessions.add({PrincipalNumber(2), 1, 1000});
  for (std::size_t i = 0; i < kAdminSessionsMax; ++i) sessions.add({PrincipalNumber(3), 1, 1001});
  EXPECT_FALSE(sessions.find(oldest, 1));
}

TEST_F(RealHouse, ADisabledAdministratorsOpenChannelDoesNothingMore) {
  auto peer = connect(Face::kAdmin);
  peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
  const auto session =
      peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}});
  peer.call<wire::Done>(wire::StaffChange{{first_.name}, wire::StaffChangeKind::kDisable});
  EXPECT_EQ(peer.ask(wire::StaffList{})->reason, Reason::kExpired);
  auto other = connect(Face::kAdmin);
  other.call<wire::AdminHelloAnswer>(wire::AdminHello{});
  EXPECT_EQ(other.ask(wire::AdminResume{.token = session.token})->reason, Reason::kNoSession);
}

TEST_F(RealHouse, GuessingAnAdministratorsPasswordIsSlowedDown) {
  stop();
  const FakeClock still;
  clock_ = &still;
  start();
  auto last = Reason::kNone;
  for (int i = 0; i < 6; ++i) last = sign_in_admin("wrong", "000000");
  EXPECT_EQ(last, Reason::kBackOff);
  stop();
}

}  // namespace
}  // namespace bulkhead
