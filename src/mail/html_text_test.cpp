#include "mail/html_text.h"

#include <gtest/gtest.h>

#include <chrono>

#include "mail/mail_for_test.h"

namespace bulkhead::mail {
namespace {

std::string text(std::string_view html) { return html_to_text(html, 100'000); }

TEST(HtmlText, BlocksBecomeLinesAndBlanksOneBlank) {
  EXPECT_EQ(text("<html><head><title>No</title><style>p{}</style></head><body><p>Dear  team,\n</p>"
                 "<div>my <b>bag</b> is&nbsp;lost.<br>Regards</div></body></html>"),
            "Dear team,\n\nmy bag is lost.\nRegards");
  EXPECT_EQ(text("<table><tr><td>AB12</td><td>CDG</td></tr></table>"), "AB12 CDG");
}

TEST(HtmlText, NothingOfScriptStyleAndCommentIsLeft) {
  EXPECT_EQ(text("a<script>if (x < 3) alert('</p>');</script>b"), "ab");
  EXPECT_EQ(text("a<!-- <b>secret</b> -->b"), "ab");
  EXPECT_EQ(text("a<SCRIPT SRC=//x>evil</ScRiPt >b"), "ab");
  EXPECT_EQ(text("a<style>never closed"), "a");
  EXPECT_EQ(text("a<svg><text>x</text></svg>b"), "ab");
}

TEST(HtmlText, AttributesAndUnclosedTagsShowNothing) {
  EXPECT_EQ(text("<a href=\"http://x/?a>b\" title='>'>link</a>"), "link");
  EXPECT_EQ(text("shown<img src=x onerror=alert(1)"), "shown");
  EXPECT_EQ(text("2 < 3 and 5 > 4"), "2 < 3 and 5 > 4");
}

TEST(HtmlText, CharacterReferences) {
  EXPECT_EQ(text("&lt;b&gt; &amp;amp; &eacute; &#8364; &#x20AC;"), "<b> &amp; é € €");
  EXPECT_EQ(text("&unknown; &#0; &#xD800; &#x110000; &#99999999999; & &;"),
            "&unknown; &#0; &#xD800; &#x110000; &#99999999999; & &;");
}

TEST(HtmlText, LimitedInLengthAndLinearInTime) {
  EXPECT_EQ(html_to_text(repeated("x", 1000), 10).size(), 10u);
  const auto started = std::chrono::steady_clock::now();
  text(repeated("<", 500'000));
  text(repeated("&", 500'000));
  text("<script>" + repeated("</", 250'000));
  text(repeated("<div>", 100'000));
  text(repeated("<!--", 100'000));
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(10));
}

}  // namespace
}  // namespace bulkhead::mail
