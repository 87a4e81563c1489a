// Messages of a case: sealed free text in and out. For auditors: the published files of the ledger,
// and openings of its entries.
#include <algorithm>

#include "keeper/handlers.h"
#include "vault/content_scan.h"

namespace bulkhead::handlers {
namespace {
constexpr std::size_t kMessagesShown = 100;
constexpr std::size_t kAnswerTextBytesMax = 4u << 20;
}  // namespace

Outcome list_messages(Keeper& keeper, const Call& call, const Asker& asker,
                      const wire::ListMessages& message) {
  constexpr auto kText = FieldSet::of(Field::kMessage);
  const auto access = keeper.access(asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error(), CaseNumber(), kText);
  const auto customer = access->row.customer;
  const auto& policy = keeper.state().policy();
  auto view = view_of(policy, asker.facts.role, access->contact, Purpose::kService);
  const bool by_allowance =
      !view.clear.has(Field::kMessage) && keeper.has_allowance(asker, customer);
  if (by_allowance)
    view = view_of(policy, asker.facts.role, ContactProof::kProven, Purpose::kService);
  if (!view.clear.has(Field::kMessage))
    return keeper.deny(call, asker, Reason::kField, access->number, kText);
  auto heads = keeper.parts().reader.message_heads(access->number, kMessagesShown);
  if (!heads) return Outcome::refuse(Reason::kNotThere);
  // Internal notes are a field of their own, which policy may keep from who may read messages.
  const auto is_note = [](const MessageHead& head) { return head.direction == Direction::kNote; };
  const auto newest = heads->empty() ? 0 : heads->back().id;
  const auto read = heads->size();
  const bool with_notes = view.clear.has(Field::kNote);
  if (!with_notes) std::erase_if(*heads, is_note);
  const bool has_notes = std::ranges::any_of(*heads, is_note);

  auto entry = keeper.make_entry(EntryKind::kReveal, call, asker);
  entry.grade = Grade::kClear;
  entry.purpose = Purpose::kService;
  entry.fields = has_notes ? kText | FieldSet::of(Field::kNote) : kText;
  entry.case_number = access->number;
  for (const auto& head : *heads) entry.tags.bits |= head.tags.bits;
  if (!keeper.name_customer(entry, customer)) return Outcome::refuse(Reason::kNotThere);
  const auto column = column_of(asker.facts.role, access->contact, Grade::kClear);
  if (const auto spent = keeper.spend(asker, column, customer, entry, by_allowance); !spent) {
    return keeper.deny(call, asker, Reason::kBudget, access->number, kText,
                       spent.error().retry_after_s);
  }
  keeper.record(std::move(entry), customer);

  return Outcome::run([number = access->number, read, newest, with_notes](ActContext& context) {
    // Exactly what was recorded: a message that arrived since is for the next request.
    auto messages = context.reader.messages(number, read, newest);
    if (!messages) return refuse_with(Reason::kNotThere);
    wire::MessagesAnswer answer;
    std::size_t bytes = 0;
    for (auto& one : *messages) {
      if (!with_notes && one.head.direction == Direction::kNote) continue;
      bytes += one.text.size();
      if (bytes > kAnswerTextBytesMax) break;
      answer.rows.items.push_back(
          {one.head.created_ms, one.head.direction, one.head.tags, {std::move(one.text)}});
    }
    return answer_with(answer);
  });
}

Outcome add_message(Keeper& keeper, const Call& call, const Asker& asker,
                    const wire::AddMessage& message) {
  if (auto refusal = too_fast(keeper, call, asker)) return std::move(*refusal);
  const auto access = keeper.access(asker, message.id);
  if (!access) return keeper.deny(call, asker, access.error());
  if (asker.is_client() && message.direction != Direction::kFromCustomer) {
    return keeper.deny(call, asker, Reason::kRole, access->number);
  }
  const auto scanned = scan_text(message.text.value);
  if (!scanned || message.text.value.empty()) return Outcome::refuse(Reason::kMalformed);

  auto entry = keeper.make_entry(EntryKind::kIntake, call, asker);
  entry.purpose = Purpose::kService;
  entry.fields =
      FieldSet::of(message.direction == Direction::kNote ? Field::kNote : Field::kMessage);
  entry.tags = scanned->tags;
  entry.case_number = access->number;
  const auto customer = access->row.customer;
  if (!keeper.name_customer(entry, customer)) return Outcome::refuse(Reason::kNotThere);
  NewMessage row{access->number, customer, entry.wall_ms, message.direction, message.text.value};
  keeper.record(std::move(entry), customer);

  return Outcome::run(
      [row = std::move(row)](ActContext& context) {
        return context.writer->add_message(row) ? answer_with(wire::Done{})
                                                : refuse_with(Reason::kLedger);
      },
      Lane::kWriter);
}

std::optional<PrincipalNumber> auditor_of(Keeper& keeper, const std::array<std::uint8_t, 32>& token,
                                          const wire::NetworkAddress& network) {
  const auto auditor = keeper.directory().find_token(token);
  const auto* principal = auditor ? keeper.state().principal(*auditor) : nullptr;
  const bool fits =
      principal != nullptr && !principal->facts.disabled && in_network(principal->facts, network);
  return fits ? auditor : std::nullopt;
}

Outcome read_ledger(Keeper& keeper, const Call& call, const wire::ReadLedger& message) {
  if (!auditor_of(keeper, message.token, message.network)) {
    keeper.record_unknown(call, EntryKind::kDenied, Reason::kNoSession, NetworkNumber());
    return Outcome::refuse(Reason::kNoSession);
  }
  // The published files hold no personal data, so reading them is no entry: they may be mirrored by
  // anybody.
  return Outcome::run([message, &ledger = keeper.parts().ledger](ActContext&) {
    Result<Bytes> bytes = fail(ErrorCode::kMalformed, "no such file");
    if (message.what == 0) {
      const auto text = ledger.checkpoint_text();
      bytes = Bytes(text.begin(), text.end());
    } else if (message.what == 1) {
      bytes = ledger.tile(message.level, message.index, message.width);
    } else if (message.what == 2) {
      bytes = ledger.bundle(message.index, message.width);
    }
    if (!bytes) return refuse_with(Reason::kNotThere);
    return answer_with(wire::ReadLedgerAnswer{{std::string(text_of(*bytes))}});
  });
}

Outcome read_opening(Keeper& keeper, const Call& call, const wire::ReadOpening& message) {
  const auto auditor = auditor_of(keeper, message.token, message.network);
  if (!auditor) {
    keeper.record_unknown(call, EntryKind::kDenied, Reason::kNoSession, NetworkNumber());
    return Outcome::refuse(Reason::kNoSession);
  }
  const Asker asker{nullptr, *auditor, keeper.state().principal(*auditor)->facts};
  auto& openings = keeper.openings_of(*auditor);
  const auto wait_s = openings.wait_s(keeper.now_ms(), kOpeningsPerMinuteMax);
  if (wait_s > 0)
    return keeper.deny(call, asker, Reason::kTooMany, CaseNumber(), FieldSet(), wait_s);
  openings.take(keeper.now_ms());
  const LeafIndex index{message.index};
  if (!holds(keeper.parts().ledger.checkpoint_size(), index))
    return Outcome::refuse(Reason::kNotThere);
  const auto network = keeper.network_number(call, message.network);
  auto entry = keeper.make_entry(EntryKind::kExport, call, asker);
  entry.network = network;
  entry.detail = wire::encode(OpeningDetail{index.value});
  keeper.record(std::move(entry));
  return Outcome::run([index, &ledger = keeper.parts().ledger](ActContext&) {
    const auto opening = ledger.opening(index);
    if (!opening) return refuse_with(Reason::kNotThere);
    return answer_with(wire::OpeningAnswer{{std::string(text_of(*opening))}});
  });
}

}  // namespace bulkhead::handlers
