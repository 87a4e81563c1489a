// Limits of a running keeper, each exceeded.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/admin_sessions.h"
#include "keeper/loop.h"
#include "keeper/real_house_fixture.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kStillMinuteMs = 60'000;

wire::NetworkAddress ipv4(std::uint8_t second, std::uint8_t third) {
  wire::NetworkAddress address{};
  address[10] = address[11] = 0xff;
  address[12] = 10;
  address[13] = second;
  address[14] = third;
  return address;
}

wire::SignIn sign_in_from(const wire::NetworkAddress& network, const std::string& name) {
  return {{name}, {"a stranger's guess"}, {"000000"}, EcdhKey::generate()->public_key(), network};
}

// A house whose time stands still unless the test moves it.
class StillHouse : public KeeperHouse {
 protected:
  StillHouse() { clock_ = &time_; }
  std::uint64_t ledger_size(Peer& admin) {
    return admin.call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size;
  }
  wire::SeedCases many_cases() const {
    const wire::SeedCase one{
        2, RequestType::kQuestion, CaseState::kOpen, ContactProof::kNone, 0, time_.wall_ms(), {}};
    return {{std::vector(wire::kSeedCasesMax, one)}};
  }
  FakeClock time_;
};

TEST_F(StillHouse, StrangersNetworksGetOnlySoManyNumbersAMinute) {
  constexpr std::uint8_t kBeyond = 5;
  auto admin = connect_admin();
  auto front = connect_front();
  const auto before = ledger_size(admin);
  const auto knock = [&](std::uint8_t second, std::uint8_t third) {
    EXPECT_NE(front.ask(sign_in_from(ipv4(second, third), "nobody"))->reason, Reason::kNone);
  };
  for (std::uint8_t i = 0; i < kStrangersPerMinuteMax + kBeyond; ++i) knock(1, i);
  // A name and a failure for each that got a number, one failure for all the others.
  EXPECT_EQ(ledger_size(admin), before + 2 * kStrangersPerMinuteMax + 1);
  time_.advance_ms(kStillMinuteMs);
  const auto later = ledger_size(admin);
  knock(2, 0);
  EXPECT_GE(ledger_size(admin), later + 2);  // numbers are given out again
}

TEST_F(StillHouse, ASignInWithoutAKeyIsNoTry) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto bad = sign_in_from({}, "anna");
  bad.public_key.fill(0x7f);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(front.ask(bad)->reason, Reason::kMalformed);
  sign_in(admin, front, "anna");
}

TEST_F(StillHouse, AFullHashingLaneTakesTheTriesBack) {
  constexpr unsigned kBurst = 2 * kHashingJobsMax;
  auto front = connect_front();
  std::vector<wire::SignIn> tries;
  for (unsigned i = 0; i < kBurst; ++i)
    tries.push_back(
        sign_in_from(ipv4(3, static_cast<std::uint8_t>(i)), "name" + std::to_string(i)));
  for (const auto& one : tries)
    front.send(static_cast<std::uint16_t>(wire::Op::kSignIn), wire::encode(one));
  // Refused ones are answered first, in the order they came; the lane takes the earliest.
  unsigned refused = 0;
  for (unsigned i = 0; i < kBurst; ++i)
    refused += static_cast<unsigned>(front.receive()->reason == Reason::kTooMany);
  ASSERT_GT(refused, 0u);
  // The last of them was refused, so its three free failures are all still there.
  const auto& last = tries.back();
  for (std::uint32_t i = 0; i < kBackOffPair.free + 1; ++i)
    EXPECT_EQ(front.ask(last)->reason, Reason::kBadCredentials) << i;
  EXPECT_EQ(front.ask(last)->reason, Reason::kBackOff);
}

TEST_F(StillHouse, AFloodOfStrangersLeavesRoomForKnownPeople) {
  constexpr unsigned kFlood = 2 * kHashingJobsMax;
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  sign_in(admin, front, "anna");  // from here on her network is known
  auto flood = connect_front();
  std::vector<Bytes> strangers;
  for (unsigned i = 0; i < kFlood; ++i)
    strangers.push_back(wire::encode(
        sign_in_from(ipv4(4, static_cast<std::uint8_t>(i)), "stranger" + std::to_string(i))));
  time_.advance_ms(kStillMinuteMs);  // a fresh code
  for (const auto& one : strangers) flood.send(static_cast<std::uint16_t>(wire::Op::kSignIn), one);
  sign_in(admin, front, "anna");
  unsigned refused = 0;
  for (unsigned i = 0; i < kFlood; ++i)
    refused += static_cast<unsigned>(flood.receive()->reason == Reason::kTooMany);
  EXPECT_GT(refused, 0u);
}

// While the loop works on some, the others fill their sockets, so that a turn could read more than
// one append takes.
TEST_F(StillHouse, ABurstLargerThanAnAppendIsAnsweredWhole) {
  constexpr std::size_t kChannels = 16;
  constexpr std::size_t kFramesEach = 4;
  static_assert(kChannels * kFramesEach * wire::kSeedCasesMax > kAppendEntriesMax);
  auto admin = connect_admin();
  fill(admin);
  const auto seed = wire::encode(many_cases());
  const auto before = ledger_size(admin);
  std::vector<Peer> peers;
  for (std::size_t i = 0; i < kChannels; ++i) peers.push_back(connect_admin());
  std::vector<std::jthread> senders;
  for (auto& peer : peers) {
    senders.emplace_back([&peer, &seed] {
      for (std::size_t i = 0; i < kFramesEach; ++i)
        peer.send(static_cast<std::uint16_t>(wire::Op::kSeedCases), seed);
    });
  }
  for (auto& peer : peers) {
    for (std::size_t i = 0; i < kFramesEach; ++i) {
      const auto answer = peer.receive();
      ASSERT_TRUE(answer.has_value());
      EXPECT_EQ(answer->reason, Reason::kNone);
    }
  }
  senders.clear();
  EXPECT_EQ(ledger_size(admin), before + kChannels * kFramesEach * wire::kSeedCasesMax);
}

