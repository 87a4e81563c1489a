// Canaries: made-up customers who look like any other and about whom nobody has any work. Whoever
// is about to be shown anything of one is contained before the answer is made (decisions/0013).
#include <algorithm>

#include "base/log.h"
#include "keeper/handlers.h"

namespace bulkhead::handlers {
namespace {

// The sealed row of a canary: what admins wrote down about it.
struct NoteRow {
  wire::Text<wire::kCanaryNoteBytesMax> note;
  WIRE_MEMBERS(note)
};

// Everybody may be found by one of these.
constexpr auto kIdentifiers = FieldSet::of(Field::kEmail) | FieldSet::of(Field::kPhone) |
                              FieldSet::of(Field::kFrequentFlyer) | FieldSet::of(Field::kLocator) |
                              FieldSet::of(Field::kTicket);

// A record that looks like a customer's; companions would be somebody real.
bool looks_like_a_customer(const CheckedRecord& record) {
  FieldSet fields;
  for (const auto& value : record.values()) fields = fields | FieldSet::of(value.field);
  return !(fields & kIdentifiers).empty() && fields.has(Field::kFamilyName) &&
         !fields.has(Field::kCompanions);
}

void record_canary(Keeper& keeper, const Call& call, const CanaryDetail& detail,
                   CustomerNumber customer) {
  auto entry = keeper.make_entry(EntryKind::kContainment, call);
  entry.principal = call.channel->operator_number;
  entry.detail = wire::encode(detail);
  keeper.record(std::move(entry), customer);
}

Outcome add_canary(Keeper& keeper, const Call& call, const wire::Canary& message) {
  if (keeper.state().canaries().all().size() >= wire::kCanariesMax)
    return Outcome::refuse(Reason::kTooMany);
  std::uint8_t field = kNoFieldAtFault;
  auto record = record_of(message.values.items, field);
  if (!record || !looks_like_a_customer(*record)) return Outcome::refuse(Reason::kMalformed);
  struct Work {
    CheckedRecord record;
    CustomerNumber customer;
    bool stored = false;
  };
  auto work = std::make_shared<Work>(Work{std::move(*record), {}, false});
  const auto number = keeper.take_canary_number();
  const RowWrite row{static_cast<std::uint8_t>(RowKind::kCanary), number, 0,
                     wire::encode(NoteRow{message.note}), false};
  const Call later{call.channel, call.head, {}};
  const bool queued = keeper.on_lane(
      keeper.parts().writer_lane,
      [&vault = keeper.parts().vault, work, row] {
        // The writer lane alone gives customers their numbers, one job after the other.
        work->customer = vault.next_customer_number();
        const NewCustomer one{work->customer, std::move(work->record)};
        work->stored = vault.write_rows({&row, 1}, vault.applied_index()).has_value() &&
                       vault.add_customers({&one, 1}).has_value();
      },
      [&keeper, later, work, number] {
        if (!work->stored) return keeper.answer_later(later, Outcome::refuse(Reason::kLedger));
        record_canary(keeper, later, {CanaryStep::kAdded, number, 0, 0}, work->customer);
        wire::CanaryAnswer answer;
        answer.canaries.items.emplace_back().number = number;
        keeper.answer_later(later, Outcome::with(answer));
      });
  return queued ? Outcome::answered_later() : Outcome::refuse(Reason::kTooMany, 5);
}

Outcome remove_canary(Keeper& keeper, const Call& call, const wire::Canary& message) {
  const auto customer = keeper.state().canaries().customer_of(message.number);
  if (!customer) return Outcome::refuse(Reason::kNotThere);
  record_canary(keeper, call, {CanaryStep::kRemoved, message.number, 0, 0}, *customer);
  keeper.erase_canary(*customer, call.channel->operator_number);
  keeper.parts().writer_lane.submit([&vault = keeper.parts().vault, number = message.number] {
    const RowWrite row{static_cast<std::uint8_t>(RowKind::kCanary), number, 0, {}, true};
    if (!vault.write_rows({&row, 1}, vault.applied_index()))
      log_warning("the note about a canary that is gone was not removed");
  });
  return Outcome::with(wire::Done{});
}

Outcome release(Keeper& keeper, const Call& call, const wire::Canary& message) {
  const auto number = keeper.directory().find(message.name.value);
  const auto& contained = keeper.state().canaries().contained();
  const auto at = number ? contained.find(number->value) : contained.end();
  if (at == contained.end()) return Outcome::refuse(Reason::kNotThere);
  const CanaryDetail detail{CanaryStep::kReleased, at->second.canary, at->first, at->second.cause};
  record_canary(keeper, call, detail, CustomerNumber());
  return Outcome::with(wire::Done{});
}

Outcome list_canaries(Keeper& keeper) {
  wire::CanaryAnswer answer;
  for (const auto& [customer, one] : keeper.state().canaries().all()) {
    if (answer.canaries.items.size() == wire::kCanariesMax) break;
    const auto row =
        keeper.parts().reader.row(static_cast<std::uint8_t>(RowKind::kCanary), one.number);
    const auto note = row ? wire::decode<NoteRow>(row->bytes) : std::unexpected(row.error());
    answer.canaries.items.push_back({one.number,
                                     note ? note->note : wire::Text<wire::kCanaryNoteBytesMax>(),
                                     {keeper.directory().name_of(one.by)},
                                     one.since_ms,
                                     one.touches});
  }
  std::ranges::sort(answer.canaries.items, {}, &wire::CanaryRow::number);
  for (const auto& [principal, one] : keeper.state().canaries().contained()) {
    if (answer.contained.items.size() == wire::kContainedRowsMax) break;
    answer.contained.items.push_back(
        {{keeper.directory().name_of(PrincipalNumber(principal))}, one.canary, one.cause});
  }
  return Outcome::with(answer);
}

}  // namespace

Outcome canary(Keeper& keeper, const Call& call, const wire::Canary& message) {
  switch (message.act) {
    case wire::CanaryAct::kAdd:
      return add_canary(keeper, call, message);
    case wire::CanaryAct::kRemove:
      return remove_canary(keeper, call, message);
    case wire::CanaryAct::kRelease:
      return release(keeper, call, message);
    case wire::CanaryAct::kList:
      break;
  }
  return list_canaries(keeper);
}

bool is_canary(const Keeper& keeper, CustomerNumber customer) {
  return !keeper.parts().without.canary && keeper.state().canaries().find(customer) != nullptr;
}

std::optional<CustomerNumber> canary_of(const Keeper& keeper, const CaseId& id) {
  if (keeper.state().canaries().all().empty()) return std::nullopt;
  const auto number = keeper.case_number(id);
  if (!number) return std::nullopt;
  const auto customer = keeper.state().find_case(*number)->customer;
  return is_canary(keeper, customer) ? std::optional(customer) : std::nullopt;
}

Outcome contain(Keeper& keeper, const Call& call, const Asker& asker, CustomerNumber canary) {
  const auto who = asker.number;
  const auto number = keeper.state().canaries().find(canary)->number;
  // Neither entry has the pseudonym: beside each other they would tell whose it is.
  auto touch = keeper.make_entry(EntryKind::kDenied, call, asker);
  touch.reason = Reason::kRevoked;
  touch.detail = wire::encode(CountDetail{1, call.head.op});
  auto entry = keeper.make_entry(EntryKind::kContainment, call, asker);
  entry.reason = Reason::kRevoked;
  keeper.record(std::move(touch), canary);
  const auto cause = keeper.state().entries() - 1;
  entry.detail = wire::encode(CanaryDetail{CanaryStep::kTouched, number, who.value, cause});
  keeper.record(std::move(entry), canary);
  if (asker.is_client()) {
    auto revoked = keeper.make_entry(EntryKind::kClient, call, asker);
    auto facts = asker.facts;
    facts.disabled = true;
    revoked.detail = wire::encode(facts);
    keeper.record(std::move(revoked));
  }
  for (const auto& id : keeper.sessions().of(who)) keeper.end_session(id, Reason::kRevoked);
  log_warning("a canary was touched: entry {} says by whom, and they are contained", cause);
  return Outcome::refuse(Reason::kExpired);
}

}  // namespace bulkhead::handlers
