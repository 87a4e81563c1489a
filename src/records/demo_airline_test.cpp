#include "records/demo_airline.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "records/demo_facts.h"
#include "records/demo_person.h"
#include "records/transforms.h"

namespace bulkhead {
namespace {

constexpr std::int32_t kToday = 20'780;

DemoOptions options_of(std::uint32_t customers, std::uint64_t seed = 1, bool tokens = false) {
  return {.customers = customers, .seed = seed, .today = kToday, .tokens = tokens};
}

std::vector<CustomerSpec> all_customers(const DemoOptions& options) {
  DemoAirline airline(options);
  std::vector<CustomerSpec> all;
  while (auto customer = airline.next_customer()) all.push_back(*std::move(customer));
  return all;
}

std::vector<std::string_view> values_of(const CustomerSpec& spec, Field field) {
  std::vector<std::string_view> values;
  for (const auto& value : spec.record) {
    if (value.field == field) values.push_back(value.value);
  }
  return values;
}

// FNV-1a, 64 bits: enough to notice any change.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    value_ = (value_ ^ 0xff) * 0x100000001b3;
  }
  void add(std::uint64_t number) { add(std::to_string(number)); }
  std::string text() const { return fmt::format("{:016x}", value_); }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

std::string digest_of(const DemoOptions& options) {
  Digest digest;
  DemoAirline airline(options);
  while (auto customer = airline.next_customer()) {
    digest.add(customer->index);
    for (const auto& value : customer->record) {
      digest.add(static_cast<std::uint64_t>(value.field) << 16 | value.item);
      digest.add(value.value);
    }
  }
  while (auto past = airline.next_case()) {
    digest.add(past->customer);
    digest.add(name_of(past->type));
    digest.add(name_of(past->state));
    digest.add(name_of(past->proof));
    digest.add(past->days_ago);
    digest.add(past->assignee.value_or(99));
    for (const auto& message : past->messages) {
      digest.add(name_of(message.direction));
      digest.add(message.minutes_after);
      digest.add(message.text);
    }
  }
  return digest.text();
}

TEST(DemoAirlineGolden, TheSameSeedAndDayGiveTheSameAirline) {
  EXPECT_EQ(digest_of(options_of(500)), "630b3b1c1b130664");
  EXPECT_EQ(digest_of(options_of(500, 1, true)), "a473f159ad14b889");
  EXPECT_NE(digest_of(options_of(500, 2)), digest_of(options_of(500)));
}

TEST(DemoAirline, AnyCustomerComesOutTheSameAlone) {
  const auto all = all_customers(options_of(300));
  ASSERT_EQ(all.size(), 300u);
  const DemoAirline airline(options_of(300));
  for (const std::uint32_t index : {300u, 1u, 154u, 8u, 9u}) {
    EXPECT_EQ(airline.customer(index).record, all[index - 1].record);
    EXPECT_EQ(all[index - 1].index, index);
  }
}

TEST(DemoAirline, EveryRecordHasAllCompartmentsAndEachItemOnce) {
  for (const auto& customer : all_customers(options_of(2'000))) {
    std::set<Compartment> compartments;
    std::set<std::pair<Field, std::uint16_t>> places;
    ASSERT_LE(customer.record.size(), kRecordValuesMax);
    for (const auto& value : customer.record) {
      compartments.insert(compartment_of(value.field));
      EXPECT_TRUE(places.emplace(value.field, value.item).second) << info_of(value.field)->name;
      EXPECT_FALSE(value.value.empty());
      EXPECT_LE(value.value.size(), kFieldValueBytesMax);
    }
    EXPECT_EQ(compartments.size(), kCompartmentCount);
    EXPECT_GE(values_of(customer, Field::kLocator).size(), 2u);
  }
}

bool is_reserved_phone(std::string_view phone) {
  static constexpr std::string_view kStarts[]{
      "+447700900", "+441632960", "+4411",    "+4412",    "+4413",    "+4414",    "+4415",
      "+4416",      "+4420",      "+4419",    "+4428",    "+4429",    "+4430",    "+33639980",
      "+3363998",   "+3319900",   "+3326191", "+3335301", "+3346571", "+3353649", "+61"};
  if (phone.starts_with("+1")) return phone.size() == 12 && phone.substr(5, 5) == "55501";
  if (phone.starts_with("+61")) return phone.substr(4, 4) == "5550" || phone.substr(4, 4) == "7010";
  if (phone.starts_with("+4411") || phone.starts_with("+4412") || phone.starts_with("+4413") ||
      phone.starts_with("+4414") || phone.starts_with("+4415")) {
    return phone.substr(6, 4) == "4960";
  }
  return std::ranges::any_of(kStarts, [&](auto start) { return phone.starts_with(start); });
}

TEST(DemoAirline, ContactDataReachNobody) {
  for (const auto& customer : all_customers(options_of(5'000))) {
    for (const auto phone : values_of(customer, Field::kPhone)) {
      EXPECT_EQ(phone_to_e164(phone, "").value_or(""), phone);
      EXPECT_TRUE(is_reserved_phone(phone)) << phone;
    }
    for (const auto email : values_of(customer, Field::kEmail)) {
      const auto at = email.find('@');
      ASSERT_NE(at, std::string_view::npos);
      const auto domain = email.substr(at + 1);
      EXPECT_TRUE(domain == "example.com" || domain == "example.net" || domain == "example.org")
          << email;
      EXPECT_TRUE(std::ranges::all_of(email.substr(0, at), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
      })) << email;
    }
  }
}

TEST(DemoAirline, LocatorsTicketsMailsAndAccountsAreUnique) {
  const auto all = all_customers(options_of(5'000));
  for (const Field field :
       {Field::kLocator, Field::kTicket, Field::kEmail, Field::kFrequentFlyer, Field::kCardToken}) {
    std::unordered_set<std::string> seen;
    for (const auto& customer : all) {
      for (const auto value : values_of(customer, field))
        EXPECT_TRUE(seen.emplace(value).second) << value;
    }
  }
  for (const auto ticket : values_of(all[0], Field::kTicket)) {
    EXPECT_EQ(ticket.size(), 13u);
    EXPECT_TRUE(ticket.starts_with("998"));
  }
  for (const auto locator : values_of(all[0], Field::kLocator)) EXPECT_EQ(locator.size(), 6u);
}

// Serials far apart must not meet either.
TEST(DemoAirline, SerialsAreMappedOneToOne) {
  std::unordered_set<std::string> locators;
  std::unordered_set<std::string> tickets;
  constexpr std::uint64_t kStep = 39'971;
  std::size_t count = 0;
  for (std::uint64_t serial = 0; serial < kDemoSerialsMax; serial += kStep, ++count) {
    locators.insert(demo_locator(7, serial));
    tickets.insert(demo_ticket(7, serial));
  }
  EXPECT_EQ(locators.size(), count);
  EXPECT_EQ(tickets.size(), count);
}

struct ParsedFlight {
  std::string carrier_and_number, from, to, date;
};
ParsedFlight parse_flight(std::string_view text) {
  const auto blank = text.find(' ');
  return {std::string(text.substr(0, blank)), std::string(text.substr(blank + 1, 3)),
          std::string(text.substr(blank + 5, 3)), std::string(text.substr(blank + 9))};
}
using Trips = std::map<int, std::vector<ParsedFlight>>;
Trips trips_of(const CustomerSpec& customer) {
  Trips trips;
  for (const auto& value : customer.record) {
    if (value.field == Field::kItinerary)
      trips[value.item / kDemoItemsPerTrip].push_back(parse_flight(value.value));
  }
  return trips;
}

void expect_real_leg(const ParsedFlight& flight) {
  const auto& airports = demo_facts().airports;
  const auto from = std::ranges::find(airports, flight.from, &DemoAirport::code);
  const auto to = std::ranges::find(airports, flight.to, &DemoAirport::code);
  ASSERT_TRUE(from != airports.end() && to != airports.end());
  const auto leg =
      std::ranges::find(from->legs, static_cast<AirportIndex>(to - airports.begin()), &DemoLeg::to);
  ASSERT_TRUE(leg != from->legs.end()) << flight.from << flight.to;
  const auto carrier = flight.carrier_and_number.substr(0, 2);
  EXPECT_TRUE(carrier == "XX" || std::ranges::find(leg->airlines, carrier) != leg->airlines.end())
      << carrier;
}

TEST(DemoAirline, TripsUseLegsThatExistComeHomeAndDoNotOverlap) {
  std::size_t connections = 0;
  for (const auto& customer : all_customers(options_of(1'500))) {
    std::vector<std::pair<std::string, std::string>> spans;
    for (const auto& [trip, flights] : trips_of(customer)) {
      ASSERT_GE(flights.size(), 2u);
      EXPECT_EQ(flights.front().from, flights.back().to);
      connections += flights.size() == 4;
      spans.emplace_back(flights.front().date, flights.back().date);
      for (std::size_t i = 0; i < flights.size(); ++i) {
        expect_real_leg(flights[i]);
        EXPECT_TRUE(i == 0 || flights[i].from == flights[i - 1].to);
        EXPECT_TRUE(i == 0 || flights[i].date >= flights[i - 1].date);
      }
    }
    std::ranges::sort(spans);
    for (std::size_t i = 1; i < spans.size(); ++i) EXPECT_LT(spans[i - 1].second, spans[i].first);
    EXPECT_GE(spans.front().first, iso_date(kToday - 300));
    EXPECT_LE(spans.back().second, iso_date(kToday + 200));
  }
  EXPECT_GT(connections, 250u);
}

TEST(DemoAirline, CompanionsAreOtherCustomersOnTheSameFlights) {
  const auto all = all_customers(options_of(1'003));  // the last block is cut short
  std::size_t companions = 0;
  for (const auto& customer : all) {
    for (const auto& value : customer.record) {
      if (value.field != Field::kCompanions) continue;
      ++companions;
      const auto other = static_cast<std::uint32_t>(std::stoul(value.value));
      ASSERT_GE(other, 1u);
      ASSERT_LE(other, all.size());
      EXPECT_NE(other, customer.index);
      const auto flight = std::ranges::find_if(customer.record, [&](const auto& v) {
        return v.field == Field::kItinerary && v.item == value.item;
      });
      EXPECT_TRUE(std::ranges::find(all[other - 1].record, *flight) != all[other - 1].record.end());
    }
  }
  EXPECT_GT(companions, all.size() / 2);
}

std::uint32_t mod_97(std::string_view iban) {
  std::string turned(iban.substr(4));
  turned += iban.substr(0, 4);
  std::uint32_t rest = 0;
  for (const char c : turned) {
    rest = c >= 'A' ? (rest * 100 + static_cast<std::uint32_t>(c - 'A') + 10) % 97
                    : (rest * 10 + static_cast<std::uint32_t>(c - '0')) % 97;
  }
  return rest;
}

TEST(DemoAirline, IbansHaveTheLengthOfTheirCountryAndRightCheckDigits) {
  const std::map<std::string, std::size_t, std::less<>> lengths{{"NL", 18}, {"GB", 22}, {"IE", 22},
                                                                {"DE", 22}, {"BE", 16}, {"FR", 27}};
  std::set<std::string> seen;
  for (const auto& customer : all_customers(options_of(3'000))) {
    for (const auto iban : values_of(customer, Field::kIban)) {
      EXPECT_EQ(mod_97(iban), 1u) << iban;
      const auto length = lengths.find(iban.substr(0, 2));
      ASSERT_TRUE(length != lengths.end()) << iban;
      EXPECT_EQ(iban.size(), length->second) << iban;
      seen.emplace(iban.substr(0, 2));
    }
  }
  EXPECT_EQ(seen.size(), lengths.size());
}

TEST(DemoAirline, SomeRequestsAreSensitiveAndSomeNamesAreNotAscii) {
  std::size_t sensitive = 0;
  std::size_t not_ascii = 0;
  const auto all = all_customers(options_of(2'000));
  for (const auto& customer : all) {
    sensitive += !values_of(customer, Field::kSsrSensitive).empty();
    not_ascii += std::ranges::any_of(values_of(customer, Field::kGivenName).front(),
                                     [](char c) { return static_cast<unsigned char>(c) > 0x7f; });
  }
  EXPECT_GT(sensitive, all.size() / 20);
  EXPECT_GT(not_ascii, all.size() / 20);
}

TEST(DemoAirline, TokensAreUniqueAndStandInTheirFields) {
  const auto options = options_of(1'000, 9, true);
  std::unordered_set<std::string> tokens;
  for (const auto& customer : all_customers(options)) {
    for (const auto& info : kFields) {
      if (!kTokenFields.has(info.field)) continue;
      const auto token = drill_token(options.seed, customer.index, info.field);
      EXPECT_EQ(token.size(), 14u);
      EXPECT_TRUE(tokens.insert(token).second);
      const auto values = values_of(customer, info.field);
      ASSERT_FALSE(values.empty()) << info.name;
      EXPECT_NE(values.front().find(token), std::string_view::npos) << info.name;
    }
  }
  EXPECT_NE(drill_token(1, 1, Field::kEmail), drill_token(2, 1, Field::kEmail));
}

TEST(DemoAirline, CustomerCountIsHeldWithinItsLimits) {
  EXPECT_EQ(all_customers(options_of(0)).size(), 1u);
  EXPECT_EQ(all_customers(options_of(1)).size(), 1u);
  EXPECT_EQ(DemoAirline(options_of(kDemoCustomersMax + 1)).customer(kDemoCustomersMax).index,
            kDemoCustomersMax);
}

TEST(DemoStaff, HasTheRolesAndClientsOfAContactCentre) {
  const auto staff = DemoAirline::staff();
  std::map<Role, int> roles;
  std::set<std::string> logins;
  for (const auto& member : staff.members) {
    ++roles[member.role];
    EXPECT_TRUE(logins.insert(member.login).second);
    EXPECT_EQ(member.team.has_value(), member.role == Role::kAgent || member.role == Role::kLead);
    if (member.team) {
      EXPECT_LT(*member.team, staff.teams.size());
    }
  }
  EXPECT_EQ(roles, (std::map<Role, int>{{Role::kAgent, 24},
                                        {Role::kLead, 4},
                                        {Role::kAnalyst, 2},
                                        {Role::kPrivacyOfficer, 1},
                                        {Role::kAdmin, 2}}));
  EXPECT_EQ(staff.members.front().login, "agent-01");
  EXPECT_EQ(staff.members[23].login, "agent-24");
  EXPECT_EQ(staff.teams.size(), 4u);
  EXPECT_GE(staff.clients.size(), 4u);
}

}  // namespace
}  // namespace bulkhead
