#include "cli/canonical_json.h"

#include <gtest/gtest.h>

#include <array>

#include "wire/paths.h"

namespace bulkhead::cli {
namespace {

std::string canonical(std::string_view text) {
  const auto json = canonical_json(text);
  return json ? *json : std::string("refused: ") + json.error().context;
}

TEST(CanonicalJson, ARevealTypedFreelyIsSpelledAsTheKeeperSpellsIt) {
  const wire::Reveal reveal{
      {}, {}, FieldSet::of(Field::kEmail) | FieldSet::of(Field::kGivenName), Purpose::kRefund};
  EXPECT_EQ(canonical(R"( { "purpose" : "refund",
      "fields" : [ "contact.email", "identity.given_name" ] } )"),
            wire::target_of(reveal).body);
}

TEST(CanonicalJson, AMessageKeepsItsText) {
  const wire::AddMessage note{{}, {}, Direction::kNote, {"caf\u00e9 \"\\/\b\f\n\r\t\x01 \u20ac"}};
  EXPECT_EQ(canonical(R"({"text":"caf\u00E9 \"\\\/\b\f\n\r\t\u0001 \u20ac","direction":"note"})"),
            wire::target_of(note).body);
}

// RFC 8785, section 3.2.2 and 3.2.3.
TEST(CanonicalJson, TheExamplesOfTheRfcHold) {
  EXPECT_EQ(canonical(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false] })"),
            R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
            R"("string":"€$\u000f\nA'B\"\\\\\"/"})");
  EXPECT_EQ(canonical(R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew",)"
                      R"("1":"One","\ud83d\ude00":"Emoji","\u0080":"Control","\u00f6":"Latin"})"),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\",\"ö\":\"Latin\","
            "\"€\":\"Euro Sign\",\"😀\":\"Emoji\",\"\xef\xac\xb3\":\"Hebrew\"}");
}

// RFC 8785, appendix B.
TEST(CanonicalJson, NumbersAreWrittenAsEcmaScriptWritesThem) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kNumbers{{
      {"-0.0", "0"},
      {"5e-324", "5e-324"},
      {"-1.7976931348623157e308", "-1.7976931348623157e+308"},
      {"9.007199254740992e15", "9007199254740992"},
      {"295147905179352830000.0", "295147905179352830000"},
      {"9.999999999999997e22", "9.999999999999997e+22"},
      {"999999999999999900000.0", "999999999999999900000"},
      {"1e21", "1e+21"},
      {"9.999999999999997e-7", "9.999999999999997e-7"},
      {"1e-6", "0.000001"},
      {"333333333.33333325", "333333333.33333325"},
      {"-0.0000033333333333333333", "-0.0000033333333333333333"},
      {"1424953923781206.2", "1424953923781206.2"},
  }};
  for (const auto& [typed, written] : kNumbers) EXPECT_EQ(canonical(typed), written) << typed;
  EXPECT_EQ(canonical("[0,-7,120,9007199254740991]"), "[0,-7,120,9007199254740991]");
}

TEST(CanonicalJson, FieldsThatAreNoneStayBehindForTheAnswerToNameThem) {
  EXPECT_EQ(canonical(R"({"fields":["contact.phone","nosuch","identity.given_name","also"]})"),
            R"({"fields":["identity.given_name","contact.phone","nosuch","also"]})");
  EXPECT_EQ(canonical(R"({"fields":["b",1,"a"],"others":["b","a"]})"),
            R"({"fields":["b",1,"a"],"others":["b","a"]})");
}

TEST(CanonicalJson, WhatIsNoJsonOrHasTwoMeaningsIsRefused) {
  for (const auto* text :
       {"{", "{'a':1}", "{\"a\":1,}", "[1 2]", "nul", "\"\xff\"", "{} {}", " ", "\"\\ud800\"", "01",
        "{\"a\":1,\"\\u0061\":2}", "9007199254740993", "{\"a\":{\"b\":1,\"c\":2,\"b\":3}}"}) {
    EXPECT_FALSE(canonical_json(text)) << text;
  }
  EXPECT_EQ(canonical(""), "");
}

TEST(CanonicalJson, DepthHasALimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(canonical(nested(kJsonDepthMax)), nested(kJsonDepthMax));
  const auto deeper = canonical_json(nested(kJsonDepthMax + 1));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace bulkhead::cli
