// The policy: who may see which field how, for which purposes, within which budgets. It must stay
// plain data with one canonical encoding of at most kPolicyBytesMax, since it travels over the
// admin channel and stands in a ledger entry. Owned by keeper; config/policy.toml is its readable
// form, parsed by the command line only (cli/policy_toml.h).
#pragma once

#include <array>
#include <cstdint>

#include "base/catalogue.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/words.h"
#include "wire/codec.h"

namespace bulkhead {

inline constexpr std::size_t kPolicyBytesMax = 4000;

// What a disclosure is charged to. A masked value and a lookup disclose too, so each has its own
// column; clear values of somebody who got in touch (claimed or proven) are another column than
// those of somebody who did not. A write discloses nothing but moves what proves somebody.
enum class Column : std::uint8_t { kLookup, kMiss, kMasked, kClearCold, kClearContact, kWrite };
template <>
struct Words<Column> {
  static constexpr std::array<std::string_view, 6> names{"lookup",     "miss",          "masked",
                                                         "clear-cold", "clear-contact", "write"};
};
inline constexpr std::size_t kColumnCount = word_count<Column>();

// Whose budget: everything is charged to a person or a client, and to what they share with others.
enum class Holder : std::uint8_t { kPerson, kTeam, kClient, kFace, kHouse };
template <>
struct Words<Holder> {
  static constexpr std::array<std::string_view, 5> names{"person", "team", "client", "face",
                                                         "house"};
};
inline constexpr std::size_t kHolderCount = word_count<Holder>();

enum class Horizon : std::uint8_t { kMinute, kHour, kDay, kMonth };  // 1 min, 1 h, 24 h, 30 days
template <>
struct Words<Horizon> {
  static constexpr std::array<std::string_view, 4> names{"minute", "hour", "day", "month"};
};
inline constexpr std::size_t kHorizonCount = word_count<Horizon>();

inline constexpr std::array kAllColumns{Column::kLookup,    Column::kMiss,         Column::kMasked,
                                        Column::kClearCold, Column::kClearContact, Column::kWrite};
inline constexpr std::array kAllHorizons{Horizon::kMinute, Horizon::kHour, Horizon::kDay,
                                         Horizon::kMonth};
inline constexpr std::array kAllRoles{Role::kAgent,          Role::kLead,  Role::kAnalyst,
                                      Role::kPrivacyOfficer, Role::kAdmin, Role::kClient,
                                      Role::kAuditor};
static_assert(kAllColumns.size() == kColumnCount && kAllHorizons.size() == kHorizonCount &&
              kAllRoles.size() == word_count<Role>());

enum class Visibility : std::uint8_t { kNothing, kMasked, kClear };

// Distinct customers over the four horizons; weighted fields are limited to that many times
// weight_per_customer.
struct Budget {
  std::uint32_t minute = 0, hour = 0, day = 0, month = 0;
  std::uint16_t weight_per_customer = 0;
  std::uint32_t customers(Horizon horizon) const;
  bool operator==(const Budget&) const = default;
  WIRE_MEMBERS(minute, hour, day, month, weight_per_customer)
};

struct Budgets {
  Budget lookup, miss, masked, clear_cold, clear_contact, write;
  const Budget& of(Column column) const;
  bool operator==(const Budgets&) const = default;
  WIRE_MEMBERS(lookup, miss, masked, clear_cold, clear_contact, write)
};

// A field in neither set shows nothing; none may be in both.
struct View {
  FieldSet clear, masked;
  bool operator==(const View&) const = default;
  WIRE_MEMBERS(clear, masked)
};

// A set of purposes, bit = number of the purpose.
struct PurposeSet {
  std::uint16_t bits = 0;
  static constexpr PurposeSet of(Purpose purpose) {
    return {static_cast<std::uint16_t>(1u << static_cast<unsigned>(purpose))};
  }
  constexpr bool has(Purpose purpose) const { return (bits & of(purpose).bits) != 0; }
  constexpr bool valid() const { return bits < 1u << word_count<Purpose>(); }
  friend constexpr PurposeSet operator|(PurposeSet a, PurposeSet b) {
    return {static_cast<std::uint16_t>(a.bits | b.bits)};
  }
  bool operator==(const PurposeSet&) const = default;
  WIRE_MEMBERS(bits)
};

struct RoleRule {
  View none, claimed, proven;  // by grade of contact
  PurposeSet purposes;
  Budgets budgets;
  const View& view(ContactProof contact) const;
  bool operator==(const RoleRule&) const = default;
  WIRE_MEMBERS(none, claimed, proven, purposes, budgets)
};

struct FieldWeight {
  std::uint8_t field = 0;
  std::uint8_t weight = 0;
  bool operator==(const FieldWeight&) const = default;
  WIRE_MEMBERS(field, weight)
};
struct FieldPurposes {  // clear for these purposes only, masked for any other
  std::uint8_t field = 0;
  PurposeSet purposes;
  bool operator==(const FieldPurposes&) const = default;
  WIRE_MEMBERS(field, purposes)
};

// What teams, faces and the house share (security rules, section 4).
struct SharedRule {
  std::uint16_t largest_part =
      5;                         // nobody may use more than one part in so many of a shared budget
  std::uint16_t team_times = 5;  // a team has so many times the largest budget of a role
  std::uint16_t house_percent = 30;     // of the sum of the hourly budgets of its people
  std::uint16_t reserved_percent = 50;  // of the house kept for claimed or proven contact
  std::uint16_t face_percent = 100;     // of the house that may go through one face
  // The house's hour over the other horizons, in tenths: 6 busy minutes, 12 busy hours a day, 20
  // busy days a month.
  std::uint32_t minute_tenths = 1, day_tenths = 120, month_tenths = 2400;
  bool operator==(const SharedRule&) const = default;
  WIRE_MEMBERS(largest_part, team_times, house_percent, reserved_percent, face_percent,
               minute_tenths, day_tenths, month_tenths)
};

struct SessionRule {
  std::uint32_t idle_s = 30 * 60;
  std::uint32_t absolute_s = 12 * 3600;
  std::uint8_t lanes = 8;
  bool operator==(const SessionRule&) const = default;
  WIRE_MEMBERS(idle_s, absolute_s, lanes)
};

struct Policy {
  PolicyNumber number{1};
  RoleRule agent, lead, analyst, privacy_officer, admin, client, auditor;
  std::uint8_t weight_basic = 1, weight_personal = 2, weight_high = 5;
  wire::List<FieldWeight, kFields.size()> weights;  // instead of the class's
  wire::List<FieldPurposes, kFields.size()> bound_fields;
  SharedRule shared;
  std::uint8_t growth_start_percent = 10;  // of a new principal's budget
  std::uint16_t growth_days = 14;
  std::uint16_t client_grants_max = 25;  // open at once
  std::uint32_t client_grant_s = 15 * 60;
  SessionRule session;

