#include "records/demo_person.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include "records/demo_contact.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kTicketSerials = 10'000'000'000;  // ten digits

std::string_view language_of(const DemoHousehold& household) {
  if (household.culture_name == "fr" || household.culture_name == "sn" ||
      household.culture_name == "ma")
    return "fr";
  if (household.culture_name == "nl") return "nl";
  return household.country->code == "FR" || household.country->code == "SN" ? "fr"
         : household.country->code == "NL"                                  ? "nl"
                                                                            : "en";
}

// Adds values to one record; with tokens on, free text gets the token of its field.
class Writer {
 public:
  Writer(const DemoOptions& options, std::uint32_t index, Record& record)
      : options_(options), index_(index), record_(record) {
    record_.reserve(56);
  }

  void put(Field field, std::string value, std::uint16_t item = 0) {
    record_.push_back({.field = field, .item = item, .value = std::move(value)});
  }
  void put(Field field, std::string_view value, std::uint16_t item = 0) {
    put(field, std::string(value), item);
  }
  void put_text(Field field, std::string value, std::string_view before_token) {
    if (options_.tokens)
      value.append(before_token).append(drill_token(options_.seed, index_, field));
    put(field, std::move(value));
  }

  const DemoOptions& options() const { return options_; }
  std::uint32_t index() const { return index_; }

 private:
  const DemoOptions& options_;
  std::uint32_t index_;
  Record& record_;
};

struct Name {
  const DemoName* given = nullptr;
  const DemoName* family = nullptr;
  bool female = false;
};

// The first two of a household are grown up, the others children.
std::int32_t age_of(const DemoHousehold& household, std::uint32_t index, DemoRandom& random) {
  return index - household.first < 2 ? random.between(21, 84) : random.between(2, 17);
}

void put_identity(const DemoHousehold& household, const Name& name, DemoRandom& random,
                  Writer& to) {
  to.put(Field::kGivenName, name.given->text);
  to.put_text(Field::kFamilyName, std::string(name.family->text), " ");
  const auto years = age_of(household, to.index(), random);
  const auto age_days = years * 365 + random.between(1, 364);
  to.put(Field::kBirthDate, iso_date(to.options().today - age_days));
  to.put(Field::kGender, std::string_view(random.chance(2) ? "X" : name.female ? "F" : "M"));
  to.put(Field::kNationality, household.country->code);
  if (random.chance(60))
    to.put(Field::kDocumentNumber, fmt::format(FMT_COMPILE("X{:08}"), random.below(100'000'000)));
}

void put_contact(const DemoHousehold& household, const Name& name, DemoRandom& random, Writer& to) {
  const auto local =
      to.options().tokens
          ? fmt::format("{}.{}.{}", name.given->ascii, name.family->ascii,
                        drill_token(to.options().seed, to.index(), Field::kEmail))
          : fmt::format("{}.{}{}", name.given->ascii, name.family->ascii, to.index());
  to.put(Field::kEmail, demo_email(local, random));
  to.put(Field::kPhone, demo_phone(household.country->code, to.index() - 1));
  to.put_text(Field::kStreet, household.street, ", ");
  to.put(Field::kCity, household.place->city);
  to.put(Field::kPostcode, household.postcode);
  to.put(Field::kCountry, household.country->code);
}

void put_requests(std::uint16_t item, DemoRandom& random, Writer& to) {
  constexpr std::array<std::string_view, 6> kPlain{"VGML", "PETC", "EXST", "CBBG", "BIKE", "AVIH"};
  constexpr std::array<std::string_view, 8> kSensitive{"WCHR", "WCHS", "MEDA", "KSML",
                                                       "MOML", "DBML", "BLND", "DEAF"};
  if (random.chance(12)) to.put(Field::kSsr, random.pick(kPlain), item);
  if (random.chance(7)) to.put(Field::kSsrSensitive, random.pick(kSensitive), item);
}

void put_flights(const DemoTrip& trip, std::uint16_t item, DemoRandom& random, Writer& to) {
  for (std::uint32_t i = 0; i < trip.count; ++i) {
    const auto flight_item = static_cast<std::uint16_t>(item + i);
    to.put(Field::kItinerary, itinerary_of(trip.flights[i]), flight_item);
    // Two draws in one expression would come in an order that compilers choose.
    const auto row = random.between(1, 38);
    const char letter = "ABCDEFHK"[random.below(8)];
    to.put(Field::kSeat, fmt::format(FMT_COMPILE("{}{}"), row, letter), flight_item);
  }
}

void put_travel(const DemoHousehold& household, DemoPerson& person, Writer& to) {
  const auto& options = to.options();
  DemoRandom random(options.seed, DemoDraw::kTrips, to.index());
  person.trip_count = 2 + random.below(kDemoTripsMax - 1);
  for (std::uint32_t i = 0; i < person.trip_count; ++i) {
    const bool shared = i < household.shared_trips;
    person.trips[i] =
        shared ? household.trips[i]
               : make_trip(household.place->airport, options.today, household.window(i), random);
    const auto serial = std::uint64_t{to.index() - 1} * kDemoTripsMax + i;
    const auto item = static_cast<std::uint16_t>(i * kDemoItemsPerTrip);
    to.put(Field::kLocator, demo_locator(options.seed, serial), item);
    to.put(Field::kTicket, demo_ticket(options.seed, serial), item);
    put_flights(person.trips[i], item, random, to);
    // The next member, round the household; on the second shared trip the one after, so that links
    // differ.
    if (shared) {
      const auto step = household.size > 2 ? i + 1u : 1u;
      to.put(
          Field::kCompanions,
          std::to_string(household.first + (to.index() - household.first + step) % household.size),
          item);
    }
    put_requests(item, random, to);
  }
}

