#include "vault/fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "vault/bench_seal.h"
#include "vault/tables.h"

namespace bulkhead {
namespace {

struct Good {
  Field field;
  std::string_view value, canonical;
};
TEST(Fields, GoodValuesBecomeCanonical) {
  for (const auto& [field, value, canonical] : {
           Good{Field::kGivenName, "  Zoë ", "Zoë"},
           Good{Field::kFamilyName, "O’Brien-Nuñez", "O’Brien-Nuñez"},
           Good{Field::kBirthDate, "2000-02-29", "2000-02-29"},
           Good{Field::kGender, "x", "X"},
           Good{Field::kNationality, "nl", "NL"},
           Good{Field::kDocumentNumber, "spE c20141", "SPEC20141"},
           Good{Field::kEmail, "Ada.Lovelace+miles@Example.CO.uk",
                "Ada.Lovelace+miles@example.co.uk"},
           Good{Field::kPhone, "+31 (0)20-649 9123", "+310206499123"},
           Good{Field::kPhone, "+12025550123", "+12025550123"},
           Good{Field::kPostcode, "1012 ab", "1012 AB"},
           Good{Field::kLocator, "x7y2k9", "X7Y2K9"},
           Good{Field::kTicket, "074-2412345678", "0742412345678"},
           Good{Field::kTicket, "07424123456786", "07424123456786"},
           Good{Field::kItinerary, "kl1001 ams-lhr 2026-03-01", "KL1001 AMS-LHR 2026-03-01"},
           Good{Field::kItinerary, "U28123A LGW-AMS 2026-03-01 23:59",
                "U28123A LGW-AMS 2026-03-01 23:59"},
           Good{Field::kSeat, "12a", "12A"},
           Good{Field::kCompanions, "4294967295", "4294967295"},
           Good{Field::kSsr, "bike", "BIKE"},
           Good{Field::kFrequentFlyer, "50 0000-0042", "5000000042"},
           Good{Field::kBalance, "0", "0"},
           Good{Field::kLanguage, "nl-BE", "nl-BE"},
           Good{Field::kNote, "card 4111-1111-1111-1111", "card **** 1111"},
           Good{Field::kCardLast4, "0042", "0042"},
           Good{Field::kCardToken, "tok_0123456789", "tok_0123456789"},
           Good{Field::kIban, "gb82 west 1234 5698 7654 32", "GB82WEST12345698765432"},
           Good{Field::kIban, "NL91ABNA0417164300", "NL91ABNA0417164300"},
       }) {
    const auto checked = check_field(field, value);
    ASSERT_TRUE(checked) << value << ": " << checked.error().context;
    EXPECT_EQ(*checked, canonical);
    EXPECT_EQ(*check_field(field, *checked), *checked);  // canonical stays canonical
  }
}

struct Bad {
  Field field;
  std::vector<std::string> values;
};
TEST(Fields, BadValuesAreRefused) {
  const std::string long_label(64, 'a');
  for (const auto& [field, values] : std::vector<Bad>{
           {Field::kGivenName,
            {"", "  ", "a\nb", std::string("a\0b", 3), "\xc3", "\xc0\x80", "\xed\xa0\x80",
             "\xe2\x80\xaeX"}},
           {Field::kBirthDate,
            {"1900-02-29", "2026-2-1", "26-02-01", "2026-13-01", "2026-00-10", "2026-04-31",
             "1899-12-31", "2100-01-01", "2026-01-01T", "+026-01-01", "2026-01- 1"}},
           {Field::kGender, {"male", "Q"}},
           {Field::kCountry, {"UK", "N", "NLD", "ZZ", "DA"}},
           {Field::kDocumentNumber, {"1234", "123456789012345678901", "AB<1234"}},
           {Field::kEmail,
            {"a",
             "@b.nl",
             "a@",
             "a@b",
             "a@b.",
             "a@.nl",
             "a..b@c.nl",
             ".a@b.nl",
             "a.@b.nl",
             "a@b@c.nl",
             "a b@c.nl",
             "a@-b.nl",
             "a@b-.nl",
             "a@b.n",
             "a@1.2.3.4",
             "\"a\"@b.nl",
             "ä@b.nl",
             std::string(65, 'a') + "@b.nl",
             "a@" + long_label + ".nl",
             "a@b.nl\r\nBcc: c@d.nl"}},
           {Field::kPhone,
            {"0206499123", "+", "+31", "+123456", "+1234567890123456", "+2101234567",
             "+31x206499123", "+9991234567", "++31206499123"}},
           {Field::kPostcode, {"1", "1234567890123", "12;34"}},
           {Field::kLocator, {"ABCDE", "ABCDEFG", "ABC_EF"}},
           {Field::kTicket, {"123456789012", "123456789012345", "12345678901237", "07424123456aa"}},
           {Field::kItinerary,
            {"KL1001 AMS-LHR", "KL AMS-LHR 2026-03-01", "121001 AMS-LHR 2026-03-01",
             "KL12345 AMS-LHR 2026-03-01", "KL1001 AMS LHR 2026-03-01", "KL1001 AMS-LH 2026-03-01",
             "KL1001 AMS-LHR 2026-02-30", "KL1001 AMS-LHR 2026-03-01 24:00",
             "KL1001 AMS-LHR 2026-03-01 14:05:00"}},
           {Field::kSeat, {"A", "0A", "100A", "12", "12I", "12L", "1A2"}},
           {Field::kCompanions, {"0", "01", "-1", "4294967296", "Anna"}},
           {Field::kSsr, {"WCH", "WCHRX", "WC1R"}},
           {Field::kFrequentFlyer, {"1234", "12345678901234567", "12345_"}},
           {Field::kBalance, {"-1", "1.5", "01", "1234567890123"}},
           {Field::kLanguage, {"NL", "n", "nl_BE", "nl-be", "dutch"}},
           {Field::kCardLast4, {"123", "12345", "12a4", "4111111111111111"}},
           {Field::kCardToken, {"4111111111111111", "short", std::string(65, 'a'), "tok 123456"}},
           {Field::kIban,
            {"NL91ABNA0417164301", "NL91ABNA041716430", "XX91ABNA0417164300",
             "GB82WEST1234569876543", "GBXXWEST12345698765432"}},
           {static_cast<Field>(63), {"x"}},
       }) {
    for (const auto& value : values)
      EXPECT_FALSE(check_field(field, value)) << static_cast<int>(field) << " " << value;
  }
}

TEST(Fields, LongValuesAreRefused) {
  for (const auto& info : kFields) {
    EXPECT_FALSE(check_field(info.field, std::string(kFieldValueBytesMax + 1, 'a'))) << info.name;
  }
  EXPECT_TRUE(check_field(Field::kNote, std::string(kFieldValueBytesMax, 'a')));
  // Cutting card numbers never makes a text longer, so a full note still fits.
  std::string cards;
  while (cards.size() + 14 <= kFieldValueBytesMax) cards += "4222222222222 ";
  EXPECT_LE(check_field(Field::kNote, cards)->size(), kFieldValueBytesMax);
  const Record too_many(kRecordValuesMax + 1, FieldValue{Field::kTier, 0, "Gold"});
  EXPECT_EQ(check_record(too_many).error().code, ErrorCode::kTooLarge);
}

TEST(Fields, RecordsAreOrderedAndHaveNoDoubles) {
  const auto checked = check_record(
      {{Field::kEmail, 1, "b@c.nl"}, {Field::kGivenName, 0, "A"}, {Field::kEmail, 0, "a@b.nl"}});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->values()[0].field, Field::kGivenName);
  EXPECT_EQ(checked->values()[1].value, "a@b.nl");
  EXPECT_EQ(check_record({{Field::kEmail, 0, "a@b.nl"}, {Field::kEmail, 0, "b@c.nl"}}).error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(check_record(checked->values())->values(), checked->values());
}

TEST(Fields, SensitiveServiceRequestsMoveToTheirOwnField) {
  const auto checked = check_record({{Field::kSsr, 0, "wchr"},
                                     {Field::kSsr, 1, "BIKE"},
                                     {Field::kSsr, 2, "KSML"},
                                     {Field::kSsrSensitive, 0, "MEDA"}});
  ASSERT_TRUE(checked);
  const Record expected{{Field::kSsr, 1, "BIKE"},
                        {Field::kSsrSensitive, 0, "MEDA"},
                        {Field::kSsrSensitive, 1, "WCHR"},
                        {Field::kSsrSensitive, 2, "KSML"}};
  EXPECT_EQ(checked->values(), expected);
  for (const auto* code : {"WCHS", "WCHC", "BLND", "DEAF", "STCR", "OXYG", "DPNA", "HNML", "MOML",
                           "VJML", "DBML", "GFML"}) {
    EXPECT_TRUE(ssr_is_sensitive(code)) << code;
  }
  for (const auto* code : {"BIKE", "PETC", "UMNR", "CHML", "", "wchr"})
    EXPECT_FALSE(ssr_is_sensitive(code)) << code;
}

TEST(Fields, MembershipNumbersFitTheirProgramme) {
  const auto check = [](std::string programme, std::string number) {
    return check_record({{Field::kProgramme, 3, programme}, {Field::kFrequentFlyer, 3, number}})
        .has_value();
  };
  EXPECT_TRUE(check("Flying Blue", "5000000042"));
  EXPECT_TRUE(check("kl", "5000000042"));
  EXPECT_FALSE(check("Flying Blue", "500000004"));
  EXPECT_FALSE(check("AF", "50000000AB"));
  EXPECT_TRUE(check("Miles & More", "992001234567890"));
  EXPECT_TRUE(check("TK", "TK123456789"));
  EXPECT_FALSE(check("TK", "123456789"));
  EXPECT_TRUE(check("A programme of ours", "ABC-12345"));
}

TEST(Masks, AsDecided) {
  struct {
    Field field;
    std::string_view value, masked;
  } const cases[] = {{Field::kEmail, "jane.doe@gmail.com", "j***@gmail.com"},
                     {Field::kEmail, "jane@smith-family.example", "j***@•••"},
                     {Field::kGivenName, "Jane", "J***"},
                     {Field::kGivenName, "Émile", "É***"},
                     {Field::kGivenName, "J", "•***"},
                     {Field::kBirthDate, "1980-12-31", "1980-••-••"},
                     {Field::kPhone, "+31206499123", "+••••••23"},
                     {Field::kCardLast4, "4242", "•••• ••42"},
                     {Field::kFrequentFlyer, "5000000042", "••••••42"},
                     {Field::kLocator, "X7Y2K9", "••••••"},
                     {Field::kIban, "NL91ABNA0417164300", "••••••"},
                     {Field::kSsrSensitive, "WCHR", "••••••"},
                     {Field::kNote, "hello", "••••••"}};
  for (const auto& item : cases) EXPECT_EQ(mask(item.field, item.value), item.masked);
}

// Counts characters, which is what an eye sees.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

TEST(Masks, PropertyNeverTheValueAndNeverItsLength) {
  std::mt19937 random(20251123);
  const std::string_view alphabet = "abcXYZ019@.-+ ";
  for (int round = 0; round < 20'000; ++round) {
    const auto& info = kFields[random() % kFields.size()];
    std::string value;
    for (auto size = random() % 24 + 2; size > 0; --size)
      value.push_back(alphabet[random() % alphabet.size()]);
    const auto masked = mask(info.field, value);
    EXPECT_EQ(masked.find(value), std::string::npos) << info.name << " " << value;
    if (info.field != Field::kEmail) {  // its width varies with the provider's name only
      EXPECT_EQ(width(masked), width(mask(info.field, "x"))) << info.name;
    }
    if (info.field_class == FieldClass::kHigh) {
      EXPECT_EQ(masked, "••••••");
    }
  }
}

TEST(Masks, PropertyChecksOfRealRecordsHide) {
  for (std::uint32_t n = 1; n < 500; ++n) {
    const auto record = check_record(sample_record(CustomerNumber(n)));
    ASSERT_TRUE(record);
    for (const auto& value : record->values()) {
      EXPECT_EQ(mask(value.field, value.value).find(value.value), std::string::npos);
    }
  }
  for (const auto* common : {"gmail.com", "hotmail.com", "ziggo.nl"}) {
    EXPECT_TRUE(is_common_mail_provider(common));
    EXPECT_EQ(mask(Field::kEmail, std::string("a@") + common).find(std::string("a@")),
              std::string::npos);
  }
}

TEST(Tables, CallingCodes) {
  EXPECT_EQ(calling_code_digits("1202"), 1);
  EXPECT_EQ(calling_code_digits("31206"), 2);
  EXPECT_EQ(calling_code_digits("352123"), 3);
  for (const auto* none : {"", "31", "210123", "0031", "999123", "x12", "384123"})
    EXPECT_EQ(calling_code_digits(none), 0) << none;
}

}  // namespace
}  // namespace bulkhead
