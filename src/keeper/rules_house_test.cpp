// Every operation number over every kind of channel in every stage, against the rule table.
#include <gtest/gtest.h>

#include "keeper/real_house_fixture.h"
#include "keeper/rules.h"

namespace bulkhead {
namespace {

constexpr std::uint16_t kOpsTried = 256;

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
  wire::AdminToken token_{};
};

TEST_F(Rules, WhatTheTableDoesNotAllowClosesTheChannelAndNothingElse) {
  {
    auto peer = connect(Face::kAdmin);
    peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
    token_ =
        peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}})
            .token;
  }
  unsigned refused = 0;
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
      }
    }
  }
  EXPECT_GT(refused, 4 * kOpsTried);
  auto admin = channel(Face::kAdmin, Stage::kServing);
  EXPECT_EQ(admin->ask(wire::StaffList{})->reason, Reason::kNone);
}

}  // namespace
}  // namespace bulkhead
