#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "front/front_test_support.h"

namespace bulkhead::front {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

KeeperReply sends_lane(wire::Op, ByteView) { return says(wire::OpenLaneAnswer{1}); }

Limits quick(Limits limits = {}) {
  limits.idle = milliseconds(400);
  limits.request = milliseconds(200);
  limits.sweep = milliseconds(20);
  return limits;
}

std::uint64_t turned_away(RunningFront& front, TurnedAway why) {
  return front.look([why](const Shared& shared) { return shared.metrics.turned_away(why); });
}

Task<void> ask_for_ever(KeeperChannel* channel) {
  static const Bytes message{1};
  co_await channel->ask(wire::Op::kMe, message);
}

TEST(ServerLimits, HeaderBytes) {
  RunningFront front({});
  const auto with_header = [](std::size_t bytes) {
    std::string fields;
    while (fields.size() < bytes) fields += "X-Filler: " + std::string(500, 'x') + "\r\n";
    return "GET /healthz HTTP/1.1\r\nHost: " + std::string(kTestHost) + "\r\n" + fields + "\r\n";
  };
  EXPECT_EQ(Caller(front.port()).ask(with_header(kHeaderBytesMax - 2048)).status, 200);
  Caller caller(front.port());
  const auto reply = caller.ask(with_header(kHeaderBytesMax + 2048));
  EXPECT_EQ(reply.status, 431);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(caller.ended());
  EXPECT_EQ(turned_away(front, TurnedAway::kReader), 1u);
  // A header without an end is not collected for ever either.
  EXPECT_EQ(Caller(front.port())
                .ask("GET / HTTP/1.1\r\nX-Endless: " + std::string(kHeaderBytesMax + 9000, 'x'))
                .status,
            431);
}

TEST(ServerLimits, HeaderFields) {
  RunningFront front({});
  std::string fields;
  for (std::size_t i = 0; i < kHeaderFieldsMax; ++i) fields += "X-F: 1\r\n";
  EXPECT_EQ(Caller(front.port())
                .ask("GET / HTTP/1.1\r\nHost: " + std::string(kTestHost) + "\r\n" + fields + "\r\n")
                .status,
            431);
}

TEST(ServerLimits, TargetBytes) {
  RunningFront front({});
  EXPECT_EQ(Caller(front.port())
                .ask(plain_request("GET", "/" + std::string(kTargetBytesMax - 1, 'a')))
                .status,
            404);
  EXPECT_EQ(Caller(front.port())
                .ask(plain_request("GET", "/" + std::string(kTargetBytesMax, 'a')))
                .status,
            414);
}

TEST(ServerLimits, BodyBytes) {
  RunningFront front({});
  const auto session = [](std::size_t bytes) {
    return plain_request("POST", "/api/v1/session", std::string(bytes, ' '));
  };
  EXPECT_EQ(Caller(front.port()).ask(session(kBodyBytesMax)).status,
            400);  // Read whole, though it is no JSON.
  Caller caller(front.port());
  const auto reply = caller.ask(session(kBodyBytesMax + 1));
  EXPECT_EQ(reply.status, 413);
  EXPECT_TRUE(caller.ended());
  // An announcement is enough: nothing of the body needs to arrive.
  EXPECT_EQ(Caller(front.port())
                .ask("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: "
                     "18446744073709551615\r\n\r\n")
                .status,
            413);
}

TEST(ServerLimits, ConnectionsPerNetworkAndInTotal) {
  Limits limits;
  limits.connections_per_network = 3;
  RunningFront front({.limits = limits});
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < 3; ++i) {
    callers.push_back(std::make_unique<Caller>(front.port()));
    EXPECT_EQ(callers.back()->ask(plain_request("GET", "/healthz")).status, 200);
  }
  EXPECT_FALSE(Caller(front.port()).connected());
  EXPECT_EQ(turned_away(front, TurnedAway::kNetwork), 1u);
  callers.pop_back();
  while (front.look([](const Shared& shared) { return shared.connections.size(); }) == 3)
    std::this_thread::yield();
  EXPECT_EQ(Caller(front.port()).ask(plain_request("GET", "/healthz")).status, 200);

  Limits total;
  total.connections = 2;
  RunningFront small({.limits = total});
  Caller one(small.port()), two(small.port());
  EXPECT_EQ(one.ask(plain_request("GET", "/healthz")).status, 200);
  EXPECT_EQ(two.ask(plain_request("GET", "/healthz")).status, 200);
  EXPECT_FALSE(Caller(small.port()).connected());
  EXPECT_EQ(turned_away(small, TurnedAway::kConnections), 1u);
}

