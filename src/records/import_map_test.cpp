#include "records/import_map.h"

#include <gtest/gtest.h>

#include <string>

namespace bulkhead {
namespace {

std::string field(std::string_view more) { return "[[field]]\n" + std::string(more) + "\n"; }

TEST(ImportMap, BuiltInMapsAreValid) {
  for (const char* name : {"bulkhead", "salesforce-contact", "zendesk-users"}) {
    const auto map = ImportMap::built_in(name);
    ASSERT_TRUE(map) << name << ": " << map.error().context;
    EXPECT_FALSE(map->rules.empty());
  }
  EXPECT_EQ(ImportMap::built_in("nothing").error().code, ErrorCode::kNotFound);
}

TEST(ImportMap, TheOwnMapReachesEveryFieldOfTheCatalogue) {
  FieldSet reached;
  const auto map = ImportMap::built_in("bulkhead").value();
  for (const auto& rule : map.rules) {
    reached = reached | FieldSet::of(rule.field);
    auto name = rule.column;
    const auto number = "." + std::to_string(rule.item) + ".";
    if (const auto at = name.find(number); at != std::string::npos)
      name.replace(at, number.size(), ".");
    EXPECT_EQ(name, info_of(rule.field)->name);
  }
  EXPECT_EQ(reached, FieldSet::all());
}

TEST(ImportMap, NumberedColumnsBecomeOneRuleEach) {
  const auto map =
      ImportMap::parse(field("column = 'trip{}'\nto = 'travel.locator'\nitem = 2\nitems = 3"))
          .value();
  ASSERT_EQ(map.rules.size(), 3u);
  EXPECT_EQ(map.rules[2].column, "trip2");
  EXPECT_EQ(map.rules[2].item, 4);
}

TEST(ImportMap, RefusesWhatItDoesNotKnow) {
  const auto ok = std::string("column = 'a'\nto = 'contact.email'\n");
  ASSERT_TRUE(ImportMap::parse(field(ok)));
  for (const auto& text : {
           std::string("not toml ["),
           std::string("[{field]]\nto = 1\n"),
           std::string("[[{"),
           std::string("[ ."),
           std::string(),
           std::string("name = 'no fields'"),
           "typo = 1\n" + field(ok),
           "delimiter = 'x'\n" + field(ok),
           "default_country = 'France'\n" + field(ok),
           "default_country = 'ZZ'\n" + field(ok),
           field("to = 'contact.email'"),
           field("column = 'a'\npointer = '/a'\nto = 'contact.email'"),
           field("pointer = 'a'\nto = 'contact.email'"),
           field("column = 'a'\nto = 'contact.fax'"),
           field(ok + "typo = 1"),
           field(ok + "transform = ['shout']"),
           field(ok + "transform = 'upper'"),
           field(ok + "item = 64"),
           field(ok + "item = -1"),
           field(ok + "items = 2"),
           field(ok + "date = 'MM/DD'"),
           field(ok + "separator = ', '"),
           field(ok + "values = { a = 1 }"),
           field(ok + "required = 'yes'"),
           field(ok + "family_to = 'none'"),
           field("column = 'a{}'\nto = 'contact.email'\nseparator = ';'\nitems = 2"),
           field("column = 'a{}'\nto = 'contact.email'\nitem = 60\nitems = 5"),
           field(ok) + "[[constant]]\nto = 'contact.country'\n",
           std::string("field = 1"),
       }) {
    const auto map = ImportMap::parse(text);
    ASSERT_FALSE(map) << text;
    EXPECT_EQ(map.error().code, ErrorCode::kMalformed) << text;
  }
}

TEST(ImportMap, Limits) {
  EXPECT_EQ(ImportMap::parse(std::string(kImportMapBytesMax + 1, '#')).error().code,
            ErrorCode::kTooLarge);
  std::string many;
  for (std::size_t i = 0; i < kImportRulesMax / kImportItemsMax; ++i) {
    many += field("column = 'c{}'\nto = 'travel.locator'\nitems = 64");
  }
  EXPECT_EQ(ImportMap::parse(many).value().rules.size(), kImportRulesMax);
  EXPECT_EQ(ImportMap::parse(many + field("column = 'd'\nto = 'contact.email'")).error().code,
            ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace bulkhead
