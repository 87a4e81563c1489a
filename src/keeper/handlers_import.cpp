// Records coming in: imported customers, and the cases with which a demo or drill directory starts.
#include "base/log.h"
#include "keeper/handlers.h"

namespace bulkhead::handlers {

Outcome import(Keeper& keeper, const Call& call, const wire::Import& message) {
  if (const auto before = keeper.state().last_batch(message.job, message.batch)) {
    wire::ImportAnswer answer;
    answer.first_customer = before->first_customer;
    answer.taken = before->customers;
    answer.repeated = true;
    return Outcome::with(answer);
  }
  auto batch = std::make_shared<ImportBatch>();
  batch->message = message;
  batch->erased = keeper.state().erased_rows(message.job, message.batch);
  keeper.parts().imports.add(batch);
  const Call later{call.channel, call.head, {}};
  const bool queued = keeper.on_lane(
      keeper.parts().writer_lane,
      [&imports = keeper.parts().imports, &vault = keeper.parts().vault] { imports.drain(vault); },
      [&keeper, later, batch] {
        if (!batch->done || !batch->stored)
          return keeper.answer_later(later, Outcome::refuse(Reason::kLedger));
        auto entry = keeper.make_entry(EntryKind::kImport, later);
        entry.principal = later.channel->operator_number;
        entry.detail =
            wire::encode(ImportDetail{batch->message.job, batch->message.batch,
                                      batch->answer.first_customer, batch->answer.taken});
        keeper.record(std::move(entry));
        keeper.answer_later(later, Outcome::with(batch->answer));
      });
  return queued ? Outcome::answered_later() : Outcome::refuse(Reason::kTooMany, 5);
}

Outcome seed_cases(Keeper& keeper, const Call& call, const wire::SeedCases& message) {
  if (!keeper.parts().demo) return Outcome::refuse(Reason::kRole);
  const auto& state = keeper.state();
  for (const auto& seed : message.cases.items) {
    const bool known =
        seed.customer != 0 && seed.customer <= state.last_customer().value &&
        (seed.assignee == 0 || state.principal(PrincipalNumber(seed.assignee)) != nullptr);
    if (!known) return Outcome::refuse(Reason::kNotThere);
  }
  wire::SeedCasesAnswer answer;
  answer.first_case = state.next_case().value;
  std::vector<NewMessage> messages;
  for (const auto& seed : message.cases.items) {
    const auto number = state.next_case();
    const Case row{CustomerNumber(seed.customer),
                   PrincipalNumber(seed.assignee),
                   seed.opened_ms,
                   seed.opened_ms,
                   seed.type,
                   seed.state,
                   seed.contact};
    auto entry = keeper.make_entry(EntryKind::kCase, call);
    entry.principal = call.channel->operator_number;
    if (!record_case(keeper, std::move(entry), number, row))
      return Outcome::refuse(Reason::kNotThere);
    answer.ids.items.push_back(keeper.case_id(number));
    for (const auto& one : seed.messages.items) {
      messages.push_back({number, row.customer, one.created_ms, one.direction, one.text.value});
    }
  }
  return Outcome::run(
      [answer = std::move(answer), messages = std::move(messages)](ActContext& context) {
        if (!messages.empty() && !context.writer->add_messages(messages))
          return refuse_with(Reason::kLedger);
        return answer_with(answer);
      },
      Lane::kWriter);
}

Outcome set_contact(Keeper& keeper, const Call& call, const wire::SetContact& message) {
  if (!keeper.parts().demo) return Outcome::refuse(Reason::kRole);
  const auto number = keeper.case_number(message.id);
  if (!number) return Outcome::refuse(Reason::kNotThere);
  auto row = *keeper.state().find_case(*number);
  row.contact = message.contact;
  row.changed_ms = keeper.wall_ms();
  auto entry = keeper.make_entry(EntryKind::kCase, call);
  entry.principal = call.channel->operator_number;
  if (!record_case(keeper, std::move(entry), *number, row))
    return Outcome::refuse(Reason::kNotThere);
  return Outcome::with(wire::Done{});
}

}  // namespace bulkhead::handlers
