// Lookups, masked records, reveals and counts: everything that discloses a field or a customer's
// existence.
#include "crypto/encoding.h"
#include "keeper/handlers.h"
#include "vault/fields.h"
#include "vault/identifiers.h"

namespace bulkhead::handlers {
namespace {

// Adds the answer's values; a field that was asked and has none is told as empty, since that too is
// a disclosure.
void put_values(wire::RecordAnswer& answer, const Record& record, FieldSet fields, FieldSet masked,
                FieldSet young) {
  FieldSet told;
  for (const auto& value : record) {
    if (!fields.has(value.field) || answer.values.items.size() >= kRecordValuesMax) continue;
    const bool hide = masked.has(value.field);
    answer.values.items.push_back({static_cast<std::uint8_t>(value.field),
                                   value.item,
                                   hide,
                                   {hide ? mask(value.field, value.value) : value.value},
                                   young.has(value.field)});
    told = told | FieldSet::of(value.field);
  }
  for (const auto& info : kFields) {
    if ((fields - told).has(info.field) && answer.values.items.size() < kRecordValuesMax) {
      answer.values.items.push_back({static_cast<std::uint8_t>(info.field),
                                     0,
                                     masked.has(info.field),
                                     {},
                                     young.has(info.field)});
    }
  }
}

// Companions are customers of their own: naming them to somebody is a disclosure of theirs. They
// are found before the entry is written, which is safe since nothing leaves yet.
Result<std::vector<CustomerNumber>> companions_of(Keeper& keeper, CustomerNumber customer) {
  std::vector<CustomerNumber> found;
  for (const auto& value :
       TRY(keeper.parts().reader.open_fields(customer, FieldSet::of(Field::kCompanions)))) {
    std::uint32_t number = 0;
    for (const char c : value.value) {
      if (c >= '0' && c <= '9') {
        number = number * 10 + static_cast<std::uint32_t>(c - '0');
      } else if (number != 0) {
        found.emplace_back(number);
        number = 0;
      }
    }
    if (number != 0) found.emplace_back(number);
  }
  return found;
}

// A customer whose keys are there, to be read in a miss's stead.
CustomerNumber somebody(const Keeper& keeper) {
  CustomerNumber number(1);
  for (const auto& [erased, one] : keeper.state().erasures()) {
    if (erased != number.value || one.step != ErasureStep::kCarriedOut) break;
    ++number.value;
  }
  return number;
}

}  // namespace

Outcome over_budget(Keeper& keeper, const Call& call, const Asker& asker,
                    const BudgetRefusal& refusal, CaseNumber number, FieldSet fields) {
  const bool own = refusal.holder == Holder::kPerson || refusal.holder == Holder::kClient;
  return keeper.deny(call, asker, own ? Reason::kBudget : Reason::kHouseBudget, number, fields,
                     refusal.retry_after_s);
}

Outcome lookup(Keeper& keeper, const Call& call, const Asker& asker, const wire::Lookup& message) {
  const auto normalised = normalise(message.kind, message.value.value);
  if (!normalised) return Outcome::refuse(Reason::kMalformed);
  if (keeper.limits()
          .own(keeper.state(), asker.number, keeper.now_ms())
          .of(Column::kLookup, Horizon::kDay)
          .customers == 0) {
    return keeper.deny(call, asker, Reason::kRole);
  }
  // Charged before anything is resolved, and refused when a miss could no longer be paid for, so
  // that a refusal says nothing about who is there.
  auto entry = keeper.make_entry(EntryKind::kLookup, call, asker);
  entry.grade = Grade::kExistence;
  auto miss = entry;
  for (const auto column : {Column::kMiss, Column::kLookup}) {
    auto& charged = column == Column::kMiss ? miss : entry;
    if (const auto spent = keeper.spend(asker, column, CustomerNumber(), charged); !spent) {
      return over_budget(keeper, call, asker, spent.error(), CaseNumber(), {});
    }
  }
  const auto found = keeper.holder_of(message.kind, *normalised);
  if (!found) return Outcome::refuse(Reason::kLedger);
  if (*found && is_canary(keeper, **found)) return contain(keeper, call, asker, **found);
  const bool shown = *found && !keeper.state().is_erased(**found);
  const auto customer = shown ? *found : std::optional<CustomerNumber>();
  // A miss reads a customer too, so that time tells nothing.
  const auto named = keeper.name_customer(entry, customer.value_or(somebody(keeper)));
  wire::LookupAnswer answer;
  if (customer && named) {
    answer.customer = make_ref(keeper.parts().ring, *customer, asker.session->number);
    keeper.record(std::move(entry), *customer);
    return Outcome::with(answer);
  }
  entry.customer = Pseudonym();
  entry.reason = Reason::kNotThere;
  keeper.record(std::move(entry));
  return Outcome::with(answer);
}

Outcome masked(Keeper& keeper, const Call& call, const Asker& asker, const wire::Masked& message) {
  const auto access = keeper.access(asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error());
  const auto view =
      view_of(keeper.state().policy(), asker.facts.role, access->contact, Purpose::kNone);
  const auto fields = view.masked | view.clear;
  if (fields.empty()) return keeper.deny(call, asker, Reason::kRole, access->number);

  auto entry = keeper.make_entry(EntryKind::kReveal, call, asker);
  entry.grade = Grade::kMasked;
  entry.fields = fields;
  entry.case_number = access->number;
  const auto customer = access->row.customer;
  const auto person = keeper.name_customer(entry, customer);
  if (!person) return Outcome::refuse(Reason::kNotThere);
  const auto column = column_of(asker.facts.role, access->contact, Grade::kMasked);
  if (const auto spent = keeper.spend(asker, column, customer, entry); !spent) {
    return over_budget(keeper, call, asker, spent.error(), access->number, fields);
  }
  keeper.record(std::move(entry), customer);
  const auto young = keeper.state().contact_writes().young(customer, keeper.now_ms());
  return Outcome::run([person = *person, fields, young](ActContext& context) {
    const auto record = context.reader.open_fields(person, fields);
    if (!record) return refuse_with(Reason::kNotThere);
    wire::RecordAnswer answer;
    put_values(answer, *record, fields, fields, young);
    return answer_with(answer);
  });
}

Outcome reveal(Keeper& keeper, const Call& call, const Asker& asker, const wire::Reveal& message) {
  const auto fields = message.fields;
  if (fields.empty()) return Outcome::refuse(Reason::kMalformed);
  const auto access = keeper.access(asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error(), CaseNumber(), fields);
  const auto& policy = keeper.state().policy();
  if (!purpose_allowed(policy, asker.facts.role, message.purpose)) {
    return keeper.deny(call, asker, Reason::kPurpose, access->number, fields);
  }
  const auto customer = access->row.customer;
  auto view = view_of(policy, asker.facts.role, access->contact, message.purpose);
  // Beyond the grade of contact: as if it were proven, where an allowance says so.
  bool by_allowance = !(fields - view.clear).empty() && keeper.has_allowance(asker, customer);
  if (by_allowance)
    view = view_of(policy, asker.facts.role, ContactProof::kProven, message.purpose);
  if (!(fields - view.clear).empty())
    return keeper.deny(call, asker, Reason::kField, access->number, fields);

  auto entry = keeper.make_entry(EntryKind::kReveal, call, asker);
  entry.grade = Grade::kClear;
  entry.purpose = message.purpose;
  entry.fields = fields;
  entry.case_number = access->number;
  const auto person = keeper.name_customer(entry, customer);
  if (!person) return Outcome::refuse(Reason::kNotThere);
  std::vector<CustomerNumber> travelling;
  if (fields.has(Field::kCompanions)) {
    auto found = companions_of(keeper, customer);
    if (!found) return Outcome::refuse(Reason::kNotThere);
    travelling = std::move(*found);
    for (const auto companion : travelling) {
      if (is_canary(keeper, companion)) return contain(keeper, call, asker, companion);
    }
  }
  const auto column = column_of(asker.facts.role, access->contact, Grade::kClear);
  if (const auto spent = keeper.spend(asker, column, customer, entry, by_allowance); !spent) {
    return over_budget(keeper, call, asker, spent.error(), access->number, fields);
  }
  // Whatever it went by, its companions go by as well.
  by_allowance = !entry.detail.empty();
  keeper.record(entry, customer);
  std::vector<CustomerNumber> companions;
  for (const auto companion : travelling) {
    if (keeper.state().is_erased(companion)) continue;  // or about to be
    auto other = entry;
    other.grade = Grade::kExistence;
    other.fields = {};
    other.charge = other.weight = 0;
    other.detail.clear();
    if (!keeper.name_customer(other, companion)) continue;  // erased since
    // Past the budget or the allowance the list simply ends: whoever was recorded is shown.
    if (!keeper.spend(asker, Column::kLookup, companion, other, by_allowance)) break;
    keeper.record(std::move(other), companion);
    companions.push_back(companion);
  }

  const auto session = asker.session->number;
  const auto young = keeper.state().contact_writes().young(customer, keeper.now_ms());
  return Outcome::run([person = *person, fields, young, session, companions = std::move(companions),
                       &ring = keeper.parts().ring](ActContext& context) {
    const auto record =
        context.reader.open_fields(person, fields - FieldSet::of(Field::kCompanions));
    if (!record) return refuse_with(Reason::kNotThere);
    wire::RecordAnswer answer;
    put_values(answer, *record, fields - FieldSet::of(Field::kCompanions), {}, young);
    std::uint16_t item = 0;
    for (const auto companion : companions) {
      if (answer.values.items.size() >= kRecordValuesMax) break;
      answer.values.items.push_back({static_cast<std::uint8_t>(Field::kCompanions),
                                     item++,
                                     false,
                                     {to_hex(make_ref(ring, companion, session).bytes)},
                                     false});
    }
    if (fields.has(Field::kCompanions) && companions.empty() &&
        answer.values.items.size() < kRecordValuesMax) {
      answer.values.items.push_back({static_cast<std::uint8_t>(Field::kCompanions), 0, false, {}});
    }
    return answer_with(answer);
  });
}

Outcome count(Keeper& keeper, const Call& call, const Asker& asker, const wire::Count&) {
  const auto role = asker.facts.role;
  if (role != Role::kLead && role != Role::kAnalyst && role != Role::kPrivacyOfficer) {
    return keeper.deny(call, asker, Reason::kRole);
  }
  auto entry = keeper.make_entry(EntryKind::kCount, call, asker);
  entry.grade = Grade::kExistence;
  if (const auto spent = keeper.spend(asker, Column::kLookup, CustomerNumber(), entry); !spent) {
    return over_budget(keeper, call, asker, spent.error(), CaseNumber(), {});
  }
  keeper.record(std::move(entry));
  const auto rounded = [](std::uint32_t number) {
    return number < 10 ? 0 : (number + 5) / 10 * 10;
  };
  return Outcome::with(
      wire::CountAnswer{rounded(keeper.state().customers()), rounded(keeper.state().open_cases())});
}

}  // namespace bulkhead::handlers
