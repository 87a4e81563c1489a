#include <fmt/format.h>

#include <algorithm>

#include "records/demo_person.h"

namespace bulkhead {
namespace {

constexpr std::array<std::array<std::uint8_t, kDemoBlockCustomers>, 5> kBlockCuts{
    {{1, 1, 2, 4}, {2, 1, 3, 2}, {1, 2, 1, 1, 3}, {2, 2, 4}, {1, 1, 1, 2, 3}}};

void place_in_block(const DemoOptions& options, std::uint32_t index, DemoHousehold& household) {
  const auto block = (index - 1) / kDemoBlockCustomers;
  DemoRandom random(options.seed, DemoDraw::kBlock, block);
  household.first = block * kDemoBlockCustomers + 1;
  for (const auto size : random.pick(kBlockCuts)) {
    household.size = size;
    if (index < household.first + size) break;
    household.first += size;
  }
  household.size = std::min(household.size, options.customers - household.first + 1);
}

std::string filled(std::string_view pattern, DemoRandom& random) {
  std::string out(pattern);
  for (char& c : out) {
    if (c == '#') c = static_cast<char>('0' + random.below(10));
    if (c == '?') c = "ABCDEFGHJKLMNPRSTUVWXY"[random.below(22)];
  }
  return out;
}

}  // namespace

DemoHousehold make_household(const DemoOptions& options, std::uint32_t index) {
  const auto& facts = demo_facts();
  DemoHousehold household;
  place_in_block(options, index, household);
  DemoRandom random(options.seed, DemoDraw::kHousehold, household.first);
  const auto weight = random.below(facts.countries_weight);
  household.country =
      &*(std::ranges::upper_bound(facts.countries, weight, {}, &DemoCountry::weight_before) - 1);
  household.place = &random.pick(household.country->places);
  const auto culture = random.below(static_cast<std::uint32_t>(household.country->cultures.size()));
  household.culture = household.country->cultures[culture];
  household.culture_name = household.country->culture_names[culture];
  household.family = &random.pick(household.culture->family);
  const auto street = random.pick(household.country->streets);
  const auto house = random.between(1, 189);
  household.street = household.country->number_first ? fmt::format("{} {}", house, street)
                                                     : fmt::format("{} {}", street, house);
  household.postcode = filled(household.place->postcode, random);
  household.first_window = random.below(kDemoTripsMax);
  if (household.size > 1) {
    household.shared_trips = 1 + random.below(2);
    for (std::uint32_t i = 0; i < household.shared_trips; ++i) {
      household.trips[i] =
          make_trip(household.place->airport, options.today, household.window(i), random);
    }
  }
  return household;
}

}  // namespace bulkhead
