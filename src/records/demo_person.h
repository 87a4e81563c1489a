// How one customer of the demo is made: first the household, which shares name, home and some
// trips, then the person. Each step draws from randomness of its own, so that any customer comes
// out the same alone or in turn. Owned by records.
#pragma once

#include <array>
#include <cstdint>

#include "records/demo_airline.h"
#include "records/demo_facts.h"
#include "records/demo_random.h"
#include "records/demo_trips.h"

namespace bulkhead {

// Customers are cut into blocks of eight, and each block into households of one to four that follow
// one another.
inline constexpr std::uint32_t kDemoBlockCustomers = 8;

struct DemoHousehold {
  std::uint32_t first = 0;  // index of its first customer
  std::uint32_t size = 1;
  const DemoCountry* country = nullptr;
  const DemoPlace* place = nullptr;
  const DemoCulture* culture = nullptr;
  std::string_view culture_name;
  const DemoName* family = nullptr;
  std::string street;
  std::string postcode;
  std::uint32_t shared_trips = 0;  // the first ones of each member; 0 for somebody alone
  std::uint32_t first_window = 0;  // of the first trip; the others follow round the year
  std::array<DemoTrip, 2> trips;

  std::uint32_t window(std::uint32_t trip) const { return (first_window + trip) % kDemoTripsMax; }
};

struct DemoPerson {
  CustomerSpec spec;
  std::array<DemoTrip, kDemoTripsMax> trips;
  std::uint32_t trip_count = 0;
  std::string_view language;  // en, fr or nl
};

DemoHousehold make_household(const DemoOptions& options, std::uint32_t index);
DemoPerson make_person(const DemoOptions& options, std::uint32_t index);

// Names of things that must be unique are one-to-one images of a serial number below the given
// bound.
inline constexpr std::uint64_t kDemoSerialsMax = 1ull << 30;
std::string demo_locator(std::uint64_t seed, std::uint64_t serial);  // six letters and digits
std::string demo_ticket(std::uint64_t seed, std::uint64_t serial);   // 998 and ten digits
std::string demo_frequent_flyer(std::uint64_t seed, std::uint64_t serial);  // XX and ten digits

}  // namespace bulkhead
