#include "records/transforms.h"

#include <gtest/gtest.h>

#include "records/countries.h"

namespace bulkhead {
namespace {

TEST(Phone, InternationalFormsBecomeE164) {
  for (const char* text : {"+33 6 39 98 12 34", "0033 6.39.98.12.34", "+33 (0)6-39-98-12-34",
                           "+33\xc2\xa0"
                           "639981234"}) {
    EXPECT_EQ(phone_to_e164(text, "").value(), "+33639981234") << text;
  }
}

TEST(Phone, NationalFormsTakeTheCountrysPrefix) {
  EXPECT_EQ(phone_to_e164("06 39 98 12 34", "FR").value(), "+33639981234");
  EXPECT_EQ(phone_to_e164("(201) 555-0123", "US").value(), "+12015550123");
  EXPECT_EQ(phone_to_e164("1 201 555 0123", "US").value(), "+12015550123");
  EXPECT_EQ(phone_to_e164("07700 900461", "GB").value(), "+447700900461");
  EXPECT_EQ(phone_to_e164("06 1234 5678", "IT").value(),
            "+390612345678");  // the zero is part of the number
}

TEST(Phone, RefusesWhatIsNoNumber) {
  for (const char* text : {"call me", "+33 6 39 98 12 34 x12", "12", "+1234567890123456",
                           "+2100000000", "+", "00", "+33+6399812"}) {
    const auto phone = phone_to_e164(text, "FR");
    EXPECT_FALSE(phone) << text;
  }
  EXPECT_FALSE(phone_to_e164("06 39 98 12 34", ""));
  EXPECT_FALSE(phone_to_e164("06 39 98 12 34", "ZZ"));
}

TEST(Countries, AreFoundByCodeAndName) {
  EXPECT_EQ(country_to_code("fr").value(), "FR");
  EXPECT_EQ(country_to_code("FRA").value(), "FR");
  EXPECT_EQ(country_to_code("france").value(), "FR");
  EXPECT_EQ(country_to_code("UK").value(), "GB");
  EXPECT_FALSE(country_to_code("Atlantis"));
  EXPECT_FALSE(country_to_code(""));
  EXPECT_TRUE(has_assigned_calling_code("31612345678"));
  EXPECT_FALSE(has_assigned_calling_code("21012345678"));
}

TEST(Dates, FollowThePattern) {
  EXPECT_EQ(date_to_iso("31/12/1980", "DD/MM/YYYY").value(), "1980-12-31");
  EXPECT_EQ(date_to_iso("1.2.1980", "D.M.YYYY").value(), "1980-02-01");
  EXPECT_EQ(date_to_iso("19800229", "YYYYMMDD").value(), "1980-02-29");
  EXPECT_EQ(date_to_iso("1980-05-12T00:00:00Z", "YYYY-MM-DD*").value(), "1980-05-12");
}

TEST(Dates, RefuseWhatDoesNotFitOrExist) {
  EXPECT_FALSE(date_to_iso("29/02/1981", "DD/MM/YYYY"));
  EXPECT_FALSE(date_to_iso("12/31/1980", "DD/MM/YYYY"));
  EXPECT_FALSE(date_to_iso("1980-05-12T00", "YYYY-MM-DD"));
  EXPECT_FALSE(date_to_iso("1980-5-12", "YYYY-MM-DD"));
  EXPECT_FALSE(date_to_iso("0000-01-01", "YYYY-MM-DD"));
  EXPECT_FALSE(date_to_iso("", "YYYY-MM-DD"));
}

TEST(Dates, PatternsMustNameEachPartOnce) {
  EXPECT_TRUE(is_date_pattern("D/M/YYYY"));
  for (const char* pattern : {"YYYY-MM", "YY-MM-DD", "YYYY-MM-DD-DD", "YYYY-MMM-DD",
                              "DD of MM YYYY", "YYYY*-MM-DD", ""}) {
    EXPECT_FALSE(is_date_pattern(pattern)) << pattern;
  }
}

TEST(Languages, BecomeTheirCode) {
  EXPECT_EQ(language_to_code("fr-FR").value(), "fr");
  EXPECT_EQ(language_to_code("NL").value(), "nl");
  EXPECT_FALSE(language_to_code("French"));
  EXPECT_FALSE(language_to_code("1"));
}

TEST(Names, AreSplitWithTheirParticles) {
  const auto check = [](std::string_view text, std::string_view given, std::string_view family) {
    const auto name = split_full_name(text);
    EXPECT_EQ(name.given, given) << text;
    EXPECT_EQ(name.family, family) << text;
  };
  check("Anna Bloom", "Anna", "Bloom");
  check("Anna Maria van der Berg", "Anna Maria", "van der Berg");
  check("van der Berg, Anna", "Anna", "van der Berg");
  check("Sinéad", "", "Sinéad");
  check("  De   Luca ", "De", "Luca");  // the first word is never a particle
  check("", "", "");
}

TEST(Text, LineBreaksBecomeCommas) {
  EXPECT_EQ(to_one_line("12 High Street\r\nFlat 3\n\n"), "12 High Street, Flat 3");
  EXPECT_EQ(to_one_line("one"), "one");
  EXPECT_EQ(to_one_line("\n"), "");
}

}  // namespace
}  // namespace bulkhead
