#include "mail/charset.h"

#include <gtest/gtest.h>

#include "mail/mail_for_test.h"

namespace bulkhead::mail {
namespace {

TEST(Charset, TheUsualOnes) {
  EXPECT_GT(load_charsets(), 30u);
  EXPECT_EQ(to_utf8("M\xfcller", "iso-8859-1").utf8, "Müller");
  EXPECT_EQ(to_utf8("\x80 5", "ISO-8859-1").utf8, "€ 5");  // windows-1252 in truth
  EXPECT_EQ(to_utf8("\xa4 5", "iso-8859-15").utf8, "€ 5");
  EXPECT_EQ(to_utf8("\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251").utf8, "Привет");
  EXPECT_EQ(to_utf8("\x1b$B$3$s\x1b(B", "ISO-2022-JP").utf8, "こん");
  EXPECT_EQ(to_utf8("\x82\xb1", "Shift_JIS").utf8, "こ");
  EXPECT_EQ(to_utf8("\xc4\xe3", "gb2312").utf8, "你");
  EXPECT_EQ(to_utf8("Gr\xc3\xb6\xc3\x9f"
                    "e",
                    "UTF-8")
                .utf8,
            "Größe");
}

TEST(Charset, WhatIsNotOnTheListIsGuessedAndSaid) {
  for (const auto* const name :
       {"x-nobody", "UTF-8//TRANSLIT", "../../gconv/evil", "utf-8\n", ""}) {
    const auto decoded = to_utf8("caf\xc3\xa9", name);
    EXPECT_EQ(decoded.utf8, "café") << name;
  }
  EXPECT_TRUE(to_utf8("x", "x-nobody").flawed);
  EXPECT_TRUE(to_utf8("x", "../../gconv/evil").flawed);
  EXPECT_EQ(to_utf8("caf\xe9", "").utf8, "café");  // not UTF-8, so windows-1252
}

TEST(Charset, BytesThatAreNotOfItStandAsQuestionMarks) {
  const auto decoded = to_utf8(
      "a\xff\xff"
      "b",
      "gb2312");
  EXPECT_TRUE(decoded.flawed);
  EXPECT_EQ(decoded.utf8.front(), 'a');
  EXPECT_EQ(decoded.utf8.back(), 'b');
  EXPECT_NE(decoded.utf8.find('?'), std::string::npos);
  EXPECT_TRUE(to_utf8("\xc3", "utf-8").flawed);
  EXPECT_TRUE(to_utf8("\x1b$B$", "iso-2022-jp").flawed);  // cut off
}

TEST(Charset, AMailInACharsetThatIsNoneIsReadAllTheSame) {
  const auto mail =
      parsed(mail_of("Content-Type: text/plain; charset=\"x-klingon\"\r\n", "caf\xc3\xa9"));
  EXPECT_EQ(mail.text.value, "café");
  EXPECT_TRUE(mail.has(wire::MailFlaw::kBadCharset));
}

}  // namespace
}  // namespace bulkhead::mail
