// A month of a contact centre of 500 agents from one seed, through the gate and the fold, without a
// disk: whoever does honest work is never refused, a patient thief among them gets what one
// person's budgets allow, and the same seed gives the same state.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <set>

#include "keeper/gate.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BULKHEAD_MONTH_IS_SHORT 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BULKHEAD_MONTH_IS_SHORT 1
#endif
#endif

namespace bulkhead {
namespace {

#ifdef BULKHEAD_MONTH_IS_SHORT
constexpr std::uint32_t kMonthDays = 3;  // sanitizers take ten times as long
#else
constexpr std::uint32_t kMonthDays = 30;
#endif
constexpr std::uint32_t kAgents = 500;
constexpr std::uint32_t kTeamSize = 10;
constexpr std::uint32_t kWorkingDays = 5;  // of seven
constexpr std::uint32_t kThief = 250;
constexpr std::uint32_t kCentreCustomers = 300'000;
constexpr std::uint32_t kStepMinutes = 2;  // of each agent's time; a contact begins in most of them
constexpr std::uint64_t kStepOfAgentsMs = kStepMinutes * 60'000;
constexpr std::uint32_t kShiftMinutes = 8 * 60;
constexpr std::uint32_t kContactsADay = 200;
constexpr std::array<std::uint32_t, 3> kShiftBegins{6 * 60, 10 * 60, 14 * 60};
// What a question about a trip needs.
constexpr auto kTaskFields = FieldSet::of(Field::kGivenName) | FieldSet::of(Field::kFamilyName) |
                             FieldSet::of(Field::kEmail) | FieldSet::of(Field::kPhone) |
                             FieldSet::of(Field::kLocator) | FieldSet::of(Field::kItinerary);
constexpr std::uint32_t kOpenAtOnce = 20;  // cases that an agent goes on with
// Of a hundred new contacts so many come by telephone, and in so many of these nothing proves them.
constexpr std::uint32_t kByTelephone = 20;
constexpr std::uint32_t kUnproven = 10;

class ContactCentre {
 public:
  explicit ContactCentre(std::uint64_t seed) : random_(seed) {
    for (std::uint32_t agent = 1; agent <= kAgents; ++agent) {
      PrincipalDetail facts;
      facts.number = agent;
      facts.team = 1 + agent / kTeamSize;
      facts.grown = true;
      facts.secrets = 1;
      apply(entry_of(EntryKind::kStaff, 0, wire::encode(facts)), CustomerNumber());
    }
  }

  void work(std::uint32_t days) {
    for (std::uint32_t day = 0; day < days; ++day) {
      thiefs_day_.clear();
      for (std::uint32_t minute = 0; minute < 24 * 60; minute += kStepMinutes) {
        now_ms_ += kStepOfAgentsMs;
        for (std::uint32_t agent = 1; agent <= kAgents; ++agent) {
          const bool at_work =
              (day + agent) % 7 < kWorkingDays && minute - kShiftBegins[agent % 3] < kShiftMinutes;
          if (!at_work) continue;
          if (agent == kThief)
            steal();
          else if (below(kShiftMinutes / kStepMinutes) < kContactsADay)
            contact(agent);
        }
      }
      thiefs_most_in_a_day = std::max(thiefs_most_in_a_day, thiefs_day_.size());
    }
  }
  std::uint64_t fingerprint() const { return state_.fingerprint(); }

  std::uint64_t contacts = 0, refused = 0, thiefs_refusals = 0;
  std::map<std::tuple<bool, std::string_view, std::string_view, std::string_view>, unsigned>
      refused_by;
  std::set<std::uint32_t> stolen_clear, stolen_masked;
  std::size_t thiefs_most_in_a_day = 0;

 private:
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  Entry entry_of(EntryKind kind, std::uint32_t agent, Bytes detail = {}) const {
    Entry entry;
    entry.kind = kind;
    entry.wall_ms = entry.keeper_ms = now_ms_;
    entry.principal = PrincipalNumber(agent);
    entry.face = Face::kDesk;
    entry.detail = std::move(detail);
    return entry;
  }
  void apply(const Entry& entry, CustomerNumber customer) {
    ASSERT_TRUE(state_.apply(entry, customer));
  }

