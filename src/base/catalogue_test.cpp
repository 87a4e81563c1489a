#include "base/catalogue.h"

#include <gtest/gtest.h>

#include "base/words.h"

namespace bulkhead {
namespace {

TEST(Catalogue, EveryNameStartsWithItsCompartmentAndIsUnique) {
  FieldSet seen;
  for (const auto& info : kFields) {
    const auto room = kCompartmentNames[static_cast<std::size_t>(compartment_of(info.field))];
    EXPECT_TRUE(info.name.starts_with(room)) << info.name;
    EXPECT_FALSE(seen.has(info.field)) << info.name;
    EXPECT_EQ(field_named(info.name), &info);
    seen = seen | FieldSet::of(info.field);
  }
  EXPECT_EQ(seen, FieldSet::all());
}

TEST(Catalogue, UnknownBitsAreNotValid) {
  EXPECT_TRUE(FieldSet::all().valid());
  EXPECT_FALSE(FieldSet{1ull << 63}.valid());
  EXPECT_FALSE(FieldSet{1ull << 9}.valid());
}

TEST(Words, NamesGoBothWays) {
  for (std::size_t i = 0; i < word_count<Reason>(); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(word_from<Reason>(name_of(reason)), reason);
  }
  EXPECT_FALSE(word_from<Role>("root"));
}

}  // namespace
}  // namespace bulkhead
