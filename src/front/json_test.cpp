#include <gtest/gtest.h>

#include "front/json_body.h"
#include "front/json_writer.h"
#include "front/limits.h"

namespace bulkhead::front {
namespace {

TEST(JsonBody, HandsMembersOutOnce) {
  auto body = JsonBody::parse(R"( {"name":"a\u00e9\n","fields":["x","y"],"empty":"","none":[]} )");
  ASSERT_TRUE(body);
  EXPECT_EQ(*body->take_text("name"), "a\xc3\xa9\n");
  EXPECT_EQ(*body->take_list("fields"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(*body->take_text("empty"), "");
  EXPECT_FALSE(body->finish());
  EXPECT_TRUE(body->take_list("none")->empty());
  EXPECT_TRUE(body->finish());
  EXPECT_FALSE(body->take_text("name"));
}

TEST(JsonBody, TypesMustFit) {
  auto body = JsonBody::parse(R"({"text":"a","list":["a"]})");
  ASSERT_TRUE(body);
  EXPECT_FALSE(body->take_list("text"));
  EXPECT_FALSE(body->take_text("list"));
}

TEST(JsonBody, RefusesEverythingButAFlatObject) {
  for (const std::string text : {"",
                                 " ",
                                 "null",
                                 "\"a\"",
                                 "[]",
                                 "[{}]",
                                 "{",
                                 "{}x",
                                 "{}{}",
                                 R"({"a":1})",
                                 R"({"a":1.5})",
                                 R"({"a":-1})",
                                 R"({"a":true})",
                                 R"({"a":null})",
                                 R"({"a":{}})",
                                 R"({"a":[[]]})",
                                 R"({"a":[{}]})",
                                 R"({"a":[1]})",
                                 R"({"a":"x","a":"x"})",
                                 R"({"a":"x","\u0061":"y"})",
                                 R"({a:"x"})",
                                 R"({"a":"x",})",
                                 R"({'a':"x"})",
                                 R"({"a":"x"}//)",
                                 R"(/**/{"a":"x"})",
                                 "{\"a\":\"\xff\"}",
                                 "{\"a\":\"\n\"}",
                                 R"({"a":"\ud800"})",
                                 "\xef\xbb\xbf{}",
                                 R"({"a" "x"})"}) {
    EXPECT_FALSE(JsonBody::parse(text)) << text;
  }
}

TEST(JsonBody, RefusesMoreThanItsLimits) {
  const auto members = [](std::size_t count) {
    std::string text = "{";
    for (std::size_t i = 0; i < count; ++i)
      text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + R"(":"x")";
    return text + "}";
  };
  EXPECT_TRUE(JsonBody::parse(members(kJsonMembersMax)));
  EXPECT_EQ(JsonBody::parse(members(kJsonMembersMax + 1)).error().code, ErrorCode::kTooLarge);
  const auto items = [](std::size_t count) {
    std::string text = R"({"a":[)";
    for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "\"x\"" : ",\"x\"";
    return text + "]}";
  };
  EXPECT_TRUE(JsonBody::parse(items(kJsonListItemsMax)));
  EXPECT_EQ(JsonBody::parse(items(kJsonListItemsMax + 1)).error().code, ErrorCode::kTooLarge);
  EXPECT_FALSE(JsonBody::parse("{\"" + std::string(kJsonKeyBytesMax + 1, 'k') + "\":\"x\"}"));
  EXPECT_FALSE(JsonBody::parse(std::string(100'000, '[')));
}

TEST(JsonWriter, WritesCommasEscapesAndTimes) {
  std::string text;
  JsonWriter json(text);
  json.open_object();
  json.key("a")
      .open_list()
      .text("x\"\\\x01\n\x7f/")
      .number(18'446'744'073'709'551'615u)
      .boolean(true)
      .null()
      .close_list();
  json.key("b").open_object().close_object();
  json.key("h").hex(Bytes{0, 0xab});
  json.key("t").time(1'709'210'096'007);
  json.close_object();
  EXPECT_EQ(text,
            "{\"a\":[\"x\\\"\\\\\\u0001\\n\x7f/"
            "\",18446744073709551615,true,null],\"b\":{},\"h\":\"00ab\","
            "\"t\":\"2024-02-29T12:34:56.007Z\"}");
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8) {
  const auto written = [](std::string_view value) {
    std::string text;
    JsonWriter(text).text(value);
    return text.substr(1, text.size() - 2);
  };
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(written("\xc3\xa9\xe2\x82\xac\xf0\x9f\x9b\xab"),
            "\xc3\xa9\xe2\x82\xac\xf0\x9f\x9b\xab");
  EXPECT_EQ(written("\xc3"), bad);
  EXPECT_EQ(written("\x80z"), bad + "z");
  EXPECT_EQ(written("\xc0\xaf"), bad + bad);                      // overlong
  EXPECT_EQ(written("\xed\xa0\x80"), bad + bad + bad);            // surrogate
  EXPECT_EQ(written("\xf4\x90\x80\x80"), bad + bad + bad + bad);  // beyond U+10FFFF
}

TEST(JsonWriter, TimesBeyondTheirSpellingStayValid) {
  std::string text;
  JsonWriter(text).time(UINT64_MAX);
  EXPECT_EQ(text, "\"9999-12-31T23:59:59.999Z\"");
}

}  // namespace
}  // namespace bulkhead::front
