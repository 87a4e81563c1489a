#include "cli/canary_record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/catalogue.h"

namespace bulkhead::cli {
namespace {

std::vector<std::string> values_of(const std::vector<wire::ImportValue>& record, Field field) {
  std::vector<std::string> found;
  for (const auto& value : record) {
    if (value.field == static_cast<std::uint8_t>(field)) found.push_back(value.value.value);
  }
  return found;
}

TEST(CanaryRecord, LooksLikeACustomersAndNamesNobodyElse) {
  const auto record = make_canary_record(7, {});
  ASSERT_TRUE(record);
  for (const auto field : {Field::kFamilyName, Field::kEmail, Field::kPhone, Field::kLocator})
    EXPECT_FALSE(values_of(*record, field).empty()) << static_cast<int>(field);
  EXPECT_TRUE(values_of(*record, Field::kCompanions).empty());
  const auto other = make_canary_record(8, {});
  ASSERT_TRUE(other);
  EXPECT_NE(values_of(*record, Field::kEmail), values_of(*other, Field::kEmail));
}

TEST(CanaryRecord, TakesWhatTheOperatorChose) {
  const std::array<std::string, 2> chosen{"contact.email=post@example.org", "travel.locator="};
  const auto record = make_canary_record(7, chosen);
  ASSERT_TRUE(record);
  EXPECT_EQ(values_of(*record, Field::kEmail), std::vector<std::string>{"post@example.org"});
  EXPECT_TRUE(values_of(*record, Field::kLocator).empty());
}

TEST(CanaryRecord, RefusesWhatIsNoChoice) {
  for (const std::string text : {"contact.email", "", "=x", "contact.fax=1"}) {
    const auto record = make_canary_record(7, {&text, 1});
    ASSERT_FALSE(record) << text;
    EXPECT_EQ(record.error().code, ErrorCode::kMalformed);
  }
}

}  // namespace
}  // namespace bulkhead::cli