  const RoleRule& rule(Role role) const;
  bool operator==(const Policy&) const = default;
  WIRE_MEMBERS(number, agent, lead, analyst, privacy_officer, admin, client, auditor, weight_basic,
               weight_personal, weight_high, weights, bound_fields, shared, growth_start_percent,
               growth_days, client_grants_max, client_grant_s, session)
};

// Equals config/policy.toml.
Policy default_policy();

// kMalformed, with what is wrong: sets outside the catalogue or overlapping, budgets that shrink
// with the horizon, zero weights, lanes beyond wire::kLanesMax, an encoding beyond kPolicyBytesMax.
// Everything below expects a policy that passed.
Status check_policy(const Policy& policy);

// --- Who may see what
// ---------------------------------------------------------------------------------------------

bool purpose_allowed(const Policy& policy, Role role, Purpose purpose);
// Purpose::kNone (a masked view) yields at most masked; a purpose the role does not have yields
// nothing.
Visibility visibility(const Policy& policy, Role role, ContactProof contact, Purpose purpose,
                      Field field);
// All fields that `visibility` calls clear, and all that it calls masked.
View view_of(const Policy& policy, Role role, ContactProof contact, Purpose purpose);
// The column in which a disclosure of masked or clear values is charged. A client's grant counts as
// contact.
Column column_of(Role role, ContactProof contact, Grade grade);

// --- Budgets
// ------------------------------------------------------------------------------------------------------

// Weight of each field by number, looked up once per policy.
struct FieldWeights {
  std::array<std::uint8_t, 64> of{};
  std::uint32_t sum(FieldSet fields) const;
};
FieldWeights field_weights(const Policy& policy);

struct Limit {
  std::uint32_t customers = 0;
  std::uint32_t weight = 0;
  bool operator==(const Limit&) const = default;
};
struct Limits {
  std::array<std::array<Limit, kHorizonCount>, kColumnCount> by{};
  const Limit& of(Column column, Horizon horizon) const {
    return by[static_cast<std::size_t>(column)][static_cast<std::size_t>(horizon)];
  }
  Limit& of(Column column, Horizon horizon) {
    return by[static_cast<std::size_t>(column)][static_cast<std::size_t>(horizon)];
  }
  bool operator==(const Limits&) const = default;
};

// How long somebody has been here in keeper time; `grown` (demo staff) skips the growth.
struct Tenure {
  std::uint64_t age_ms = 0;
  bool grown = false;
};

// Sum of the hourly budgets of all active staff, growth included, so that many new accounts do not
// widen the house. Clients do not count. The keeper keeps one and makes it anew when staff changes
// and once an hour.
class PeopleSum {
 public:
  void add(const Policy& policy, Role role, Tenure tenure);
  std::uint64_t hourly(Column column) const { return hourly_[static_cast<std::size_t>(column)]; }

 private:
  std::array<std::uint64_t, kColumnCount> hourly_{};
};

// The limits that holders share. A shared budget is at least largest_part times the largest budget
// of a role: a house of three people must be able to work, and its bound is then the sum of its
// people.
struct SharedLimits {
  Limits team, face, house;
  Limits team_part, largest_part;  // what one principal may use of its team, and of the whole house
};
SharedLimits shared_limits(const Policy& policy, const PeopleSum& people);

// What one person or client may use: the role's budget by tenure, at most the largest part of what
// is shared.
Limits own_limits(const Policy& policy, Role role, Tenure tenure, const SharedLimits& shared);

}  // namespace bulkhead
