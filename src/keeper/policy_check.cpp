#include "keeper/policy.h"
#include "wire/proof.h"

namespace bulkhead {
namespace {

Status check_rule(const RoleRule& rule) {
  for (const auto* view : {&rule.none, &rule.claimed, &rule.proven}) {
    if (!view->clear.valid() || !view->masked.valid())
      return fail(ErrorCode::kMalformed, "view of unknown fields");
    if (!(view->clear & view->masked).empty())
      return fail(ErrorCode::kMalformed, "field both clear and masked");
  }
  if (!rule.purposes.valid() || rule.purposes.has(Purpose::kNone)) {
    return fail(ErrorCode::kMalformed, "role with an unknown purpose");
  }
  for (const auto column : kAllColumns) {
    const auto& budget = rule.budgets.of(column);
    if (budget.minute > budget.hour || budget.hour > budget.day || budget.day > budget.month) {
      return fail(ErrorCode::kMalformed, "budget that shrinks over a longer horizon");
    }
  }
  return {};
}

// A field may stand in a list once and has to exist; lists are in rising order, so that a policy
// has one encoding.
template <class List>
bool well_ordered(const List& list) {
  int last = -1;
  for (const auto& item : list.items) {
    if (info_of(static_cast<Field>(item.field)) == nullptr || item.field <= last) return false;
    last = item.field;
  }
  return true;
}

Status check_shared(const SharedRule& shared) {
  if (shared.largest_part == 0 || shared.team_times == 0)
    return fail(ErrorCode::kMalformed, "shared budget of nothing");
  if (shared.house_percent == 0 || shared.house_percent > 1000) {
    return fail(ErrorCode::kMalformed, "house_percent is not between 1 and 1000");
  }
  if (shared.reserved_percent >= 100)
    return fail(ErrorCode::kMalformed, "reserved_percent is not below 100");
  if (shared.face_percent == 0 || shared.face_percent > 100) {
    return fail(ErrorCode::kMalformed, "face_percent is not between 1 and 100");
  }
  if (shared.minute_tenths > 10 || shared.day_tenths < 10 ||
      shared.month_tenths < shared.day_tenths) {
    return fail(ErrorCode::kMalformed, "house budget that shrinks over a longer horizon");
  }
  return {};
}

}  // namespace

Status check_policy(const Policy& policy) {
  for (const auto role : kAllRoles) TRY_STATUS(check_rule(policy.rule(role)));
  if (policy.weight_basic == 0 || policy.weight_personal == 0 || policy.weight_high == 0) {
    return fail(ErrorCode::kMalformed, "field class without weight");
  }
  if (!well_ordered(policy.weights) || !well_ordered(policy.bound_fields)) {
    return fail(ErrorCode::kMalformed, "list of fields out of order or outside the catalogue");
  }
  for (const auto& item : policy.weights.items) {
    if (item.weight == 0) return fail(ErrorCode::kMalformed, "field without weight");
  }
  for (const auto& item : policy.bound_fields.items) {
    if (!item.purposes.valid())
      return fail(ErrorCode::kMalformed, "field bound to an unknown purpose");
  }
  TRY_STATUS(check_shared(policy.shared));
  if (policy.growth_start_percent == 0 || policy.growth_start_percent > 100) {
    return fail(ErrorCode::kMalformed, "growth does not start between 1 and 100 percent");
  }
  const auto& session = policy.session;
  if (session.lanes == 0 || session.lanes > wire::kLanesMax) {
    return fail(ErrorCode::kMalformed, "lanes are not between 1 and 8");
  }
  if (session.idle_s == 0 || session.idle_s > session.absolute_s) {
    return fail(ErrorCode::kMalformed, "session that is idle longer than it lasts");
  }
  if (policy.number.value == 0) return fail(ErrorCode::kMalformed, "policy without a number");
  if (wire::encode(policy).size() > kPolicyBytesMax)
    return fail(ErrorCode::kTooLarge, "policy beyond its size");
  return {};
}

}  // namespace bulkhead
