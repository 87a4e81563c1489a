// Allowances: what one session may see beyond contact grade and own budget, since a lead gave it
// (approval) or since it was taken in an emergency and is reviewed afterwards (break-glass). They
// must never widen a case's grant nor what team, face and house share. Owned by keeper, part of the
// State; handlers_allowance.cpp decides who may ask and give.
#pragma once

#include <map>
#include <vector>

#include "keeper/details.h"
#include "keeper/state_codec.h"

namespace bulkhead {

inline constexpr std::uint64_t kAllowanceMs = 3'600'000;  // to be given, then to be used
inline constexpr std::uint8_t kBreakGlassPeople = 20;
inline constexpr std::size_t kBreakGlassLiveMax = 2;      // in the house
inline constexpr std::size_t kBreakGlassADayMax = 2;      // of one person, each reviewed
inline constexpr std::size_t kApprovalsPerPersonMax = 4;  // asked for or given, at once

struct Allowance {
  AllowanceKind kind{};
  AllowanceStep step{};
  std::uint8_t people = 0;
  PrincipalNumber by;
  SessionNumber session;
  CaseNumber case_number;
  PrincipalNumber assignee;      // the case's, when it was made
  CustomerNumber customer;       // the case's
  PrincipalNumber decided_by;    // who gave or reviewed it; 0: nobody
  std::uint64_t made_ms = 0;     // keeper time
  std::uint64_t expires_ms = 0;  // keeper time
  std::vector<CustomerNumber> used;

  // Whether showing this customer fits: one more of so many people, or one of them already. An
  // allowance for one is for the customer of its case.
  bool covers(CustomerNumber shown) const;

  FOLDED_MEMBERS(kind, step, people, by, session, case_number, assignee, customer, decided_by,
                 made_ms, expires_ms, used)
};

class Allowances {
 public:
  // An entry of kind kAllowance; `assignee` of its case. kMalformed when it is no next step.
  Status apply(const Entry& entry, PrincipalNumber assignee, CustomerNumber customer);
  // A disclosure by this allowance. Answers who approved it: nobody for break-glass. kMalformed.
  Result<PrincipalNumber> use(std::uint32_t number, CustomerNumber customer);

  const Allowance* find(std::uint32_t number) const;
  // Approvals until they expire; break-glass until it is reviewed and a day has passed.
  const std::map<std::uint32_t, Allowance>& all() const { return all_; }
  std::uint32_t next_number() const { return last_ + 1; }

  FOLDED_MEMBERS(all_, last_)

 private:
  std::map<std::uint32_t, Allowance> all_;
  std::uint32_t last_ = 0;
};

}  // namespace bulkhead
