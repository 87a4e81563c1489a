#include "wire/paths.h"

#include <gtest/gtest.h>

namespace bulkhead::wire {
namespace {

constexpr CaseId kCase{{0x00, 0x11, 0x22}};
const std::string kCasePath = "/api/v1/cases/00112200000000000000000000000000";

TEST(Paths, ARevealIsSpelledWithItsFieldsInTheCataloguesOrder) {
  const Reveal reveal{
      {}, kCase, FieldSet::of(Field::kEmail) | FieldSet::of(Field::kGivenName), Purpose::kRefund};
  const auto target = target_of(reveal);
  EXPECT_EQ(target.method, "POST");
  EXPECT_EQ(target.path, kCasePath + "/reveal");
  EXPECT_EQ(target.body,
            R"({"fields":["identity.given_name","contact.email"],"purpose":"refund"})");
  EXPECT_EQ(target.content(), "\n" + target.body);
}

TEST(Paths, AChangeIsSpelledByNameWhateverItsOrder) {
  ChangeContact change;
  change.id = kCase;
  change.changes.items = {{static_cast<std::uint8_t>(Field::kEmail), {"a@example.com"}},
                          {static_cast<std::uint8_t>(Field::kCity), {""}}};
  const auto target = target_of(change);
  EXPECT_EQ(target.method, "PATCH");
  EXPECT_EQ(target.path, kCasePath + "/contact");
  EXPECT_EQ(target.body, R"({"contact.city":"","contact.email":"a@example.com"})");
  change.changes.items[1].field = 255;  // a front may send anything; it is refused later
  EXPECT_EQ(target_of(change).body, R"({"":"","contact.email":"a@example.com"})");
}

TEST(Paths, AllowancesAreSpelledWithTexts) {
  EXPECT_EQ(target_of(AskApproval{{}, kCase, 25}).body, R"({"people":"25"})");
  EXPECT_EQ(target_of(BreakGlass{{}, kCase}).path, kCasePath + "/break-glass");
  const auto decision = target_of(DecideAllowance{{}, 7, AllowanceDecision::kGive});
  EXPECT_EQ(decision.path, "/api/v1/allowances/7");
  EXPECT_EQ(decision.body, R"({"decision":"give"})");
}

TEST(Paths, AQueryLeavesOutWhatHasItsDefault) {
  EXPECT_EQ(target_of(ListCases{}).query, "view=mine");
  EXPECT_EQ(target_of(ListCases{{}, CaseView::kOpen, 7, 20}).query, "view=open&after=7&limit=20");
  EXPECT_EQ(target_of(ListCases{{}, CaseView::kOpen, 0, 20}).content(), "view=open&limit=20\n");
}

TEST(Paths, TextIsEscapedAsRfc8785Says) {
  const Lookup lookup{{}, IdentifierKind::kEmail, {"a\"b\\c\b\f\n\r\t\x1f/é"}};
  EXPECT_EQ(target_of(lookup).body,
            "{\"kind\":\"email\",\"value\":\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u001f/é\"}");
}

TEST(Paths, OtherMembersGiveAnotherSpelling) {
  const AddMessage note{{}, kCase, Direction::kNote, {"x"}};
  auto sent = note;
  sent.direction = Direction::kToCustomer;
  auto longer = note;
  longer.text.value = "xy";
  EXPECT_NE(target_of(note).body, target_of(sent).body);
  EXPECT_NE(target_of(note).body, target_of(longer).body);
  EXPECT_EQ(target_of(AssignCase{{}, kCase, {"agent-02"}}).body, R"({"assignee":"agent-02"})");
  EXPECT_EQ(target_of(OpenCase{{}, {}, RequestType::kRefund}).body,
            R"({"customer":"00000000000000000000000000000000","type":"refund"})");
}

}  // namespace
}  // namespace bulkhead::wire
