#include "vault/identifiers.h"

#include <gtest/gtest.h>

#include "vault/fields.h"

namespace bulkhead {
namespace {

TEST(Identifiers, NamesThatPeopleWriteInSeveralWaysAreEqual) {
  for (const auto& [a, b] : std::initializer_list<std::pair<const char*, const char*>>{
           {"Müller-Lüdenscheidt", "MULLER LUDENSCHEIDT"},
           {"Zoë", "Zoe\xcc\x88"},  // composed and decomposed
           {"O’Brien", "o'brien"},
           {"Weiß", "WEISS"},
           {"Łukasz", "lukasz"},
           {"Nguyễn", "NGUYEN"},
           {"Ñuñez", "nunez"},
           {"Ærø", "aero"},
           {"İnönü", "inonu"},
           {"Иванов", "ИВАНОВ"},
           {"Παπάς", "Παπάς"},
           {"van der Berg", "VANDERBERG"}}) {
    EXPECT_EQ(normalise_name(a), normalise_name(b)) << a;
    EXPECT_FALSE(normalise_name(a).empty());
  }
  EXPECT_NE(normalise_name("Jansen"), normalise_name("Janssen"));
  EXPECT_EQ(normalise_name("-'. "), "");
  EXPECT_EQ(normalise_name("ab\xff"),
            "AB");  // broken text ends it, and checked text is never broken
}

TEST(Identifiers, EachKindIsCheckedAndMadeEqual) {
  EXPECT_EQ(*normalise(IdentifierKind::kEmail, " Ada@Example.COM "), "ada@example.com");
  EXPECT_EQ(*normalise(IdentifierKind::kPhone, "+31 20 649 9123"), "+31206499123");
  EXPECT_EQ(*normalise(IdentifierKind::kFrequentFlyer, "tk 123456789"), "TK123456789");
  EXPECT_EQ(*normalise(IdentifierKind::kLocator, "x7y2k9"), "X7Y2K9");
  EXPECT_EQ(*normalise(IdentifierKind::kTicket, "074-2412345678 6"), "0742412345678");
  EXPECT_EQ(*normalise(IdentifierKind::kNameAndBirth, "Müller|1980-12-31"), "MULLER|1980-12-31");
  for (const auto* bad :
       {"", "|", "Müller", "|1980-12-31", "Müller|", "Müller|31-12-1980", "--|1980-12-31"}) {
    EXPECT_FALSE(normalise(IdentifierKind::kNameAndBirth, bad)) << bad;
  }
  EXPECT_FALSE(normalise(IdentifierKind::kEmail, "*@example.com*"));
  EXPECT_FALSE(normalise(IdentifierKind::kEmail, std::string(kFieldValueBytesMax + 1, 'a')));
  EXPECT_FALSE(normalise(static_cast<IdentifierKind>(9), "x"));
}

TEST(Identifiers, ARecordGivesEachOnce) {
  const auto record = check_record({{Field::kFamilyName, 0, "Müller"},
                                    {Field::kBirthDate, 0, "1980-12-31"},
                                    {Field::kEmail, 0, "a@b.nl"},
                                    {Field::kEmail, 1, "A@b.nl"},
                                    {Field::kLocator, 0, "AAAAAA"},
                                    {Field::kLocator, 1, "BBBBBB"}});
  const std::vector<Identifier> expected{{IdentifierKind::kEmail, "a@b.nl"},
                                         {IdentifierKind::kLocator, "AAAAAA"},
                                         {IdentifierKind::kLocator, "BBBBBB"},
                                         {IdentifierKind::kNameAndBirth, "MULLER|1980-12-31"}};
  EXPECT_EQ(identifiers_of(record->values()), expected);
  EXPECT_TRUE(identifiers_of({{Field::kFamilyName, 0, "Müller"}}).empty());
}

}  // namespace
}  // namespace bulkhead
