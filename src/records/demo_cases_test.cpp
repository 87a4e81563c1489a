#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "records/demo_airline.h"

namespace bulkhead {
namespace {

DemoOptions options_for(std::uint32_t customers, bool tokens = false) {
  return {.customers = customers, .seed = 3, .today = 20'780, .tokens = tokens};
}

std::vector<CaseSpec> all_cases(const DemoOptions& options) {
  DemoAirline airline(options);
  std::vector<CaseSpec> all;
  while (auto past = airline.next_case()) all.push_back(*std::move(past));
  return all;
}

std::string value_of(const CustomerSpec& spec, Field field) {
  const auto found = std::ranges::find(spec.record, field, &FieldValue::field);
  return found == spec.record.end() ? "" : found->value;
}

TEST(DemoCases, ThereIsOneForTenCustomersWhateverTheirNumber) {
  for (const std::uint32_t customers : {1u, 10u, 95u, 5'000u}) {
    EXPECT_GE(all_cases(options_for(customers)).size() * 10, customers) << customers;
  }
}

TEST(DemoCases, AreComplete) {
  const auto options = options_for(5'000);
  const auto staff = DemoAirline::staff();
  std::uint32_t last_customer = 0;
  std::set<RequestType> types;
  std::map<CaseState, std::size_t> states;
  std::set<ContactProof> proofs;
  const auto all = all_cases(options);
  for (const auto& past : all) {
    EXPECT_GE(past.customer, last_customer);
    EXPECT_LE(past.customer, options.customers);
    last_customer = past.customer;
    types.insert(past.type);
    ++states[past.state];
    proofs.insert(past.proof);
    EXPECT_GE(past.days_ago, 1u);
    EXPECT_LE(past.days_ago, kDemoCaseDaysMax);
    EXPECT_EQ(past.assignee.has_value(), past.state != CaseState::kNew);
    if (past.assignee) {
      EXPECT_EQ(staff.members.at(*past.assignee).role, Role::kAgent);
    }
    ASSERT_GE(past.messages.size(), 1u);
    EXPECT_LE(past.messages.size(), 4u);
    EXPECT_EQ(past.messages.front().direction, Direction::kFromCustomer);
    EXPECT_EQ(past.messages.front().minutes_after, 0u);
    EXPECT_TRUE(std::ranges::is_sorted(past.messages, {}, &MessageSpec::minutes_after));
    EXPECT_LT(past.messages.back().minutes_after, past.days_ago * 1440);
    if (past.state == CaseState::kClosed) {
      EXPECT_EQ(past.messages.back().direction, Direction::kToCustomer);
    }
  }
  EXPECT_EQ(types.size(), word_count<RequestType>());
  EXPECT_EQ(states.size(), word_count<CaseState>());
  EXPECT_EQ(proofs.size(), word_count<ContactProof>());
  EXPECT_GT(states[CaseState::kClosed] * 2, all.size());
}

TEST(DemoCases, MessagesSpeakTheCustomersLanguageAndNameTheirTrip) {
  const auto options = options_for(5'000);
  const DemoAirline airline(options);
  std::map<std::string, std::set<std::string>> openings;
  for (const auto& past : all_cases(options)) {
    const auto customer = airline.customer(past.customer);
    const auto& text = past.messages.front().text;
    for (const auto& message : past.messages) {
      EXPECT_EQ(message.text.find_first_of("{}|"), std::string::npos) << message.text;
      EXPECT_LE(message.text.size(), 2'000u);
    }
    EXPECT_NE(text.find(value_of(customer, Field::kGivenName)), std::string::npos) << text;
    openings[value_of(customer, Field::kLanguage)].insert(text.substr(0, text.find('\n')));
  }
  ASSERT_EQ(openings.size(), 3u);
  EXPECT_TRUE(openings["fr"].contains("Madame, Monsieur,"));
  EXPECT_TRUE(openings["nl"].contains("Beste Example Airways,"));
  EXPECT_TRUE(openings["en"].contains("Dear Example Airways,"));
  EXPECT_FALSE(openings["en"].contains("Bonjour,"));
}

TEST(DemoCases, TheFirstMessageCarriesItsToken) {
  const auto options = options_for(300, true);
  std::uint32_t before = 0;
  for (const auto& past : all_cases(options)) {
    const auto token = drill_token(options.seed, past.customer, Field::kMessage);
    EXPECT_EQ(past.messages.front().text.find(token) != std::string::npos, past.customer != before);
    before = past.customer;
  }
}

}  // namespace
}  // namespace bulkhead
