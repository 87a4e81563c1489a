#include "keeper/policy.h"

#include <initializer_list>

namespace bulkhead {
namespace {

FieldSet fields_of(FieldClass field_class) {
  FieldSet set;
  for (const auto& info : kFields) {
    if (info.field_class == field_class) set = set | FieldSet::of(info.field);
  }
  return set;
}
FieldSet fields_of(std::initializer_list<Field> fields) {
  FieldSet set;
  for (const auto field : fields) set = set | FieldSet::of(field);
  return set;
}
PurposeSet purposes_of(std::initializer_list<Purpose> purposes) {
  PurposeSet set;
  for (const auto purpose : purposes) set = set | PurposeSet::of(purpose);
  return set;
}

Budgets agent_budgets() {
  return {.lookup = {10, 100, 500, 8000, 1},
          .miss = {10, 30, 120, 1200, 1},
          .masked = {10, 80, 400, 6000, 45},
          .clear_cold = {3, 10, 40, 400, 10},
          .clear_contact = {6, 60, 300, 5000, 40},
          .write = {5, 10, 20, 200, 20}};
}
Budgets doubled(Budgets budgets) {
  for (auto* budget : {&budgets.lookup, &budgets.miss, &budgets.masked, &budgets.clear_cold,
                       &budgets.clear_contact}) {
    budget->minute *= 2;
    budget->hour *= 2;
    budget->day *= 2;
    budget->month *= 2;
  }
  return budgets;
}

RoleRule agent_rule() {
  const auto basic = fields_of(FieldClass::kBasic);
  const auto personal = fields_of(FieldClass::kPersonal);
  const auto message = FieldSet::of(Field::kMessage);
  return {.none = {.clear = basic, .masked = personal},
          .claimed = {.clear = basic | personal | message,
                      .masked = fields_of(FieldClass::kHigh) - message},
          .proven = {.clear = FieldSet::all() - FieldSet::of(Field::kCardToken), .masked = {}},
          .purposes = purposes_of({Purpose::kService, Purpose::kRefund}),
          .budgets = agent_budgets()};
}

template <class Rules>
auto& rule_in(Rules& policy, Role role) {
  switch (role) {
    case Role::kAgent:
      return policy.agent;
    case Role::kLead:
      return policy.lead;
    case Role::kAnalyst:
      return policy.analyst;
    case Role::kPrivacyOfficer:
      return policy.privacy_officer;
    case Role::kAdmin:
      return policy.admin;
    case Role::kClient:
      return policy.client;
    case Role::kAuditor:
      break;
  }
  return policy.auditor;
}

}  // namespace

std::uint32_t Budget::customers(Horizon horizon) const {
  switch (horizon) {
    case Horizon::kMinute:
      return minute;
    case Horizon::kHour:
      return hour;
    case Horizon::kDay:
      return day;
    case Horizon::kMonth:
      break;
  }
  return month;
}

const Budget& Budgets::of(Column column) const {
  switch (column) {
    case Column::kLookup:
      return lookup;
    case Column::kMiss:
      return miss;
    case Column::kMasked:
      return masked;
    case Column::kClearCold:
      return clear_cold;
    case Column::kClearContact:
      return clear_contact;
    case Column::kWrite:
      break;
  }
  return write;
}

const View& RoleRule::view(ContactProof contact) const {
  switch (contact) {
    case ContactProof::kProven:
      return proven;
    case ContactProof::kClaimed:
      return claimed;
    case ContactProof::kNone:
      break;
  }
  return none;
}

const RoleRule& Policy::rule(Role role) const { return rule_in(*this, role); }

Policy default_policy() {
  Policy policy;
  policy.agent = agent_rule();
  policy.lead = agent_rule();
  policy.lead.purposes = purposes_of({Purpose::kService, Purpose::kRefund, Purpose::kFraud});
  policy.lead.budgets = doubled(agent_budgets());

  const View basic_masked{.clear = {}, .masked = fields_of(FieldClass::kBasic)};
  policy.analyst = {.none = basic_masked,
                    .claimed = basic_masked,
                    .proven = basic_masked,
                    .purposes = purposes_of({Purpose::kFraud}),
                    .budgets = agent_budgets()};
  policy.analyst.budgets.clear_cold = {};
  policy.analyst.budgets.clear_contact = {};
  policy.analyst.budgets.write = {};

  const auto all = agent_rule().proven;
  policy.privacy_officer = {.none = all,
                            .claimed = all,
                            .proven = all,
                            .purposes = purposes_of({Purpose::kAccessRequest}),
                            .budgets = agent_budgets()};
  policy.admin.purposes = purposes_of({Purpose::kAdministration});

  // A client sees what its event grant is about, whoever set the event off.
  const View event{
      .clear = fields_of(FieldClass::kBasic) |
               fields_of({Field::kEmail, Field::kPhone, Field::kLocator, Field::kItinerary}),
      .masked = {}};
  policy.client = {.none = event,
                   .claimed = event,
                   .proven = event,
                   .purposes = purposes_of({Purpose::kService}),
                   .budgets = {}};
  policy.client.budgets.clear_contact = {25, 120, 600, 10000, 20};

  policy.bound_fields.items.push_back({.field = static_cast<std::uint8_t>(Field::kIban),
                                       .purposes = PurposeSet::of(Purpose::kRefund)});
  return policy;
}

bool purpose_allowed(const Policy& policy, Role role, Purpose purpose) {
  return policy.rule(role).purposes.has(purpose);
}

View view_of(const Policy& policy, Role role, ContactProof contact, Purpose purpose) {
  const auto& rule = policy.rule(role);
  auto view = rule.view(contact);
  if (purpose == Purpose::kNone) return {.clear = {}, .masked = view.clear | view.masked};
  if (!rule.purposes.has(purpose)) return {};
  for (const auto& bound : policy.bound_fields.items) {
    const auto field = FieldSet::of(static_cast<Field>(bound.field)) & view.clear;
    if (bound.purposes.has(purpose)) continue;
    view.clear = view.clear - field;
    view.masked = view.masked | field;
  }
  return view;
}

Visibility visibility(const Policy& policy, Role role, ContactProof contact, Purpose purpose,
                      Field field) {
  const auto view = view_of(policy, role, contact, purpose);
  if (view.clear.has(field)) return Visibility::kClear;
  return view.masked.has(field) ? Visibility::kMasked : Visibility::kNothing;
}

Column column_of(Role role, ContactProof contact, Grade grade) {
  if (grade != Grade::kClear) return grade == Grade::kMasked ? Column::kMasked : Column::kLookup;
  const bool in_touch = role == Role::kClient || contact != ContactProof::kNone;
  return in_touch ? Column::kClearContact : Column::kClearCold;
}

}  // namespace bulkhead
