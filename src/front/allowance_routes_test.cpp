// The routes of contact changes and allowances: what they ask, tell and refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "front/front_test_support.h"

namespace bulkhead::front {
namespace {

using testing::HasSubstr;

template <class Message, class Answer>
KeeperReply tells(ByteView body, const Answer& answer) {
  const auto message = wire::decode<Message>(body);
  if (!message) return {.close = true, .silent = false, .body = {}};
  const auto target = wire::target_of(*message);
  const auto bytes = wire::proof_bytes(message->proof, target.method, target.path,
                                       sha256(view_of(target.content())));
  const bool fits = hmac_sha256(kTestKey, bytes) == message->proof.mac;
  return fits ? says(answer) : refuses(Reason::kBadProof);
}

KeeperReply allowing_keeper(wire::Op op, ByteView body) {
  using wire::Op;
  wire::AllowanceAnswer answer;
  answer.row = {7,    AllowanceKind::kApproval, AllowanceStep::kAsked, 12, 25, 3, {"anna"}, {},
                true, 1'767'225'600'000};
  switch (op) {
    case Op::kChangeContact:
      return tells<wire::ChangeContact>(
          body, wire::ChangeContactAnswer{2, FieldSet::of(Field::kEmail), 1'767'225'600'000});
    case Op::kAskApproval:
      return tells<wire::AskApproval>(body, answer);
    case Op::kBreakGlass:
      return tells<wire::BreakGlass>(body, answer);
    case Op::kListAllowances:
      return tells<wire::ListAllowances>(body, wire::ListAllowancesAnswer{{{answer.row}}, true});
    case Op::kDecideAllowance:
      answer.row.decided_by.value = "lena";
      return tells<wire::DecideAllowance>(body, answer);
    default:
      return {.close = true, .silent = false, .body = {}};
  }
}

class AllowanceRoutes : public testing::Test {
 protected:
  Reply ask(const std::string& method, const std::string& target, const std::string& body = {}) {
    static RunningFront front({.keeper = allowing_keeper});
    static Caller caller(front.port());
    static std::uint64_t counter = 0;
    Asking asking{method, target, body};
    asking.counter = ++counter;
    return caller.ask(proven_request(asking));
  }
  const std::string case_ = "/api/v1/cases/" + kTestCase;
};

TEST_F(AllowanceRoutes, TellWhatTheKeeperSaid) {
  const auto changed =
      ask("PATCH", case_ + "/contact", R"({"contact.city":"","contact.email":"a@example.org"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.body,
            R"({"version":2,"young":["contact.email"],"young_until":"2026-01-01T00:00:00.000Z"})");
  const auto asked = ask("POST", case_ + "/approval", R"({"people":"25"})");
  EXPECT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(asked.body,
            R"({"number":7,"kind":"approval","step":"asked","case_number":12,"people":25,"used":3,)"
            R"("by":"anna","decided_by":null,"mine":true,"expires":"2026-01-01T00:00:00.000Z"})");
  EXPECT_EQ(ask("POST", case_ + "/break-glass").status, 201);
  EXPECT_THAT(ask("GET", "/api/v1/allowances").body, HasSubstr(R"(}],"more":true})"));
  const auto given = ask("POST", "/api/v1/allowances/7", R"({"decision":"give"})");
  EXPECT_EQ(given.status, 200) << given.body;
  EXPECT_THAT(given.body, HasSubstr(R"("decided_by":"lena")"));
}

TEST_F(AllowanceRoutes, RefuseBodiesOfAnotherShape) {
  const auto contact = [&](const std::string& body) {
    return ask("PATCH", case_ + "/contact", body).status;
  };
  EXPECT_EQ(contact("{}"), 400);
  EXPECT_EQ(contact(R"({"identity.given_name":"Thief"})"), 400);
  EXPECT_EQ(contact(R"({"contact.email":["a@example.org"]})"), 400);
  EXPECT_EQ(contact(R"({"contact.email":null})"), 400);
  EXPECT_EQ(contact(R"({"contact.email":"a@example.org","contact.city":""})"), 400);  // order
  EXPECT_EQ(contact(R"({"contact.email":"a","contact.email":"b"})"), 400);
  EXPECT_EQ(contact(R"({"contact.street":")" + std::string(513, 'x') + "\"}"), 400);
  for (const auto* const people : {"0", "26", "256", "01", "-1", "1.0", "", "x"}) {
    const auto body = std::string(R"({"people":")") + people + "\"}";
    EXPECT_EQ(ask("POST", case_ + "/approval", body).status, 400) << people;
  }
  EXPECT_EQ(ask("POST", case_ + "/approval", R"({"people":1})").status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/allowances/7", R"({"decision":"take"})").status, 400);
  for (const auto* const number : {"x", "07", "-1", "4294967296", "7/8"}) {
    const auto target = std::string("/api/v1/allowances/") + number;
    EXPECT_EQ(ask("POST", target, R"({"decision":"give"})").status, 404) << number;
  }
  EXPECT_EQ(ask("PATCH", "/api/v1/allowances/7", R"({"decision":"give"})").status, 405);
}

}  // namespace
}  // namespace bulkhead::front
