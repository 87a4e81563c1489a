#include "keeper/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/codec.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kDayMs = 24ull * 3600 * 1000;
constexpr Tenure kGrown{.age_ms = 0, .grown = true};

SharedLimits shared_of(const Policy& policy, int agents) {
  PeopleSum people;
  for (int i = 0; i < agents; ++i) people.add(policy, Role::kAgent, kGrown);
  return shared_limits(policy, people);
}

TEST(Policy, DefaultPassesAndFitsAnEntry) {
  const auto policy = default_policy();
  EXPECT_TRUE(check_policy(policy));
  const auto bytes = wire::encode(policy);
  EXPECT_LE(bytes.size(), kPolicyBytesMax);
  const auto again = wire::decode<Policy>(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, policy);
}

TEST(Policy, LargestPolicyStillFitsAnEntry) {
  auto policy = default_policy();
  policy.weights.items.clear();
  policy.bound_fields.items.clear();
  for (const auto& info : kFields) {
    policy.weights.items.push_back({.field = static_cast<std::uint8_t>(info.field), .weight = 9});
    policy.bound_fields.items.push_back({.field = static_cast<std::uint8_t>(info.field),
                                         .purposes = PurposeSet::of(Purpose::kRefund)});
  }
  EXPECT_TRUE(check_policy(policy));
  EXPECT_LE(wire::encode(policy).size(), kPolicyBytesMax);
}

struct Seen {
  Role role;
  ContactProof contact;
  Purpose purpose;
  Field field;
  Visibility expected;
};
class PolicyVisibility : public testing::TestWithParam<Seen> {};

TEST_P(PolicyVisibility, IsWhatTheRulesSay) {
  const auto& seen = GetParam();
  EXPECT_EQ(visibility(default_policy(), seen.role, seen.contact, seen.purpose, seen.field),
            seen.expected);
}

constexpr auto kNone = ContactProof::kNone;
constexpr auto kClaimed = ContactProof::kClaimed;
constexpr auto kProven = ContactProof::kProven;
constexpr auto kService = Purpose::kService;
INSTANTIATE_TEST_SUITE_P(
    Rules, PolicyVisibility,
    testing::Values(
        Seen{Role::kAgent, kNone, kService, Field::kFamilyName, Visibility::kClear},
        Seen{Role::kAgent, kNone, kService, Field::kEmail, Visibility::kMasked},
        Seen{Role::kAgent, kNone, kService, Field::kMessage, Visibility::kNothing},
        Seen{Role::kAgent, kNone, kService, Field::kDocumentNumber, Visibility::kNothing},
        Seen{Role::kAgent, kClaimed, kService, Field::kEmail, Visibility::kClear},
        Seen{Role::kAgent, kClaimed, kService, Field::kMessage, Visibility::kClear},
        Seen{Role::kAgent, kClaimed, kService, Field::kNote, Visibility::kMasked},
        Seen{Role::kAgent, kClaimed, Purpose::kRefund, Field::kIban, Visibility::kMasked},
        Seen{Role::kAgent, kProven, kService, Field::kDocumentNumber, Visibility::kClear},
        Seen{Role::kAgent, kProven, kService, Field::kCardToken, Visibility::kNothing},
        Seen{Role::kAgent, kProven, kService, Field::kIban, Visibility::kMasked},
        Seen{Role::kAgent, kProven, Purpose::kRefund, Field::kIban, Visibility::kClear},
        Seen{Role::kAgent, kProven, Purpose::kFraud, Field::kFamilyName, Visibility::kNothing},
        Seen{Role::kAgent, kProven, Purpose::kNone, Field::kFamilyName, Visibility::kMasked},
        Seen{Role::kLead, kProven, Purpose::kFraud, Field::kEmail, Visibility::kClear},
        Seen{Role::kAnalyst, kProven, Purpose::kFraud, Field::kFamilyName, Visibility::kMasked},
        Seen{Role::kAnalyst, kProven, Purpose::kFraud, Field::kEmail, Visibility::kNothing},
        Seen{Role::kPrivacyOfficer, kNone, Purpose::kAccessRequest, Field::kMessage,
             Visibility::kClear},
        Seen{Role::kPrivacyOfficer, kNone, kService, Field::kMessage, Visibility::kNothing},
        Seen{Role::kAdmin, kProven, Purpose::kAdministration, Field::kFamilyName,
             Visibility::kNothing},
        Seen{Role::kClient, kNone, kService, Field::kItinerary, Visibility::kClear},
        Seen{Role::kClient, kProven, kService, Field::kBirthDate, Visibility::kNothing},
        Seen{Role::kAuditor, kProven, Purpose::kNone, Field::kFamilyName, Visibility::kNothing}));