TEST(ServerLimits, NetworksAreWholeAddressesOfFourAndHalvesOfSix) {
  wire::NetworkAddress four{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
  EXPECT_EQ(network_of(four), four);
  wire::NetworkAddress six{0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  wire::NetworkAddress half{0x20, 1, 0xd, 0xb8, 1, 2, 3, 4};
  EXPECT_EQ(network_of(six), half);
}

TEST(ServerLimits, IdleConnectionsEnd) {
  RunningFront front({.limits = quick()});
  Caller caller(front.port());
  EXPECT_EQ(caller.ask(plain_request("GET", "/healthz")).status, 200);
  EXPECT_TRUE(caller.ended());
  EXPECT_EQ(turned_away(front, TurnedAway::kTooSlow), 0u);
}

TEST(ServerLimits, HandshakesThatStallEnd) {
  RunningFront front({.limits = quick()});
  Caller caller(front.port(), true);  // Speaks no TLS, says nothing.
  EXPECT_TRUE(caller.ended());
  EXPECT_EQ(turned_away(front, TurnedAway::kHandshake), 1u);
}

TEST(ServerLimits, DrippedRequestsEndThoughBytesKeepComing) {
  RunningFront front({.limits = quick()});
  Caller caller(front.port());
  int sent = 0;
  caller.send("GET /healthz HTTP/1.1\r\nHost: ");
  // Each byte comes well within the time between two bytes that a naive server would grant.
  while (turned_away(front, TurnedAway::kTooSlow) == 0 && sent < 2000) {
    caller.send("x");
    ++sent;
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(turned_away(front, TurnedAway::kTooSlow), 1u);
  EXPECT_TRUE(caller.ended());
}

TEST(ServerLimits, CallersWhoDoNotReadTheirAnswersEnd) {
  RunningFront front({.limits = quick(), .keeper = [](wire::Op, ByteView) {
                        return says(wire::ReadLedgerAnswer{{std::string(4u << 20, 'x')}});
                      }});
  Caller caller(front.port());
  for (int i = 0; i < 8; ++i) {
    caller.send("GET /api/v1/ledger/checkpoint HTTP/1.1\r\nHost: " + std::string(kTestHost) +
                "\r\nAuthorization: Bearer " + to_base64url(Bytes(32, 1)) + "\r\n\r\n");
  }
  while (front.look([](const Shared& shared) { return shared.connections.size(); }) == 1) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  SUCCEED();
}

TEST(ServerLimits, AQuestionTheKeeperPondersIsNotTheCallersFault) {
  RunningFront front({.limits = quick(), .keeper = [](wire::Op op, ByteView body) {
                        std::this_thread::sleep_for(milliseconds(700));
                        return sends_lane(op, body);
                      }});
  Caller caller(front.port());
  EXPECT_EQ(caller.ask(proven_request({"POST", "/api/v1/session/lanes", ""})).status, 200);
}

TEST(ServerLimits, QuestionsOutstandingToTheKeeper) {
  FakeKeeper keeper(
      [](wire::Op, ByteView) { return KeeperReply{.close = false, .silent = true, .body = {}}; });
  boost::asio::io_context io(1);
  KeeperChannel channel(io, keeper.take_fd(), [](const char*) {}, 2);
  ASSERT_TRUE(channel.hello(Face::kDesk, 0));
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(channel.full());
    boost::asio::co_spawn(io, ask_for_ever(&channel), boost::asio::detached);
    io.poll();
  }
  EXPECT_TRUE(channel.full());
  EXPECT_EQ(channel.outstanding(), 2u);
}

TEST(ServerLimits, ACallerHearsThatTheKeeperIsBusy) {
  RunningFront front(
      {.keeper = [](wire::Op,
                    ByteView) { return KeeperReply{.close = false, .silent = true, .body = {}}; },
       .outstanding_max = 1});
  Caller first(front.port()), second(front.port());
  first.send(proven_request({"POST", "/api/v1/session/lanes", ""}));
  while (front.look([](const Shared& shared) { return shared.keeper.outstanding(); }) == 0)
    std::this_thread::yield();
  const auto reply = second.ask(proven_request({"POST", "/api/v1/session/lanes", ""}));
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("urn:bulkhead:reason:busy"));
  EXPECT_EQ(reply.field("Retry-After"), "1");
  EXPECT_EQ(turned_away(front, TurnedAway::kKeeperBusy), 1u);
}

}  // namespace
}  // namespace bulkhead::front