// The first flight that has been flown, or the welcome of somebody who has none behind them.
std::string activity_of(const DemoPerson& person, std::int32_t today, std::int32_t miles) {
  for (std::uint32_t i = 0; i < person.trip_count; ++i) {
    const auto& flight = person.trips[i].flights[0];
    if (flight.day >= today) continue;
    return fmt::format(FMT_COMPILE("{} {} {} +{} miles"), iso_date(flight.day), flight_name(flight),
                       route_of(flight), miles);
  }
  return fmt::format(FMT_COMPILE("{} welcome +{} miles"), iso_date(today - miles % 300), miles);
}

void put_loyalty(const DemoPerson& person, DemoRandom& random, Writer& to) {
  constexpr std::array<std::string_view, 8> kTiers{"Blue", "Blue",   "Blue",   "Blue",
                                                   "Blue", "Silver", "Silver", "Gold"};
  to.put(Field::kFrequentFlyer, demo_frequent_flyer(to.options().seed, to.index() - 1));
  to.put(Field::kProgramme, std::string_view("XX"));
  to.put(Field::kTier, random.pick(kTiers));
  to.put(Field::kBalance, std::to_string(random.below(180'000)));
  to.put_text(Field::kActivity,
              activity_of(person, to.options().today, random.between(2, 90) * 100), " ");
}

void put_communications(const DemoPerson& person, DemoRandom& random, Writer& to) {
  constexpr std::array<std::string_view, 4> kConsents{"none", "email", "email", "email sms"};
  constexpr std::array<std::string_view, 5> kNotes{
      "Prefers to be called in the evening.", "Travels with a folding bicycle.",
      "Asked for invoices in the company's name.", "Speaks softly, be patient on the phone.",
      "Flies the same route every other week."};
  to.put(Field::kLanguage, person.language);
  to.put(Field::kConsent, random.pick(kConsents));
  if (to.options().tokens || random.chance(20))
    to.put_text(Field::kNote, std::string(random.pick(kNotes)), " ");
}

void put_payment(const DemoHousehold& household, const Name& name, DemoRandom& random, Writer& to) {
  constexpr std::array<std::string_view, 4> kBrands{"Visa", "Mastercard", "Mastercard",
                                                    "American Express"};
  to.put(Field::kCardBrand, random.pick(kBrands));
  to.put(Field::kCardLast4, fmt::format(FMT_COMPILE("{:04}"), random.below(10'000)));
  to.put(Field::kCardToken, "tok_" + drill_token(to.options().seed, to.index(), Field::kCardToken));
  to.put_text(Field::kBillingName,
              fmt::format(FMT_COMPILE("{} {}"), name.given->text, name.family->text), " ");
  if (random.chance(35)) {
    if (auto iban = demo_iban(household.country->code, random); !iban.empty())
      to.put(Field::kIban, std::move(iban));
  }
}

}  // namespace

DemoPerson make_person(const DemoOptions& options, std::uint32_t index) {
  const auto household = make_household(options, index);
  DemoRandom random(options.seed, DemoDraw::kPerson, index);
  Name name;
  name.female = random.chance(50);
  name.given = &random.pick(name.female ? household.culture->female : household.culture->male);
  // In some couples the second keeps a family name of their own.
  name.family = index == household.first + 1 && random.chance(35)
                    ? &random.pick(household.culture->family)
                    : household.family;

  DemoPerson person;
  person.language = language_of(household);
  person.spec.index = index;
  Writer to(options, index, person.spec.record);
  put_identity(household, name, random, to);
  put_contact(household, name, random, to);
  put_travel(household, person, to);
  put_loyalty(person, random, to);
  put_communications(person, random, to);
  put_payment(household, name, random, to);
  return person;
}

// Multiplication by an odd number and a shifted xor are each one-to-one on 30 bits, and 32^6 =
// 2^30.
std::string demo_locator(std::uint64_t seed, std::uint64_t serial) {
  constexpr std::uint64_t kMask = kDemoSerialsMax - 1;
  auto x = (serial + mixed(seed)) & kMask;
  x = x * 0x2545f491 & kMask;
  x ^= x >> 15;
  x = x * 0x1b873593 & kMask;
  x ^= x >> 13;
  std::string out(6, ' ');
  for (char& c : out) {
    c = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[x & 31];
    x >>= 5;
  }
  return out;
}

// Multiplication by a number prime to ten is one-to-one on ten digits.
std::string demo_ticket(std::uint64_t seed, std::uint64_t serial) {
  return fmt::format(FMT_COMPILE("998{:010}"),
                     (serial * 6'180'339'887 + mixed(seed + 1) % kTicketSerials) % kTicketSerials);
}

std::string demo_frequent_flyer(std::uint64_t seed, std::uint64_t serial) {
  return fmt::format(FMT_COMPILE("XX{:010}"),
                     (serial * 7'320'508'077 + mixed(seed + 2) % kTicketSerials) % kTicketSerials);
}

}  // namespace bulkhead
