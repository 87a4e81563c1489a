#include "mail/clean_text.h"

#include <gtest/gtest.h>

namespace bulkhead::mail {
namespace {

TEST(CleanText, LinesEndAlike) {
  const auto clean = clean_lines("a\r\nb\rc\nd\te", 100);
  EXPECT_EQ(clean.text, "a\nb\nc\nd\te");
  EXPECT_FALSE(clean.changed);
}

TEST(CleanText, WhatAScreenWouldNotShowIsLeftOut) {
  using namespace std::string_view_literals;
  // NUL, escape, DEL, a C1 control, right-to-left override, isolate, byte order mark, private use.
  const auto clean = clean_lines(
      "a\0b\x1b[31mc\x7f\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\xef\xbb\xbf\xee\x80\x80"sv
      "d",
      100);
  EXPECT_EQ(clean.text, "ab[31mcd");
  EXPECT_TRUE(clean.changed);
}

TEST(CleanText, OverlongAndBrokenUtf8StandAsQuestionMarks) {
  EXPECT_EQ(clean_lines("a\xc0\xaf"
                        "b",
                        100)
                .text,
            "a??b");                                                       // overlong slash
  EXPECT_EQ(clean_lines("\xe0\x80\x8d\xe0\x80\x8a", 100).text, "??????");  // overlong CR and LF
  EXPECT_EQ(clean_lines("\xed\xa0\x80", 100).text, "???");                 // surrogate
  EXPECT_EQ(clean_lines("caf\xc3", 100).text, "caf?");
  EXPECT_EQ(clean_lines("\xef\xbf\xbd", 100).text, "?");
}

TEST(CleanText, OneLineHoldsNoLineEndWhateverStandsForIt) {
  const auto clean = clean_line(" a\r\n b\u2028c\u2029d\u0085e\u00a0f\x0bg ", 100);
  EXPECT_EQ(clean.text, "a b c d e f g");
}

TEST(CleanText, TheCutFallsBetweenCharacters) {
  const auto clean = clean_lines("ééé", 5);
  EXPECT_EQ(clean.text, "éé");
  EXPECT_TRUE(clean.cut);
  EXPECT_FALSE(clean_lines("ééé", 6).cut);
  EXPECT_EQ(clean_line("ab cd", 3).text, "ab");
  EXPECT_TRUE(clean_line("ab cd", 3).cut);
}

TEST(CleanText, Words) {
  EXPECT_TRUE(equal_words("Message-ID", "message-id"));
  EXPECT_FALSE(equal_words("From", "Fro"));
  EXPECT_EQ(trimmed(" \t a b \r\n"), "a b");
  EXPECT_EQ(trimmed(" \r\n"), "");
}

}  // namespace
}  // namespace bulkhead::mail
