#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "records/caret_table.h"
#include "records/demo_airline.h"
#include "records/demo_person.h"
#include "records/embedded.h"

namespace bulkhead {
namespace {

constexpr std::uint32_t kAgents = 24;
constexpr std::uint32_t kMinutesPerDay = 1440;

// The sentences of messages.csv by type, part and language.
class Templates {
 public:
  static const Templates& get() {
    static const Templates kTemplates;
    return kTemplates;
  }
  const std::vector<std::string_view>& of(std::string_view type, std::string_view part,
                                          std::string_view language) const {
    const auto found = by_key_.find(std::tuple(type, part, language));
    CHECK(found != by_key_.end());
    return found->second;
  }

 private:
  Templates() {
    for (const auto& row : rows_of(embedded::data_airline_messages_csv, 4)) {
      by_key_[{row[0], row[1], row[2]}] = split(row[3], '|');
    }
  }
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>,
           std::vector<std::string_view>>
      by_key_;
};

std::string_view value_of(const CustomerSpec& spec, Field field, std::uint16_t item = 0) {
  for (const auto& value : spec.record) {
    if (value.field == field && value.item == item) return value.value;
  }
  return {};
}

std::string spoken_date(std::int32_t day, std::string_view language) {
  constexpr std::array<std::array<std::string_view, 12>, 3> kMonths{
      {{"January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December"},
       {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre"},
       {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
        "oktober", "november", "december"}}};
  const auto iso = iso_date(day);
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + iso[6] - '1');
  const auto& names = kMonths[language == "fr" ? 1 : language == "nl" ? 2 : 0];
  const int in_month = (iso[8] - '0') * 10 + iso[9] - '0';
  return fmt::format("{}{} {} {}", in_month, language == "fr" && in_month == 1 ? "er" : "",
                     names[month], iso.substr(0, 4));
}

using Facts = std::vector<std::pair<std::string_view, std::string>>;

// What a message may mention: the customer and the first flight of one trip.
Facts facts_of(const DemoPerson& person, std::uint32_t trip, DemoRandom& random) {
  const auto item = static_cast<std::uint16_t>(trip * kDemoItemsPerTrip);
  const auto& airports = demo_facts().airports;
  const auto& flight = person.trips[trip].flights[0];
  const auto km = distance_km(airports[flight.from], airports[flight.to]);
  const auto text = [&](Field field, std::uint16_t at = 0) {
    return std::string(value_of(person.spec, field, at));
  };
  return {
      {"given", text(Field::kGivenName)},
      {"family", text(Field::kFamilyName)},
      {"locator", text(Field::kLocator, item)},
      {"ticket", text(Field::kTicket, item)},
      {"seat", text(Field::kSeat, item)},
      {"number", text(Field::kFrequentFlyer)},
      {"balance", text(Field::kBalance)},
      {"iban", text(Field::kIban)},
      {"flight", flight_name(flight)},
      {"route", route_of(flight)},
      {"from", std::string(airports[flight.from].code)},
      {"to", std::string(airports[flight.to].code)},
      {"date", spoken_date(flight.day, person.language)},
      {"hours", std::to_string(random.between(3, 9))},
      // Regulation (EC) 261/2004, Article 7(1), without its rule for long flights within the Union.
      {"amount", km <= 1500   ? "250"
                 : km <= 3500 ? "400"
                              : "600"},
      {"bag", fmt::format("{}XX{:05}", airports[flight.to].code, random.below(100'000))}};
}

// Fills {names} in; nullopt when the text asks for a fact that this customer has not.
std::optional<std::string> filled(std::string_view text, const Facts& facts) {
  std::string out;
  for (;;) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = text.find('}', open);
    CHECK(close != std::string_view::npos);
    const auto fact = std::ranges::find(facts, text.substr(open + 1, close - open - 1),
                                        &Facts::value_type::first);
    CHECK(fact != facts.end());
    if (fact->second.empty()) return std::nullopt;
    out += fact->second;
    text.remove_prefix(close + 1);
  }
}

// Makes the messages of one case.
class Conversation {
 public:
  Conversation(const DemoPerson& person, CaseSpec& spec, std::uint32_t trip, DemoRandom& random)
      : language_(person.language),
        spec_(spec),
        random_(random),
        facts_(facts_of(person, trip, random)) {}

  void write() {
    const auto type = name_of(spec_.type);
    add(Direction::kFromCustomer,
        {sentence("any", "greet"), sentence(type, "open"), sentence("any", "sign")});
    if (spec_.state == CaseState::kNew) return;
    if (random_.chance(25)) {
      language_ = "en";  // notes are in the house's language
      add(Direction::kNote, {sentence("any", "note")});
      language_ = facts_language_;
    }
    if (spec_.state == CaseState::kOpen) return;
    add(Direction::kToCustomer, {sentence("any", "hello"), sentence(type, "reply")});
    if (spec_.state == CaseState::kPending) return;
    if (spec_.messages.size() < 3 && random_.chance(40)) {
      add(Direction::kFromCustomer, {sentence("any", "again"), sentence("any", "sign")});
    }
    add(Direction::kToCustomer, {sentence("any", "hello"), sentence("any", "done")});
  }

 private:
  std::string sentence(std::string_view type, std::string_view part) {
    const auto& choices = Templates::get().of(type, part, language_);
    const auto first = random_.below(static_cast<std::uint32_t>(choices.size()));
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (auto text = filled(choices[(first + i) % choices.size()], facts_))
        return *std::move(text);
    }
    CHECK(false);  // a part of messages.csv has only texts with facts that this customer has not
    return {};
  }

  void add(Direction direction, const std::vector<std::string>& paragraphs) {
    const auto passed =
        spec_.messages.empty() ? 0 : spec_.messages.back().minutes_after + random_.below(600) + 5;
    const auto now = spec_.days_ago * kMinutesPerDay - 1;
    spec_.messages.push_back({.direction = direction,
                              .minutes_after = std::min(passed, now),
                              .text = fmt::format("{}", fmt::join(paragraphs, "\n\n"))});
  }

  std::string_view language_;
  std::string_view facts_language_ = language_;
  CaseSpec& spec_;
  DemoRandom& random_;
  Facts facts_;
};

// What people write about before a trip, after it, and at any time.
constexpr std::array kBefore{RequestType::kRebooking, RequestType::kAssistance,
                             RequestType::kNameCorrection, RequestType::kQuestion,
                             RequestType::kRefund};
constexpr std::array kAfter{RequestType::kEu261,        RequestType::kEu261,
                            RequestType::kBaggage,      RequestType::kComplaint,
                            RequestType::kMissingMiles, RequestType::kRefund};
constexpr std::array kAlways{RequestType::kMessageCheck, RequestType::kDataSubject,
                             RequestType::kMessageCheck};

// `days_since` the trip's departure: negative while it is still to come.
void choose_type_and_day(std::int32_t days_since, CaseSpec& spec, DemoRandom& random) {
  const bool after = days_since > 25 && random.chance(65);
  auto days_ago = after            ? days_since - random.between(22, 60)
                  : days_since > 0 ? days_since + random.between(2, 40)
                                   : random.between(1, 45);
  spec.days_ago = static_cast<std::uint32_t>(
      std::clamp(days_ago, 1, static_cast<std::int32_t>(kDemoCaseDaysMax)));
  spec.type = random.chance(15) ? random.pick(kAlways)
              : after           ? random.pick(kAfter)
                                : random.pick(kBefore);
}

CaseState choose_state(std::uint32_t days_ago, DemoRandom& random) {
  if (days_ago > 21) return random.chance(98) ? CaseState::kClosed : CaseState::kPending;
  if (random.chance(40)) return CaseState::kClosed;
  return random.pick(
      std::array{CaseState::kNew, CaseState::kOpen, CaseState::kOpen, CaseState::kPending});
}

ContactProof choose_proof(DemoRandom& random) {
  const auto roll = random.below(100);
  return roll < 45   ? ContactProof::kProven
         : roll < 92 ? ContactProof::kClaimed
                     : ContactProof::kNone;
}

// Every tenth customer has at least one case, so that there is always one for ten.
std::uint32_t case_count(std::uint32_t customer, DemoRandom& random) {
  const auto roll = random.below(100);
  const std::uint32_t count = roll < 3 ? 2 : roll < 14 ? 1 : 0;
  return customer % 10 == 1 ? std::max(count, 1u) : count;
}

CaseSpec make_case(const DemoOptions& options, const DemoPerson& person, std::uint32_t slot,
                   DemoRandom& random) {
  CaseSpec spec;
  spec.customer = person.spec.index;
  const auto trip = random.below(person.trip_count);
  choose_type_and_day(options.today - person.trips[trip].flights[0].day, spec, random);
  spec.state = choose_state(spec.days_ago, random);
  spec.proof = choose_proof(random);
  if (spec.state != CaseState::kNew) spec.assignee = random.below(kAgents);
  Conversation(person, spec, trip, random).write();
  if (options.tokens && slot == 0) {
    spec.messages.front().text += "\n" + drill_token(options.seed, spec.customer, Field::kMessage);
  }
  return spec;
}

}  // namespace

std::optional<CaseSpec> DemoAirline::next_case() {
  for (; next_case_customer_ <= options_.customers; ++next_case_customer_, next_case_slot_ = 0) {
    DemoRandom count(options_.seed, DemoDraw::kCases, std::uint64_t{next_case_customer_} << 2);
    if (next_case_slot_ >= case_count(next_case_customer_, count)) continue;
    const auto slot = next_case_slot_++;
    DemoRandom random(options_.seed, DemoDraw::kCases,
                      std::uint64_t{next_case_customer_} << 2 | (slot + 1));
    return make_case(options_, make_person(options_, next_case_customer_), slot, random);
  }
  return std::nullopt;
}

}  // namespace bulkhead
