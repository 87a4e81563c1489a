#include "cli/admin_connection.h"

#include <gtest/gtest.h>

#include "cli/fake_keeper_for_test.h"

namespace bulkhead::cli {
namespace {

TEST(AdminConnection, GreetsThenCalls) {
  FakeKeeper keeper([](wire::Op op, ByteView body) -> std::optional<Bytes> {
    EXPECT_EQ(op, wire::Op::kDemoCode);
    EXPECT_EQ(wire::decode<wire::DemoCode>(body)->name.value, "agent-01");
    return good(wire::DemoCodeAnswer{{"123456"}, 12});
  });
  auto connection = keeper.connect();
  EXPECT_TRUE(connection.hello().demo);
  const auto answer = connection.call<wire::DemoCodeAnswer>(wire::DemoCode{{"agent-01"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->code.value, "123456");
}

TEST(AdminConnection, RefusalSaysWhyAndHowLong) {
  FakeKeeper keeper(
      [](wire::Op, ByteView) { return std::optional(refusal(Reason::kBackOff, 30)); });
  auto connection = keeper.connect();
  const auto answer = connection.call<wire::Done>(wire::AdminSignIn{});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kRefused);
  EXPECT_EQ(connection.last_reason(), Reason::kBackOff);
  EXPECT_EQ(connection.retry_after_s(), 30u);
  EXPECT_STREQ(answer.error().context, advice(Reason::kBackOff));
}

TEST(AdminConnection, KeeperGoneIsUnavailable) {
  FakeKeeper keeper([](wire::Op, ByteView) { return std::optional<Bytes>(); });
  auto connection = keeper.connect();
  const auto answer = connection.call<wire::StatusAnswer>(wire::StatusQuery{});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
}

TEST(AdminConnection, AnswerWithRestIsMalformed) {
  FakeKeeper keeper([](wire::Op, ByteView) {
    auto body = good(wire::Done{});
    body.push_back(0);
    return std::optional(body);
  });
  auto connection = keeper.connect();
  EXPECT_EQ(connection.call<wire::Done>(wire::StatusQuery{}).error().code, ErrorCode::kMalformed);
}

TEST(AdminConnection, NothingRunsIsNotFound) {
  EXPECT_EQ(AdminConnection::open("/nonexistent").error().code, ErrorCode::kNotFound);
}

TEST(AdminConnection, PathTooLongForASocketIsRefused) {
  EXPECT_EQ(AdminConnection::open(std::string(200, 'x')).error().code, ErrorCode::kTooLarge);
}

TEST(AdminConnection, MessageBeyondTheFrameIsNotSent) {
  FakeKeeper keeper([](wire::Op, ByteView) { return std::optional(good(wire::Done{})); });
  auto connection = keeper.connect();
  wire::Import batch;
  for (int i = 0; i < 1100; ++i)
    batch.customers.items.push_back({1, {{{0, 0, {std::string(kFieldValueBytesMax, 'x')}}}}});
  EXPECT_EQ(connection.send(batch).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace bulkhead::cli
