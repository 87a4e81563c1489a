#include "records/demo_trips.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace bulkhead {
namespace {

const DemoLeg& pick_leg(const DemoAirport& airport, DemoRandom& random) {
  const auto at = random.next() % airport.weight;
  const auto behind = std::ranges::upper_bound(airport.legs, at, {}, &DemoLeg::weight_before);
  return *(behind - 1);
}

const DemoLeg& leg_between(AirportIndex from, AirportIndex to) {
  const auto& legs = demo_facts().airports[from].legs;
  return *std::ranges::find(legs, to, &DemoLeg::to);  // every leg is there in both directions
}

// Example Airways flies what touches its bases; elsewhere the ticket is for a flight of the airline
// that does. A leg keeps its number, odd one way and even the other.
DemoFlight flight_on(const DemoLeg& leg, AirportIndex from, std::int32_t day) {
  const auto& airports = demo_facts().airports;
  const AirportIndex low = std::min(from, leg.to);
  const AirportIndex high = std::max(from, leg.to);
  const auto number =
      100 + mixed(std::uint64_t{low} << 16 | high) % 4'400 * 2 + (from == low ? 1 : 0);
  const bool own = airports[from].is_base || airports[leg.to].is_base;
  return {.day = day,
          .from = from,
          .to = leg.to,
          .carrier = own ? std::string_view("XX") : leg.airlines.front(),
          .number = static_cast<std::uint32_t>(number)};
}

}  // namespace

DemoTrip make_trip(AirportIndex home, std::int32_t today, std::uint32_t window,
                   DemoRandom& random) {
  constexpr std::int32_t kWindowDays = 125;
  constexpr std::int32_t kStayDaysMax = 21;
  const auto& airports = demo_facts().airports;
  const auto opens = today - 300 + kWindowDays * static_cast<std::int32_t>(window);
  const auto leaves = opens + random.between(0, kWindowDays - kStayDaysMax - 1);
  const auto returns = leaves + random.between(1, kStayDaysMax);
  const auto& first = pick_leg(airports[home], random);
  const AirportIndex middle = first.to;
  DemoTrip trip;
  trip.flights[trip.count++] = flight_on(first, home, leaves);
  if (random.chance(25)) {
    const auto& second = pick_leg(airports[middle], random);
    if (second.to != home) {
      trip.flights[trip.count++] = flight_on(second, middle, leaves);
      trip.flights[trip.count++] = flight_on(leg_between(second.to, middle), second.to, returns);
    }
  }
  trip.flights[trip.count++] = flight_on(leg_between(middle, home), middle, returns);
  return trip;
}

std::string flight_name(const DemoFlight& flight) {
  return fmt::format(FMT_COMPILE("{}{}"), flight.carrier, flight.number);
}

std::string route_of(const DemoFlight& flight) {
  const auto& airports = demo_facts().airports;
  return fmt::format(FMT_COMPILE("{}-{}"), airports[flight.from].code, airports[flight.to].code);
}

std::string itinerary_of(const DemoFlight& flight) {
  const auto& airports = demo_facts().airports;
  return fmt::format(FMT_COMPILE("{}{} {}-{} {}"), flight.carrier, flight.number,
                     airports[flight.from].code, airports[flight.to].code, iso_date(flight.day));
}

std::string iso_date(std::int32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}"), static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace bulkhead