  // The gate's answer, recorded when it is a yes.
  bool disclose(Entry entry, Column column, CustomerNumber customer) {
    const bool lookup = entry.kind == EntryKind::kLookup;
    const auto counted = lookup ? CustomerNumber() : customer;
    const auto charge =
        charge_of(state_, limits_, entry.principal, column, counted, entry, now_ms_);
    if (!charge) {
      ++refused_by[{entry.principal.value == kThief, name_of(column),
                    name_of(charge.error().holder), name_of(charge.error().horizon)}];
      return false;
    }
    entry.column = static_cast<std::uint8_t>(column);
    entry.charge = charge->bits;
    entry.weight = charge->weight;
    apply(entry, customer);
    return true;
  }
  bool look_up(std::uint32_t agent, CustomerNumber customer) {
    auto entry = entry_of(EntryKind::kLookup, agent);
    entry.grade = Grade::kExistence;
    const bool could_miss =
        charge_of(state_, limits_, entry.principal, Column::kMiss, {}, entry, now_ms_).has_value();
    return could_miss && disclose(std::move(entry), Column::kLookup, customer);
  }
  CaseNumber open_case(std::uint32_t agent, CustomerNumber customer, ContactProof proof) {
    auto entry = entry_of(EntryKind::kCase, agent,
                          wire::encode(CaseDetail{RequestType::kQuestion, CaseState::kOpen, proof,
                                                  agent, now_ms_, now_ms_}));
    entry.case_number = state_.next_case();
    apply(entry, customer);
    return entry.case_number;
  }
  bool show(std::uint32_t agent, CaseNumber number, Grade grade) {
    const auto access = access_to(state_, PrincipalNumber(agent), number, now_ms_);
    if (!access) return false;
    const auto purpose = grade == Grade::kMasked ? Purpose::kNone : Purpose::kService;
    const auto view = view_of(state_.policy(), Role::kAgent, access->contact, purpose);
    auto entry = entry_of(EntryKind::kReveal, agent);
    entry.grade = grade;
    entry.purpose = purpose;
    entry.case_number = number;
    entry.fields = grade == Grade::kMasked ? view.masked : view.clear & kTaskFields;
    return disclose(entry, column_of(Role::kAgent, access->contact, grade), access->row.customer);
  }

  void contact(std::uint32_t agent) {
    ++contacts;
    auto& open = open_cases_[agent];
    if (below(2) == 0 && !open.empty()) {  // the next message in a case that is open
      const auto number = open[open.size() - 1 - below(std::min(kOpenAtOnce, size_of(open)))];
      refused += static_cast<std::uint64_t>(!show(agent, number, Grade::kClear));
      return;
    }
    const CustomerNumber customer(1 + below(kCentreCustomers));
    auto proof = ContactProof::kClaimed;
    bool served = true;
    const bool by_telephone = below(100) < kByTelephone;
    if (by_telephone) {
      proof = below(100) < kUnproven ? ContactProof::kNone : ContactProof::kProven;
      served = look_up(agent, customer);
    }
    const auto number = open_case(agent, customer, proof);
    open.push_back(number);
    if (by_telephone) served = show(agent, number, Grade::kMasked) && served;
    served = show(agent, number, Grade::kClear) && served;
    refused += static_cast<std::uint64_t>(!served);
  }
  // As many strangers as the minute gives, and one more.
  void steal() {
    for (;;) {
      const CustomerNumber customer(1 + below(kCentreCustomers));
      const bool found = look_up(kThief, customer);
      const auto number = found ? open_case(kThief, customer, ContactProof::kNone) : CaseNumber();
      const bool masked = found && show(kThief, number, Grade::kMasked);
      const bool clear = found && show(kThief, number, Grade::kClear);
      if (masked) stolen_masked.insert(customer.value);
      if (clear) stolen_clear.insert(customer.value);
      if (clear) thiefs_day_.insert(customer.value);
      if (masked || clear) continue;
      ++thiefs_refusals;
      return;
    }
  }

  static std::uint32_t size_of(const std::vector<CaseNumber>& list) {
    return static_cast<std::uint32_t>(list.size());
  }

  std::mt19937_64 random_;
  State state_;
  std::array<std::vector<CaseNumber>, kAgents + 1> open_cases_;
  LimitsCache limits_;
  std::uint64_t now_ms_ = 1'767'225'600'000;
  std::set<std::uint32_t> thiefs_day_;
};

TEST(MonthOfAContactCentre, HonestWorkIsNeverRefusedAndAThiefIsBounded) {
  ContactCentre centre(2026);
  centre.work(kMonthDays);
  // 500 agents, five days of seven, but for the thief.
  EXPECT_GT(centre.contacts, kMonthDays * kAgents * kContactsADay * kWorkingDays / 7 * 9 / 10);
  EXPECT_EQ(centre.refused, 0u) << testing::PrintToString(centre.refused_by);
  const auto& budgets = default_policy().agent.budgets;
  EXPECT_LE(centre.stolen_clear.size(), budgets.clear_cold.month);
  EXPECT_LE(centre.thiefs_most_in_a_day, budgets.clear_cold.day);
  EXPECT_LE(centre.stolen_masked.size(), budgets.masked.month);
  EXPECT_GT(centre.stolen_clear.size(),
            std::min(budgets.clear_cold.month, budgets.clear_cold.day * kMonthDays / 3) / 2);
  EXPECT_GT(centre.thiefs_refusals, 0u);
}

TEST(MonthOfAContactCentre, IsTheSameForTheSameSeed) {
  constexpr std::uint32_t kDays = 1;
  ContactCentre one(1), again(1), other(2);
  for (auto* const centre : {&one, &again, &other}) centre->work(kDays);
  EXPECT_EQ(one.fingerprint(), again.fingerprint());
  EXPECT_NE(one.fingerprint(), other.fingerprint());
}

}  // namespace
}  // namespace bulkhead