TEST_F(StillHouse, StatusNamesOnlySoManyFronts) {
  auto admin = connect_admin();
  std::vector<Peer> fronts;
  for (std::size_t i = 0; i <= wire::kFrontRowsMax; ++i) fronts.push_back(connect_front());
  EXPECT_EQ(admin.call<wire::StatusAnswer>(wire::StatusQuery{}).fronts.items.size(),
            wire::kFrontRowsMax);
}

TEST_F(StillHouse, ADrillsClockMovesOnlySoFarAtOnce) {
  auto admin = connect_admin();
  EXPECT_EQ(admin.ask(wire::MoveClock{wire::kMoveClockMsMax})->reason, Reason::kNone);
  EXPECT_EQ(admin.ask(wire::MoveClock{wire::kMoveClockMsMax + 1})->reason, Reason::kMalformed);
}

TEST_F(StillHouse, AFullScanLaneRefusesAndGoesOn) {
  constexpr unsigned kFirst = 60;  // turn by turn a scan of the whole ledger
  constexpr unsigned kTries = 8 * kScanJobsMax;
  auto slow = connect_admin();
  auto quick = connect_admin();
  fill(slow);
  for (int i = 0; i < 5; ++i) slow.call<wire::SeedCasesAnswer>(many_cases());
  const auto scope = wire::encode(wire::Scope{});
  std::jthread sender([&] {
    for (unsigned i = 0; i < kFirst; ++i)
      slow.send(static_cast<std::uint16_t>(wire::Op::kScope), scope);
  });
  unsigned refused = 0;
  for (unsigned i = 0; i < kTries; ++i) {
    quick.send(static_cast<std::uint16_t>(wire::Op::kScope), scope);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // so that each is its own turn
  }
  for (unsigned i = 0; i < kTries; ++i)
    refused += static_cast<unsigned>(quick.receive()->reason == Reason::kTooMany);
  for (unsigned i = 0; i < kFirst; ++i) ASSERT_TRUE(slow.receive().has_value());
  sender.join();
  EXPECT_GT(refused, 0u);
  EXPECT_EQ(quick.ask(wire::Scope{})->reason, Reason::kNone);
}

TEST_F(StillHouse, OneNameIsGivenToOneClientEvenWhenTwoAskAtOnce) {
  auto one = connect_admin();
  auto other = connect_admin();
  const wire::ClientAdd add{{"kiosk"}, Role::kClient, ipv4(0, 0), 120, {}, true};
  for (auto* admin : {&one, &other})
    admin->send(static_cast<std::uint16_t>(wire::Op::kClientAdd), wire::encode(add));
  const auto first = one.receive()->reason;
  const auto second = other.receive()->reason;
  EXPECT_NE(first, second);
  EXPECT_TRUE((first == Reason::kNone && second == Reason::kState) ||
              (first == Reason::kState && second == Reason::kNone));
  EXPECT_EQ(one.call<wire::ClientListAnswer>(wire::ClientList{}).rows.items.size(), 1u);
}

TEST_F(StillHouse, AnAuditorsTokenIsWorthNothingInAnotherNetwork) {
  auto admin = connect_admin();
  auto front = connect_front(Face::kApi);
  const auto secret = admin.call<wire::ClientSecret>(
      wire::ClientAdd{{"auditor"}, Role::kAuditor, ipv4(7, 0), 120, {}, true});
  wire::ReadLedger read{.token = secret.secret, .network = ipv4(7, 0)};
  EXPECT_EQ(front.ask(read)->reason, Reason::kNone);
  read.network = ipv4(7, 1);
  EXPECT_EQ(front.ask(read)->reason, Reason::kNoSession);
}

class StillRealHouse : public RealHouse {
 protected:
  StillRealHouse() { clock_ = &time_; }
  FakeClock time_;
};

TEST_F(StillRealHouse, AnIdleAdministratorsChannelEnds) {
  auto peer = connect(Face::kAdmin);
  peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
  peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}});
  for (int i = 0; i < 3; ++i) {  // in use it stays open
    time_.advance_ms(kAdminSessionS * 1000 - 1);
    EXPECT_EQ(peer.ask(wire::StaffList{})->reason, Reason::kNone);
  }
  time_.advance_ms(kAdminSessionS * 1000);
  EXPECT_EQ(peer.ask(wire::StaffList{})->reason, Reason::kExpired);
}

TEST_F(StillRealHouse, NobodyMovesTheClockOfAProductionHouse) {
  auto peer = connect(Face::kAdmin);
  peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
  peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}});
  EXPECT_EQ(peer.ask(wire::MoveClock{1})->reason, Reason::kRole);
  stop();
  const auto started =
      run_keeper({.data = folder_.path().string(), .without = {}, .clock_ahead_s = 1}, root_, -1);
  EXPECT_EQ(started.error().code, ErrorCode::kRefused);
}

}  // namespace
}  // namespace bulkhead
