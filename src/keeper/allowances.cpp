#include "keeper/allowances.h"

#include <algorithm>

#include "base/clock.h"

namespace bulkhead {
namespace {

constexpr Error kNoNextStep{ErrorCode::kMalformed, "no next step of an allowance"};

bool is_history(const Allowance& one, std::uint64_t keeper_ms) {
  if (one.kind == AllowanceKind::kApproval) return one.expires_ms <= keeper_ms;
  return one.step == AllowanceStep::kReviewed && one.made_ms + kMsPerDay <= keeper_ms;
}

}  // namespace

bool Allowance::covers(CustomerNumber shown) const {
  if (people == 1) return shown == customer;
  return std::ranges::find(used, shown) != used.end() || used.size() < people;
}

Status Allowances::apply(const Entry& entry, PrincipalNumber assignee, CustomerNumber customer) {
  const auto detail = TRY(wire::decode<AllowanceDetail>(entry.detail));
  std::erase_if(all_, [&](const auto& one) { return is_history(one.second, entry.keeper_ms); });
  const bool approval = detail.kind == AllowanceKind::kApproval;
  if (detail.step == (approval ? AllowanceStep::kAsked : AllowanceStep::kTaken)) {
    if (detail.number <= last_ || detail.people == 0) return std::unexpected(kNoNextStep);
    last_ = detail.number;
    all_[detail.number] = {detail.kind,
                           detail.step,
                           detail.people,
                           entry.principal,
                           entry.session,
                           entry.case_number,
                           assignee,
                           customer,
                           PrincipalNumber(),
                           entry.keeper_ms,
                           detail.expires_keeper_ms,
                           {}};
    return {};
  }
  const auto at = all_.find(detail.number);
  if (at == all_.end() || at->second.kind != detail.kind) return std::unexpected(kNoNextStep);
  auto& one = at->second;
  if (approval && detail.step == AllowanceStep::kRefused) {
    all_.erase(at);
    return {};
  }
  if (detail.step != (approval ? AllowanceStep::kGiven : AllowanceStep::kReviewed))
    return std::unexpected(kNoNextStep);
  one.step = detail.step;
  one.decided_by = entry.principal;
  one.expires_ms = detail.expires_keeper_ms;
  return {};
}

Result<PrincipalNumber> Allowances::use(std::uint32_t number, CustomerNumber customer) {
  const auto at = all_.find(number);
  if (at == all_.end() || !customer) return std::unexpected(kNoNextStep);
  auto& one = at->second;
  if (std::ranges::find(one.used, customer) == one.used.end()) one.used.push_back(customer);
  return one.decided_by;
}

const Allowance* Allowances::find(std::uint32_t number) const {
  const auto at = all_.find(number);
  return at == all_.end() ? nullptr : &at->second;
}

}  // namespace bulkhead
