// Every operation number over every kind of channel in every stage, against the rule table; and
// messages of the sign-in that do not follow their format.
#include <gtest/gtest.h>

#include <map>

#include "keeper/details.h"
#include "keeper/real_house_fixture.h"
#include "keeper/rules.h"

namespace bulkhead {
namespace {

constexpr std::uint16_t kOpsTried = 256;

// AdminSignIn without its limits.
struct LongSignIn {
  wire::Text<1000> name, password, code;
  WIRE_MEMBERS(name, password, code)
};

class Rules : public RealHouse {
 protected:
  // A channel of that kind in that stage; nothing when there is no such.
  std::optional<Peer> channel(Face face, Stage stage) {
    auto peer = connect(face);
    if (stage == Stage::kGreeting) return peer;
    if (face != Face::kAdmin) {
      if (stage != Stage::kServing) return std::nullopt;
      peer.instance = peer.call<wire::HelloAnswer>(wire::Hello{face, 0}).instance;
      return peer;
    }
    peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
    if (stage == Stage::kSigningIn) return peer;
    peer.call<wire::Done>(wire::AdminResume{.token = token_});
    return peer;
  }
  void sign_in_once() {
    auto peer = connect(Face::kAdmin);
    peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
    token_ =
        peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}})
            .token;
  }
  // How many broken channels the ledger tells of, by face. The house has stopped then.
  std::map<Face, unsigned> broken_channels() {
    stop();
    std::map<Face, unsigned> times;
    auto folder = open_keeper_folder(folder_.path(), root_);
    EXPECT_TRUE(folder);
    EXPECT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& one) {
      if (one.kind != EntryKind::kDenied || one.reason != Reason::kMalformed) return true;
      const auto detail = wire::decode<CountDetail>(one.detail);
      EXPECT_TRUE(detail);
      if (detail) times[one.face] += detail->times;
      return true;
    }));
    EXPECT_TRUE(folder->ledger->close());
    return times;
  }
  wire::AdminToken token_{};
};

TEST_F(Rules, WhatTheTableDoesNotAllowClosesTheChannelAndNothingElse) {
  sign_in_once();
  unsigned refused = 0;
  std::map<Face, unsigned> by_face;
  for (const auto face : {Face::kDesk, Face::kApi, Face::kPortal, Face::kAdmin}) {
    for (const auto stage : {Stage::kGreeting, Stage::kSigningIn, Stage::kServing}) {
      for (std::uint16_t op = 0; op < kOpsTried; ++op) {
        const auto* const rule = rule_of(op);
        const bool allowed =
            rule != nullptr && rule->admin == (face == Face::kAdmin) && rule->stage == stage;
        if (allowed) continue;
        auto peer = channel(face, stage);
        if (!peer) continue;
        peer->send(op, {});
        EXPECT_FALSE(peer->receive().has_value()) << name_of(face) << " op " << op;
        ++refused;
        ++by_face[face];
      }
    }
  }
  EXPECT_GT(refused, 4 * kOpsTried);
  auto admin = channel(Face::kAdmin, Stage::kServing);
  EXPECT_EQ(admin->ask(wire::StaffList{})->reason, Reason::kNone);
  admin.reset();
  // Each of them stands in the ledger, though many share an entry; also those of the last second.
  EXPECT_EQ(broken_channels(), by_face);
}

TEST_F(Rules, AMalformedSignInClosesTheChannelIsAnEntryAndNoTry) {
  sign_in_once();
  const auto sign_in = wire::encode(wire::AdminSignIn{{first_.name}, {"a password"}, {"123456"}});
  const auto resume = wire::encode(wire::AdminResume{.token = token_});
  std::vector<std::pair<wire::Op, Bytes>> wrong;
  for (const auto& [op, whole] :
       {std::pair(wire::Op::kAdminSignIn, sign_in), std::pair(wire::Op::kAdminResume, resume)}) {
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
      wrong.emplace_back(op,
                         Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes)));
    auto longer = whole;
    longer.push_back(0);
    wrong.emplace_back(op, longer);
    wrong.emplace_back(op, Bytes(2'000, 0xff));
    wrong.emplace_back(op, Bytes(rule_of(static_cast<std::uint16_t>(op))->body_bytes_max + 1));
  }
  auto neither = resume;
  neither.back() = 2;  // a truth value that is none
  wrong.emplace_back(wire::Op::kAdminResume, neither);
  const std::string name(wire::kNameBytesMax + 1, 'a'), password(wire::kPasswordBytesMax + 1, 'a');
  for (const auto& one : {LongSignIn{{name}, {"x"}, {"1"}}, LongSignIn{{"a"}, {password}, {"1"}},
                          LongSignIn{{"a"}, {"x"}, {"123456789"}}})
    wrong.emplace_back(wire::Op::kAdminSignIn, wire::encode(one));
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    auto peer = channel(Face::kAdmin, Stage::kSigningIn);
    peer->send(static_cast<std::uint16_t>(wrong[i].first), wrong[i].second);
    EXPECT_FALSE(peer->receive().has_value()) << i;
  }
  // Whoever knows the password is not kept waiting by any of that, and the token still serves.
  EXPECT_EQ(sign_in_admin("a wrong password", code()), Reason::kBadCredentials);
  EXPECT_EQ(channel(Face::kAdmin, Stage::kServing)->ask(wire::StaffList{})->reason, Reason::kNone);
  const std::map<Face, unsigned> expected{{Face::kAdmin, static_cast<unsigned>(wrong.size())}};
  EXPECT_EQ(broken_channels(), expected);
}

TEST_F(Rules, AnAdministratorsTriesAreEntriesAlsoWhileTheyHaveToWait) {
  constexpr int kTries = 12;
  int waited = 0;
  for (int i = 0; i < kTries; ++i)
    waited += static_cast<int>(sign_in_admin("a wrong password", "000000") == Reason::kBackOff);
  ASSERT_GT(waited, 0);
  stop();
  int told = 0;
  auto folder = open_keeper_folder(folder_.path(), root_);
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->ledger->read({}, folder->ledger->size(), [&](LeafIndex, const Entry& one) {
    if (one.kind == EntryKind::kSignInFailed && one.reason == Reason::kBackOff)
      told += static_cast<int>(wire::decode<CountDetail>(one.detail)->times);
    return true;
  }));
  EXPECT_TRUE(folder->ledger->close());
  EXPECT_EQ(told, waited);
}

}  // namespace
}  // namespace bulkhead