TEST(Policy, ViewOfAgreesWithVisibilityOfEachField) {
  const auto policy = default_policy();
  for (std::size_t r = 0; r < word_count<Role>(); ++r) {
    for (std::size_t c = 0; c < word_count<ContactProof>(); ++c) {
      for (std::size_t p = 0; p < word_count<Purpose>(); ++p) {
        const auto role = static_cast<Role>(r);
        const auto contact = static_cast<ContactProof>(c);
        const auto purpose = static_cast<Purpose>(p);
        const auto view = view_of(policy, role, contact, purpose);
        EXPECT_TRUE((view.clear & view.masked).empty());
        for (const auto& info : kFields) {
          const auto seen = visibility(policy, role, contact, purpose, info.field);
          EXPECT_EQ(view.clear.has(info.field), seen == Visibility::kClear);
          EXPECT_EQ(view.masked.has(info.field), seen == Visibility::kMasked);
        }
      }
    }
  }
}

TEST(Policy, ColumnsFollowContactAndGrade) {
  EXPECT_EQ(column_of(Role::kAgent, kNone, Grade::kClear), Column::kClearCold);
  EXPECT_EQ(column_of(Role::kAgent, kClaimed, Grade::kClear), Column::kClearContact);
  EXPECT_EQ(column_of(Role::kClient, kNone, Grade::kClear), Column::kClearContact);
  EXPECT_EQ(column_of(Role::kAgent, kProven, Grade::kMasked), Column::kMasked);
  EXPECT_EQ(column_of(Role::kAgent, kProven, Grade::kExistence), Column::kLookup);
}

TEST(Policy, WeightsFollowClassAndOverrides) {
  auto policy = default_policy();
  policy.weights.items.push_back({.field = static_cast<std::uint8_t>(Field::kIban), .weight = 20});
  ASSERT_TRUE(check_policy(policy));
  const auto weights = field_weights(policy);
  EXPECT_EQ(weights.sum(FieldSet::of(Field::kCity) | FieldSet::of(Field::kTier)), 3u);
  EXPECT_EQ(weights.sum(FieldSet::of(Field::kIban)), 20u);
  EXPECT_EQ(weights.sum(FieldSet{}), 0u);
}

TEST(Policy, GrownAgentHasTheDefaults) {
  const auto policy = default_policy();
  const auto limits = own_limits(policy, Role::kAgent, kGrown, shared_of(policy, 1));
  EXPECT_EQ(limits.of(Column::kClearCold, Horizon::kMinute).customers, 3u);
  EXPECT_EQ(limits.of(Column::kClearCold, Horizon::kDay).customers, 40u);
  EXPECT_EQ(limits.of(Column::kClearContact, Horizon::kHour).customers, 60u);
  EXPECT_EQ(limits.of(Column::kClearContact, Horizon::kHour).weight, 2400u);
  EXPECT_EQ(limits.of(Column::kMasked, Horizon::kMonth).customers, 6000u);
  EXPECT_EQ(limits.of(Column::kMiss, Horizon::kHour).customers, 30u);
  const auto lead = own_limits(policy, Role::kLead, kGrown, shared_of(policy, 1));
  EXPECT_EQ(lead.of(Column::kClearContact, Horizon::kDay).customers, 600u);
  EXPECT_EQ(own_limits(policy, Role::kAdmin, kGrown, shared_of(policy, 1)), Limits{});
}

TEST(Policy, NewcomersStartAtATenthAndGrowEvenly) {
  const auto policy = default_policy();
  const auto shared = shared_of(policy, 1);
  const auto hour = [&](std::uint64_t age_ms) {
    return own_limits(policy, Role::kAgent, {.age_ms = age_ms}, shared)
        .of(Column::kClearContact, Horizon::kHour)
        .customers;
  };
  EXPECT_EQ(hour(0), 6u);
  EXPECT_EQ(hour(7 * kDayMs), 33u);
  EXPECT_EQ(hour(14 * kDayMs), 60u);
  EXPECT_EQ(hour(1000 * kDayMs), 60u);
  std::uint32_t last = 0;
  for (std::uint64_t age = 0; age < 15 * kDayMs; age += kDayMs / 7) {
    EXPECT_GE(hour(age), last);
    last = hour(age);
  }
}

TEST(Policy, WhoMaySeeOneCustomerMaySeeAllOfThatCustomer) {
  const auto policy = default_policy();
  const auto full = field_weights(policy).sum(FieldSet::all());
  const auto limits = own_limits(policy, Role::kAgent, {}, shared_of(policy, 1));
  EXPECT_EQ(limits.of(Column::kClearContact, Horizon::kMinute).customers, 1u);
  EXPECT_GE(limits.of(Column::kClearContact, Horizon::kMinute).weight, full);
}

TEST(Policy, SmallHouseDoesNotCutItsPeople) {
  const auto policy = default_policy();
  const auto shared = shared_of(policy, 0);
  for (const auto role : {Role::kAgent, Role::kLead, Role::kClient}) {
    const auto limits = own_limits(policy, role, kGrown, shared);
    for (std::size_t c = 0; c < kColumnCount; ++c) {
      for (std::size_t h = 0; h < kHorizonCount; ++h) {
        const auto column = static_cast<Column>(c);
        const auto horizon = static_cast<Horizon>(h);
        EXPECT_EQ(limits.of(column, horizon).customers,
                  policy.rule(role).budgets.of(column).customers(horizon));
      }
    }
  }
}

