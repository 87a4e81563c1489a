// Example Airways, a made-up airline on real airports and legs: its customers, past cases, staff
// and API clients, the same for the same seed and day, streamed. It must never make up anything
// that could reach a real person: e-mail addresses and phones come from ranges reserved for such
// use, accounts from banks that do not exist. Owned by records.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/record.h"
#include "base/words.h"

namespace bulkhead {

inline constexpr std::uint32_t kDemoCustomersMax = 50'000'000;
inline constexpr std::uint32_t kDemoCaseDaysMax = 400;
// Item numbers of travel values: trip t has the items 4 t to 4 t + 3, one for each flight with its
// itinerary and seat; what belongs to the trip as a whole (locator, ticket, companion, requests)
// stands at the first of them.
inline constexpr std::uint16_t kDemoItemsPerTrip = 4;

struct DemoOptions {
  std::uint32_t customers = 100'000;  // 1 to kDemoCustomersMax
  std::uint64_t seed = 1;
  std::int32_t today = 20'454;  // days since 1970-01-01; trips and cases lie around it
  bool tokens = false;          // plant drill_token() in the free-text fields of every customer
};

struct CustomerSpec {
  std::uint32_t index =
      0;          // 1-based; travel.companions holds the decimal index of another customer
  Record record;  // all six compartments have values
};

struct MessageSpec {
  Direction direction{};
  std::uint32_t minutes_after = 0;  // since the case was opened; never in the future
  std::string text;
};

struct CaseSpec {
  std::uint32_t customer = 0;  // index of the customer
  RequestType type{};
  CaseState state{};
  std::uint32_t days_ago = 0;  // opened; 1 to kDemoCaseDaysMax
  ContactProof proof{};
  std::optional<std::uint32_t>
      assignee;  // index into DemoStaff::members, always an agent; none while new
  std::vector<MessageSpec> messages;  // 1 to 4
};

struct DemoMember {
  std::string login;  // "agent-01"
  std::string display_name;
  Role role{};
  std::optional<std::uint32_t> team;  // index into DemoStaff::teams
};

struct DemoClient {
  std::string name;  // "booking-sync"
  std::string description;
  Role role = Role::kClient;                // client or auditor
  std::vector<RequestType> on_case_opened;  // the events that give it a grant; none for an auditor
};

struct DemoStaff {
  std::vector<std::string> teams;
  std::vector<DemoMember>
      members;  // 24 agents first, then 4 leads, 2 analysts, 1 privacy officer, 2 admins
  std::vector<DemoClient> clients;
};

// Fields of the record that carry a token in a demo with tokens. The first message of each case
// carries that of communications.message besides.
inline constexpr FieldSet kTokenFields =
    FieldSet::of(Field::kFamilyName) | FieldSet::of(Field::kEmail) | FieldSet::of(Field::kStreet) |
    FieldSet::of(Field::kActivity) | FieldSet::of(Field::kNote) | FieldSet::of(Field::kCardToken) |
    FieldSet::of(Field::kBillingName);

// Fourteen lower-case letters, different for every (customer, field) of one seed; what a drill
// looks for in stolen files.
std::string drill_token(std::uint64_t seed, std::uint32_t customer, Field field);

class DemoAirline {
 public:
  explicit DemoAirline(const DemoOptions& options);

  // The customers 1 to N in turn; nullopt after the last.
  std::optional<CustomerSpec> next_customer();
  // The past cases in the order of their customers, at least one for ten customers; nullopt after
  // the last.
  std::optional<CaseSpec> next_case();
  // Any one customer, without going through the others. Index from 1 to options.customers.
  CustomerSpec customer(std::uint32_t index) const;

  static DemoStaff staff();

 private:
  DemoOptions options_;
  std::uint32_t next_customer_ = 1;
  std::uint32_t next_case_customer_ = 1;
  std::uint32_t next_case_slot_ = 0;
};

}  // namespace bulkhead
