// Trips of the demo's customers: out and back on legs that exist, around a given day. The same
// household and trip give the same flights. Owned by records.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "records/demo_airline.h"
#include "records/demo_facts.h"
#include "records/demo_random.h"

namespace bulkhead {

inline constexpr std::uint32_t kDemoTripsMax = 4;

struct DemoFlight {
  std::int32_t day = 0;  // since 1970-01-01
  AirportIndex from = 0;
  AirportIndex to = 0;
  std::string_view carrier;
  std::uint32_t number = 0;
};

struct DemoTrip {
  std::array<DemoFlight, kDemoItemsPerTrip> flights;
  std::uint32_t count = 0;  // 2, or 4 with a connection

  // Where one stays: the far end of the outward way.
  AirportIndex destination() const { return flights[count / 2 - 1].to; }
};

// Departs between 300 days before and 200 days after `today`, in one of kDemoTripsMax windows that
// do not overlap.
DemoTrip make_trip(AirportIndex home, std::int32_t today, std::uint32_t window, DemoRandom& random);

std::string flight_name(const DemoFlight& flight);   // "XX1234"
std::string route_of(const DemoFlight& flight);      // "AMS-JFK"
std::string itinerary_of(const DemoFlight& flight);  // "XX1234 AMS-JFK 2026-03-04"
std::string iso_date(std::int32_t day);              // "2026-03-04"

}  // namespace bulkhead
