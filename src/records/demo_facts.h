// The built-in tables of the demo, parsed once: airports and the legs between them, countries with
// their places, streets and names. Read-only after the first use, from any thread. Owned by
// records.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead {

using AirportIndex = std::uint16_t;

struct DemoLeg {
  AirportIndex to = 0;
  std::uint64_t weight_before = 0;         // sum of the flights of the legs before this one
  std::vector<std::string_view> airlines;  // up to three, the busiest first
};

struct DemoAirport {
  std::string_view code;
  double latitude = 0;
  double longitude = 0;
  bool is_base = false;  // of Example Airways
  std::vector<DemoLeg> legs;
  std::uint64_t weight = 0;  // flights of all legs
};

struct DemoName {
  std::string_view text;
  std::string ascii;  // lower-case letters, for e-mail addresses
};

struct DemoCulture {
  std::vector<DemoName> female;
  std::vector<DemoName> male;
  std::vector<DemoName> family;
};

struct DemoPlace {
  std::string_view city;
  AirportIndex airport = 0;
  std::string_view postcode;  // pattern: # a digit, ? a letter
};

struct DemoCountry {
  std::string_view code;
  std::uint32_t weight_before = 0;
  bool number_first = false;  // of the house
  std::vector<std::string_view> culture_names;
  std::vector<const DemoCulture*> cultures;
  std::vector<DemoPlace> places;
  std::vector<std::string_view> streets;
};

struct DemoFacts {
  std::vector<DemoAirport> airports;
  std::map<std::string_view, DemoCulture> cultures;
  std::vector<DemoCountry> countries;
  std::uint32_t countries_weight = 0;
  std::vector<std::string_view> us_area_codes;
  std::vector<std::string_view> canada_area_codes;
};

const DemoFacts& demo_facts();

// Great-circle distance.
double distance_km(const DemoAirport& a, const DemoAirport& b);

}  // namespace bulkhead
