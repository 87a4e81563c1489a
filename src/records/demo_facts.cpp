#include "records/demo_facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

#include "records/ascii.h"
#include "records/caret_table.h"
#include "records/embedded.h"

namespace bulkhead {
namespace {

constexpr std::array<std::string_view, 4> kBases{"AMS", "BRU", "CDG", "LHR"};

template <class Value>
Value number_of(std::string_view text) {
  Value value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(error == std::errc() && end == text.data() + text.size());
  return value;
}

AirportIndex airport_index(const std::vector<DemoAirport>& airports, std::string_view code) {
  const auto found = std::ranges::lower_bound(airports, code, {},
                                              &DemoAirport::code);  // the table is in order of code
  CHECK(found != airports.end() && found->code == code);
  return static_cast<AirportIndex>(found - airports.begin());
}

void add_leg(DemoAirport& from, AirportIndex to, std::string_view airlines, std::uint64_t flights) {
  from.legs.push_back({.to = to, .weight_before = from.weight, .airlines = split(airlines, '.')});
  from.weight += flights;
}

void read_airports(DemoFacts& facts) {
  for (const auto& row : rows_of(embedded::data_airline_airports_csv, 3)) {
    facts.airports.push_back({.code = row[0],
                              .latitude = number_of<double>(row[1]),
                              .longitude = number_of<double>(row[2]),
                              .is_base = std::ranges::find(kBases, row[0]) != kBases.end(),
                              .legs = {},
                              .weight = 0});
  }
  for (const auto& row : rows_of(embedded::data_airline_legs_csv, 4)) {
    const auto a = airport_index(facts.airports, row[0]);
    const auto b = airport_index(facts.airports, row[1]);
    const auto flights = number_of<std::uint64_t>(row[3]);
    add_leg(facts.airports[a], b, row[2], flights);
    add_leg(facts.airports[b], a, row[2], flights);
  }
}

// The letters with marks that people.csv uses, by their base letters: Latin-1, Latin Extended-A and
// Vietnamese.
std::string ascii_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 26> kMarked{{{"áàâäãåăảạÁÀÂÅ", 'a'},
                                                                       {"æ", 'a'},
                                                                       {"çčćÇČ", 'c'},
                                                                       {"ďđĐ", 'd'},
                                                                       {"éèêëęěẹÉÈÊ", 'e'},
                                                                       {"ğ", 'g'},
                                                                       {"íìîïıİÍ", 'i'},
                                                                       {"łŁ", 'l'},
                                                                       {"ñńňÑ", 'n'},
                                                                       {"óòôöõøồốọÓÖØ", 'o'},
                                                                       {"řŘ", 'r'},
                                                                       {"śšşŞŠ", 's'},
                                                                       {"ß", 's'},
                                                                       {"ťŤ", 't'},
                                                                       {"úùûüůưươấÚÜ", 'u'},
                                                                       {"ýÿ", 'y'},
                                                                       {"źżžŻŽ", 'z'},
                                                                       {"ầậ", 'a'},
                                                                       {"ễế", 'e'},
                                                                       {"Ô", 'o'},
                                                                       {"ơờ", 'o'},
                                                                       {"ữ", 'u'},
                                                                       {"Ā", 'a'},
                                                                       {"Æ", 'a'},
                                                                       {"Ě", 'e'},
                                                                       {"Ğ", 'g'}}};
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const char c = name[at];
    const auto lead = static_cast<unsigned char>(c);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (is_ascii_letter(c)) out += ascii_lower(c);
    if (bytes > 1) {
      const auto letter = name.substr(at, bytes);
      const auto found = std::ranges::find_if(kMarked, [&](const auto& entry) {
        return entry.first.find(letter) != std::string_view::npos;
      });
      if (found != kMarked.end()) out += found->second;
    }
    at += bytes;
  }
  return out.empty() ? "x" : out;
}

std::vector<DemoName> names_of(std::string_view list) {
  std::vector<DemoName> names;
  for (const auto name : split(list, '|')) names.push_back({.text = name, .ascii = ascii_of(name)});
  return names;
}

DemoCountry& country_of(DemoFacts& facts, std::string_view code) {
  const auto found = std::ranges::find(facts.countries, code, &DemoCountry::code);
  CHECK(found != facts.countries.end());
  return *found;
}

void read_places(DemoFacts& facts, DemoCountry& country, std::string_view list) {
  for (const auto text : split(list, '|')) {
    const auto parts = split(text, ';');
    CHECK(parts.size() == 3);
    country.places.push_back({.city = parts[0],
                              .airport = airport_index(facts.airports, parts[1]),
                              .postcode = parts[2]});
  }
}

void read_people(DemoFacts& facts) {
  for (const auto& row : rows_of(embedded::data_airline_people_csv, 4)) {
    const auto kind = row[0];
    const auto key = row[1];
    if (kind == "country") {
      facts.countries.push_back({.code = key,
                                 .weight_before = facts.countries_weight,
                                 .number_first = false,
                                 .culture_names = split(row[3], '|'),
                                 .cultures = {},
                                 .places = {},
                                 .streets = {}});
      facts.countries_weight += number_of<std::uint32_t>(row[2]);
    } else if (kind == "place") {
      read_places(facts, country_of(facts, key), row[3]);
    } else if (kind == "street") {
      country_of(facts, key).number_first = row[2] == "n s";
      country_of(facts, key).streets = split(row[3], '|');
    } else if (kind == "given") {
      (row[2] == "F" ? facts.cultures[key].female : facts.cultures[key].male) = names_of(row[3]);
    } else if (kind == "family") {
      facts.cultures[key].family = names_of(row[3]);
    } else {
      CHECK(kind == "area");
      (key == "US" ? facts.us_area_codes : facts.canada_area_codes) = split(row[3], '|');
    }
  }
  for (auto& country : facts.countries) {
    CHECK(!country.places.empty() && !country.streets.empty());
    for (const auto name : country.culture_names)
      country.cultures.push_back(&facts.cultures.at(name));
  }
}

}  // namespace

const DemoFacts& demo_facts() {
  static const DemoFacts kFacts = [] {
    DemoFacts facts;
    read_airports(facts);
    read_people(facts);
    return facts;
  }();
  return kFacts;
}

double distance_km(const DemoAirport& a, const DemoAirport& b) {
  constexpr double kEarthRadiusKm = 6371;
  constexpr double kRadian = std::numbers::pi / 180;
  const double latitude = std::sin((b.latitude - a.latitude) * kRadian / 2);
  const double longitude = std::sin((b.longitude - a.longitude) * kRadian / 2);
  const double h = latitude * latitude + std::cos(a.latitude * kRadian) *
                                             std::cos(b.latitude * kRadian) * longitude * longitude;
  return 2 * kEarthRadiusKm * std::asin(std::sqrt(h));
}

}  // namespace bulkhead
