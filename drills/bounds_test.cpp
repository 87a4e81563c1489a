#include "drills/bounds.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "keeper/allowances.h"
#include "keeper/policy.h"

namespace bulkhead::embedded {
extern const std::string_view drills_bounds_toml;
}

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kNewAccounts = 20;
constexpr std::uint32_t kTakenOverAtSignIn = 2;  // by an owned front
constexpr std::uint64_t kFirstHoursMs = 8 * 3'600'000;

// Strangers whom somebody new may see before those hours are over, whatever is shared.
std::uint32_t first_hours_of(const Policy& policy) {
  const auto shared = shared_limits(policy, PeopleSum());
  return own_limits(policy, Role::kAgent, {.age_ms = kFirstHoursMs, .grown = false}, shared)
      .of(Column::kClearCold, Horizon::kDay)
      .customers;
}

// Whether the policy keeps every thief within the bounds; what it says first, otherwise.
std::string exceeded(const Policy& policy) {
  const auto& bound = bounds();
  const auto& agent = policy.agent.budgets;
  if (policy.client_grants_max > bound.client_open_grants) return "open grants of a client";
  if (policy.client.budgets.clear_contact.minute > bound.client_open_grants)
    return "a client's minute";
  for (const auto contact : {ContactProof::kNone, ContactProof::kClaimed, ContactProof::kProven}) {
    const auto view = policy.client.view(contact);
    if ((view.clear | view.masked).size() > static_cast<int>(bound.client_fields))
      return "fields of a client";
  }
  if (policy.client.budgets.lookup.month > 0 || policy.client.budgets.masked.month > 0)
    return "standing reads of a client";
  if (agent.clear_cold.day > bound.session_clear) return "an agent's day without contact";
  if (agent.clear_cold.month > bound.slow_clear) return "an agent's month without contact";
  if (first_hours_of(policy) * kNewAccounts > bound.new_staff_clear)
    return "new agents without contact";
  if (kBreakGlassPeople > bound.session_break_glass) return "broken glass";
  if (agent.clear_cold.day * kTakenOverAtSignIn > bound.owned_clear) return "an owned desk's day";
  if (kBreakGlassPeople * kTakenOverAtSignIn > bound.owned_break_glass)
    return "an owned desk's broken glass";
  // The lead can review the agent's broken glass, but nobody the lead's.
  const auto glass = kBreakGlassPeople * (kBreakGlassADayMax + 1);
  if (agent.clear_cold.day + policy.lead.budgets.clear_cold.day + glass > bound.pair_clear)
    return "a day of an agent and a lead";
  if (agent.masked.day > bound.session_masked) return "an agent's masked day";
  if (agent.lookup.hour > bound.lookup_existence) return "an agent's lookups";
  if (agent.miss.hour > bound.lookup_misses) return "an agent's misses";
  if (policy.lead.budgets.lookup.hour > bound.recon_existence) return "a lead's lookups";
  return {};
}

TEST(Bounds, HoldTheDefaultPolicy) { EXPECT_EQ(exceeded(default_policy()), ""); }

// One more than each bound allows, as nobody else would notice. Broken glass alone is no policy's.
TEST(Bounds, AWiderPolicyIsNoticed) {
  struct Wider {
    const char* noticed;
    void (*widen)(Policy&);
  };
  constexpr std::array kWider{
      Wider{"open grants of a client", [](Policy& policy) { policy.client_grants_max = 26; }},
      Wider{"a client's minute",
            [](Policy& policy) {
              policy.client.budgets.clear_contact.minute = bounds().client_open_grants + 1;
            }},
      Wider{"fields of a client",
            [](Policy& policy) { policy.client.none.clear = FieldSet::all(); }},
      Wider{"fields of a client",
            [](Policy& policy) { policy.client.claimed.masked = FieldSet::all(); }},
      Wider{"fields of a client",
            [](Policy& policy) { policy.client.proven.clear = FieldSet::all(); }},
      Wider{"standing reads of a client",
            [](Policy& policy) { policy.client.budgets.lookup.month = 1; }},
      Wider{"standing reads of a client",
            [](Policy& policy) { policy.client.budgets.masked.month = 1; }},
      Wider{
          "an agent's day without contact",
          [](Policy& policy) { policy.agent.budgets.clear_cold.day = bounds().session_clear + 1; }},
      Wider{
          "an agent's month without contact",
          [](Policy& policy) { policy.agent.budgets.clear_cold.month = bounds().slow_clear + 1; }},
      Wider{"new agents without contact", [](Policy& policy) { policy.growth_start_percent = 20; }},
      Wider{"a day of an agent and a lead",
            [](Policy& policy) { policy.lead.budgets.clear_cold.day = 81; }},
      Wider{"an agent's masked day",
            [](Policy& policy) { policy.agent.budgets.masked.day = bounds().session_masked + 1; }},
      Wider{
          "an agent's lookups",
          [](Policy& policy) { policy.agent.budgets.lookup.hour = bounds().lookup_existence + 1; }},
      Wider{"an agent's misses",
            [](Policy& policy) { policy.agent.budgets.miss.hour = bounds().lookup_misses + 1; }},
      Wider{"a lead's lookups",
            [](Policy& policy) { policy.lead.budgets.lookup.hour = bounds().recon_existence + 1; }},
  };
  for (const auto& one : kWider) {
    auto policy = default_policy();
    one.widen(policy);
    EXPECT_EQ(exceeded(policy), one.noticed);
  }
}

// An owned desk's day is two agents', so a wider one of theirs is noticed first. What it may have
// is no more than theirs together.
TEST(Bounds, AnOwnedDeskHasNoMoreThanItsTwoAgents) {
  EXPECT_LE(bounds().owned_clear, kTakenOverAtSignIn * bounds().session_clear);
  EXPECT_LE(bounds().owned_break_glass, kTakenOverAtSignIn * bounds().session_break_glass);
}

TEST(Bounds, AMissingOrSenselessNumberIsRefused) {
  std::string text(embedded::drills_bounds_toml);
  ASSERT_TRUE(parse_bounds(text));
  const auto at = text.find("open_grants = 25");
  ASSERT_NE(at, std::string::npos);
  auto other = text;
  EXPECT_EQ(parse_bounds(other.replace(at, 16, "open_grants = -1")).error().code,
            ErrorCode::kMalformed);
  other = text;
  EXPECT_EQ(parse_bounds(other.replace(at, 16, "open_grants = 1000001")).error().code,
            ErrorCode::kMalformed);
  other = text;
  EXPECT_EQ(parse_bounds(other.replace(at, 16, "")).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(parse_bounds("a = ").error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace bulkhead::drills
