#include "vault/content_scan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace bulkhead {
namespace {

ContentTags tags(std::initializer_list<ContentTag> list) {
  ContentTags set;
  for (const auto tag : list) set.add(tag);
  return set;
}
ContentTags scanned_tags(std::string_view text) { return scan_text(text)->tags; }

// Test numbers that card schemes and payment services publish.
TEST(ContentScan, CardNumbersAreCut) {
  struct {
    std::string_view text, cut;
  } const cases[] = {
      {"4111111111111111", "**** 1111"},
      {"card: 4111 1111 1111 1111.", "card: **** 1111."},
      {"5555-5555-5555-4444 and 378282246310005", "**** 4444 and **** 0005"},
      {"4222222222222", "**** 2222"},
      {"6011.1111.1111.1117!", "**** 1117!"},
      {"30569309025904", "**** 5904"},
      {"my number 12 4111 1111 1111 1111", "my number 12 **** 1111"},
      {"4111\xc2\xa0"
       "1111\xc2\xa0"
       "1111\xc2\xa0"
       "1111",
       "**** 1111"},
      {"4012 8888 4111 1111 1111 1111", "**** 1111"},  // what looks like a card ends in one
      {"x4111111111111111y", "x**** 1111y"}};
  for (const auto& item : cases) {
    const auto scanned = scan_text(item.text);
    ASSERT_TRUE(scanned);
    EXPECT_EQ(scanned->text, item.cut);
    EXPECT_TRUE(scanned->tags.has(ContentTag::kCardNumber)) << item.text;
  }
}

TEST(ContentScan, OtherNumbersStay) {
  for (const auto* text : {"4111 1111 1111 1112", "ticket 0742412345678", "1234 5678 9012 3456",
                           "call 0800 0112", "KL1001 on 2026-03-01 at 14:05", "", "4"}) {
    EXPECT_EQ(scan_text(text)->text, text);
    EXPECT_FALSE(scanned_tags(text).has(ContentTag::kCardNumber)) << text;
  }
}

TEST(ContentScan, TagsByKind) {
  EXPECT_EQ(scanned_tags("My bag did not arrive."), ContentTags{});
  EXPECT_EQ(scanned_tags("IBAN NL91 ABNA 0417 1643 00 please"),
            tags({ContentTag::kIban, ContentTag::kPhoneNumber}));
  EXPECT_TRUE(scanned_tags("gb82west12345698765432").has(ContentTag::kIban));
  EXPECT_FALSE(scanned_tags("NL92 ABNA 0417 1643 00").has(ContentTag::kIban));
  EXPECT_EQ(scanned_tags("write to ada@example.com"), tags({ContentTag::kEmailAddress}));
  EXPECT_EQ(scanned_tags("see you @ noon. bye"), ContentTags{});
  for (const auto* phone : {"+31 20 649 9123", "+(1) 202-555-0123", "call 020 649 9123 now"}) {
    EXPECT_TRUE(scanned_tags(phone).has(ContentTag::kPhoneNumber)) << phone;
  }
  EXPECT_TRUE(scanned_tags("passport SPECI2014").bits == 0);
  for (const auto* passport : {"NP1234567", "123456789", "C01X00T47", "P<NLDDE<BRUIJN<<WILLEKE"}) {
    EXPECT_TRUE(scanned_tags(passport).has(ContentTag::kPassport)) << passport;
  }
  EXPECT_FALSE(scanned_tags("KL1001 X7Y2K9").has(ContentTag::kPassport));
  for (const auto* ssr :
       {"WCHR please", "I need a wheelchair", "un fauteuil roulant", "je suis diabétique",
        "een ROLSTOEL", "ma mère est handicapée, enceinte"}) {
    EXPECT_TRUE(scanned_tags(ssr).has(ContentTag::kSsrWord)) << ssr;
  }
}

TEST(ContentScan, TextThatIsNotCleanOrTooLongIsRefused) {
  EXPECT_EQ(scan_text(std::string(kScanTextBytesMax + 1, 'a')).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(scan_text(std::string(kScanTextBytesMax, 'a')));
  for (const auto& bad : {std::string("\x01"), std::string("\0", 1), std::string("\xff"),
                          std::string("\xe2\x80\xae")}) {
    EXPECT_EQ(scan_text(bad).error().code, ErrorCode::kMalformed);
  }
  EXPECT_TRUE(scan_text("line\r\n\tline"));
}

TEST(ContentScan, PropertyNoCardSurvivesAndNothingGrows) {
  std::mt19937 random(7);
  const std::string_view alphabet = "0123456789 -.aB@+/\n";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto size = random() % 200; size > 0; --size)
      text.push_back(alphabet[random() % alphabet.size()]);
    const std::string planted = fmt::format("{0} 4111 1111 1111 1111 {0}", text);
    const auto scanned = scan_text(planted);
    ASSERT_TRUE(scanned);
    EXPECT_LE(scanned->text.size(), planted.size());
    EXPECT_EQ(scanned->text.find("4111 1111 1111 1111"), std::string::npos) << planted;
    EXPECT_TRUE(scanned->tags.has(ContentTag::kCardNumber));
  }
}

TEST(ContentScan, HostileTextsTakeLinearWork) {
  // Each would take minutes if a scanner looked back or ahead without a bound.
  for (const char* piece : {"@", "0", "4 ", "A1", "+0", "NL00", ". ", "a@", "4111111111111111"}) {
    std::string text;
    while (text.size() + 20 < kScanTextBytesMax) text += piece;
    EXPECT_TRUE(scan_text(text));
  }
}

}  // namespace
}  // namespace bulkhead
