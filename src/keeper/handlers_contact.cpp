// Changes of contact fields: charged to a budget of their own, recorded before they are done, and
// worth nothing as a proof until three days have passed (security rules, section 5).
#include <algorithm>

#include "keeper/handlers.h"
#include "vault/fields.h"

namespace bulkhead::handlers {
namespace {

struct AskedChange {
  FieldSet fields;
  CheckedRecord values;
};

// Each field once, all of contact, every value as the catalogue wants it.
Result<AskedChange> read_change(const wire::ChangeContact& message) {
  AskedChange change;
  Record values;
  for (const auto& one : message.changes.items) {
    const auto* const info = info_of(static_cast<Field>(one.field));
    const bool fits = info != nullptr && !change.fields.has(info->field) &&
                      compartment_of(info->field) == Compartment::kContact;
    if (!fits) return fail(ErrorCode::kMalformed, "not a set of contact fields");
    change.fields = change.fields | FieldSet::of(info->field);
    if (!one.value.value.empty()) values.push_back({info->field, 0, one.value.value});
  }
  if (change.fields.empty()) return fail(ErrorCode::kMalformed, "nothing to change");
  change.values = TRY(check_record(std::move(values)));
  return change;
}

// On the writer lane, whose reader looks at what is there now. 0: not known.
std::uint32_t version_that_stands(VaultReader& reader, CustomerNumber customer) {
  const auto person = reader.person(customer);
  if (!person) return 0;
  return reader.compartment_version(*person, Compartment::kContact).value_or(0);
}

}  // namespace

Outcome change_contact(Keeper& keeper, const Call& call, const Asker& asker,
                       const wire::ChangeContact& message) {
  auto change = read_change(message);
  if (!change) return Outcome::refuse(Reason::kMalformed);
  const auto fields = change->fields;
  const auto access = keeper.access(asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error(), CaseNumber(), fields);
  const auto& own = keeper.limits().own(keeper.state(), asker.number, keeper.now_ms());
  if (own.of(Column::kWrite, Horizon::kDay).customers == 0)
    return keeper.deny(call, asker, Reason::kRole, access->number, fields);

  auto entry = keeper.make_entry(EntryKind::kWrite, call, asker);
  entry.purpose = Purpose::kService;
  entry.fields = fields;
  entry.case_number = access->number;
  const auto customer = access->row.customer;
  const auto person = keeper.name_customer(entry, customer);
  if (!person) return Outcome::refuse(Reason::kNotThere);
  const auto stored = keeper.parts().reader.compartment_version(*person, Compartment::kContact);
  if (!stored) return Outcome::refuse(Reason::kNotThere);
  if (const auto spent = keeper.spend(asker, Column::kWrite, customer, entry); !spent)
    return over_budget(keeper, call, asker, spent.error(), access->number, fields);

  const auto version = keeper.state().contact_writes().next_version(customer, *stored);
  const auto young = fields & kChannelFields;
  const auto young_until_ms = young.empty() ? 0 : keeper.now_ms() + kYoungMs;
  entry.detail =
      wire::encode(WriteDetail{WriteStep::kBegun, static_cast<std::uint8_t>(Compartment::kContact),
                               version, 0, young_until_ms});
  keeper.record(std::move(entry), customer);

  const wire::ChangeContactAnswer answer{version, young,
                                         young.empty() ? 0 : keeper.wall_ms() + kYoungMs};
  const CompartmentChange job{customer, Compartment::kContact, version, fields,
                              std::move(change->values)};
  return Outcome::run(
      [job, answer, &keeper](ActContext& context) {
        const auto changed = context.writer->change_compartment(job);
        const auto stands =
            changed ? job.version : version_that_stands(context.reader, job.customer);
        if (stands != 0) {
          keeper.parts().mailbox.post(
              [&keeper, customer = job.customer, version = job.version, stands] {
                keeper.end_contact_write(customer, version, stands);
              });
        }
        if (changed) return answer_with(answer);
        const bool shared = changed.error().code == ErrorCode::kConflict;
        return refuse_with(shared ? Reason::kState : Reason::kLedger);
      },
      Lane::kWriter);
}

}  // namespace bulkhead::handlers