TEST(Policy, NobodyHasMoreThanAFifthOfWhatIsShared) {
  auto policy = default_policy();
  policy.shared.team_times = 2;  // an operator's mistake must not let one person empty the team
  const auto shared = shared_of(policy, 100);
  for (const auto role : {Role::kAgent, Role::kLead, Role::kClient}) {
    const auto limits = own_limits(policy, role, kGrown, shared);
    for (std::size_t c = 0; c < kColumnCount; ++c) {
      for (std::size_t h = 0; h < kHorizonCount; ++h) {
        const auto own = limits.by[c][h].customers;
        EXPECT_LE(own, shared.house.by[c][h].customers * 2 / 5 + 1);
        EXPECT_TRUE(role == Role::kClient || own * 5 <= shared.team.by[c][h].customers);
      }
    }
  }
}

TEST(Policy, HouseGrowsWithItsPeopleAndKeepsHalfForContact) {
  const auto policy = default_policy();
  const auto shared = shared_of(policy, 1000);
  EXPECT_EQ(shared.house.of(Column::kClearContact, Horizon::kHour).customers, 18000u);
  EXPECT_EQ(shared.house.of(Column::kClearContact, Horizon::kMinute).customers, 1800u);
  EXPECT_EQ(shared.house.of(Column::kClearContact, Horizon::kDay).customers, 216000u);
  EXPECT_EQ(shared.house.of(Column::kClearCold, Horizon::kHour).customers,
            1500u);  // half of 1000 * 10 * 0.3
  EXPECT_EQ(shared.face, shared.house);
}

TEST(Policy, NewAccountsHardlyWidenTheHouse) {
  const auto policy = default_policy();
  PeopleSum grown, fresh;
  for (int i = 0; i < 1000; ++i) {
    grown.add(policy, Role::kAgent, kGrown);
    fresh.add(policy, Role::kAgent, {});
    fresh.add(policy, Role::kClient, kGrown);
  }
  EXPECT_EQ(fresh.hourly(Column::kClearContact) * 10, grown.hourly(Column::kClearContact));
}

// Two to the 33 customers an hour, 2^31 tenths of an hour a day: the product does not fit 64 bits.
TEST(Policy, HugeBudgetsDoNotWrapIntoSmallOnes) {
  auto policy = default_policy();
  constexpr std::uint32_t kMany = 1u << 31;
  policy.agent.budgets.clear_contact = {kMany, kMany, kMany, kMany, 65535};
  policy.shared.largest_part = 1;
  policy.shared.house_percent = 1000;
  policy.shared.day_tenths = policy.shared.month_tenths = kMany;
  ASSERT_TRUE(check_policy(policy));
  PeopleSum people;
  for (int i = 0; i < 4; ++i) people.add(policy, Role::kAgent, kGrown);
  const auto shared = shared_limits(policy, people);
  constexpr Limit kMost{.customers = 0xffffffff, .weight = 0xffffffff};
  for (const auto horizon : {Horizon::kHour, Horizon::kDay, Horizon::kMonth})
    EXPECT_EQ(shared.house.of(Column::kClearContact, horizon), kMost);
}

TEST(Policy, NonsenseIsRefused) {
  const auto refused = [](auto change) {
    auto policy = default_policy();
    change(policy);
    return !check_policy(policy).has_value();
  };
  EXPECT_TRUE(refused([](Policy& p) { p.number = {}; }));
  EXPECT_TRUE(refused([](Policy& p) { p.agent.none.clear = FieldSet{1ull << 63}; }));
  EXPECT_TRUE(refused([](Policy& p) { p.agent.none.masked = p.agent.none.clear; }));
  EXPECT_TRUE(refused([](Policy& p) { p.lead.purposes.bits = 0x8000; }));
  EXPECT_TRUE(
      refused([](Policy& p) { p.lead.budgets.masked.day = p.lead.budgets.masked.hour - 1; }));
  EXPECT_TRUE(refused([](Policy& p) { p.weight_high = 0; }));
  EXPECT_TRUE(refused([](Policy& p) { p.weights.items = {{.field = 9, .weight = 1}}; }));
  EXPECT_TRUE(refused(
      [](Policy& p) { p.weights.items = {{.field = 1, .weight = 1}, {.field = 1, .weight = 2}}; }));
  EXPECT_TRUE(refused([](Policy& p) { p.shared.largest_part = 0; }));
  EXPECT_TRUE(refused([](Policy& p) { p.shared.reserved_percent = 100; }));
  EXPECT_TRUE(refused([](Policy& p) { p.session.lanes = 9; }));
  EXPECT_TRUE(refused([](Policy& p) { p.session.idle_s = p.session.absolute_s + 1; }));
  EXPECT_TRUE(refused([](Policy& p) { p.growth_start_percent = 0; }));
}

}  // namespace
}  // namespace bulkhead
