// Whatever bytes come as a policy: what decodes is its one encoding, and one that passes the check
// gives limits that hold together. Random bytes make no policy, so each input is also read as
// changes to the default one. With BULKHEAD_FUZZ_CANARY=1 a check is planted that lets a field be
// clear and masked at once.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/check.h"
#include "base/clock.h"
#include "keeper/policy.h"

namespace {

using namespace bulkhead;

bool overlap_is_planted() {
  static const bool on = [] {
    const char* const value = std::getenv("BULKHEAD_FUZZ_CANARY");
    return value != nullptr && std::string_view(value) == "1";
  }();
  return on;
}

bool passes(const Policy& policy) {
  if (check_policy(policy)) return true;
  if (!overlap_is_planted()) return false;
  auto parted = policy;
  parted.client.proven.masked = parted.client.proven.masked - parted.client.proven.clear;
  return check_policy(parted).has_value();
}

void hold_views(const Policy& policy) {
  for (const auto role : kAllRoles) {
    for (const auto contact :
         {ContactProof::kNone, ContactProof::kClaimed, ContactProof::kProven}) {
      for (std::size_t i = 0; i < word_count<Purpose>(); ++i) {
        const auto purpose = static_cast<Purpose>(i);
        const auto view = view_of(policy, role, contact, purpose);
        CHECK(view.clear.valid() && view.masked.valid() && (view.clear & view.masked).empty());
        if (purpose == Purpose::kNone) CHECK(view.clear.empty());
        if (purpose != Purpose::kNone && !purpose_allowed(policy, role, purpose))
          CHECK(view.clear.empty() && view.masked.empty());
      }
    }
  }
}

bool within(const Limit& part, const Limit& whole) {
  return part.customers <= whole.customers && part.weight <= whole.weight;
}

// No limit shrinks over a longer horizon, and none lets a customer begin that cannot be shown
// whole.
void hold_limits(const Limits& limits, std::uint32_t full_weight) {
  for (const auto column : kAllColumns) {
    for (std::size_t i = 0; i < kHorizonCount; ++i) {
      const auto& limit = limits.of(column, kAllHorizons[i]);
      if (i > 0) CHECK(within(limits.of(column, kAllHorizons[i - 1]), limit));
      CHECK(limit.customers == 0 || limit.weight >= full_weight);
    }
  }
}

void hold_budgets(const Policy& policy) {
  const auto full_weight = field_weights(policy).sum(FieldSet::all());
  CHECK(full_weight > 0);
  const Tenure fresh{}, half{.age_ms = policy.growth_days * kMsPerDay / 2}, grown{.grown = true};
  PeopleSum people;
  for (const auto role : kAllRoles) {
    for (const auto& tenure : {fresh, half, grown}) people.add(policy, role, tenure);
  }
  const auto shared = shared_limits(policy, people);
  for (const auto* limits :
       {&shared.team, &shared.face, &shared.house, &shared.team_part, &shared.largest_part})
    hold_limits(*limits, full_weight);
  for (const auto role : kAllRoles) {
    const auto young = own_limits(policy, role, fresh, shared);
    const auto old = own_limits(policy, role, grown, shared);
    hold_limits(old, full_weight);
    for (const auto column : kAllColumns) {
      for (const auto horizon : kAllHorizons) {
        CHECK(within(shared.face.of(column, horizon), shared.house.of(column, horizon)));
        CHECK(within(young.of(column, horizon), old.of(column, horizon)));
        CHECK(within(old.of(column, horizon), shared.largest_part.of(column, horizon)));
      }
    }
  }
}

void hold_policy(ByteView bytes) {
  const auto policy = wire::decode<Policy>(bytes);
  if (!policy) return;
  CHECK(std::ranges::equal(wire::encode(*policy), bytes));
  if (!passes(*policy)) return;
  CHECK(bytes.size() <= kPolicyBytesMax);
  hold_views(*policy);
  hold_budgets(*policy);
}

// Each three bytes put one byte at a place of the default policy's encoding.
Bytes changed_default(ByteView changes) {
  auto bytes = wire::encode(default_policy());
  for (; changes.size() >= 3; changes = changes.subspan(3))
    bytes[get_big_endian<std::uint16_t>(changes.data()) % bytes.size()] = changes[2];
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hold_policy({data, size});
  hold_policy(changed_default({data, size}));
  return 0;
}
