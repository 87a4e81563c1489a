// The vault's smaller writes: one compartment, messages, the keeper's rows, and erasure.
#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "crypto/wipe.h"
#include "vault/content_scan.h"
#include "vault/fields.h"
#include "vault/schema.h"
#include "vault/sealing.h"
#include "vault/vault.h"
#include "vault/vault_reader.h"
#include "vault/vault_state.h"

namespace bulkhead {
namespace {

constexpr auto kErasure = static_cast<std::uint64_t>(schema::PendingAct::kErasure);

}  // namespace

Result<Vault::State::Opened> Vault::State::open_compartment_of(const PersonKeys& person,
                                                               Compartment compartment) {
  const ResetAtEnd reset(select_record);
  if (!TRY(select_record.bind(1, person.customer().value).step())) {
    return fail(ErrorCode::kNotFound, "there is no such customer");
  }
  const auto sealed = select_record.bytes(static_cast<int>(compartment));
  const auto key = TRY(person.compartment_key(ring, compartment));
  const auto plaintext = TRY(open_compartment(key.view(), person.customer(), compartment, sealed));
  Opened opened{TRY(claimed_version(sealed)), {}};
  TRY_STATUS(decode_values(plaintext, compartment, FieldSet::of(compartment), opened.values));
  return opened;
}

std::vector<BlindRow> Vault::State::blind_rows_of(CustomerNumber customer,
                                                  const Record& values) const {
  std::vector<BlindRow> rows;
  for (const auto& identifier : identifiers_of(values)) {
    rows.push_back(
        {identifier.kind, blind_tag(ring, identifier.kind, identifier.normalised), customer});
  }
  std::ranges::sort(rows);
  return rows;
}

Status Vault::change_compartment(const CompartmentChange& change) {
  auto& state = *state_;
  const auto compartment = change.compartment;
  const auto& values = change.values.values();
  const bool fits = (change.fields - FieldSet::of(compartment)).empty() &&
                    std::ranges::all_of(
                        values, [&](const auto& value) { return change.fields.has(value.field); });
  if (!fits) return fail(ErrorCode::kMalformed, "a value belongs to another compartment");
  const auto person = TRY(state.person(change.customer));
  const auto old = TRY(state.open_compartment_of(person, compartment));
  if (change.version <= old.version)
    return fail(ErrorCode::kConflict, "the compartment has this version or a later one");
  auto merged = values;
  std::ranges::copy_if(old.values, std::back_inserter(merged),
                       [&](const auto& value) { return !change.fields.has(value.field); });
  const auto record = TRY(check_record(std::move(merged)));
  const auto key = TRY(person.compartment_key(state.ring, compartment));
  auto plaintext = encode_values(record.values(), compartment);
  const auto sealed =
      seal_compartment(key.view(), change.customer, compartment, change.version, plaintext);
  wipe(plaintext);

  auto update = TRY(
      state.records->prepare(schema::kUpdateCompartment[static_cast<std::size_t>(compartment)]));
  auto transaction = TRY(Transaction::begin(*state.records));
  const auto before = state.blind_rows_of(change.customer, old.values);
  for (const auto& row : before) TRY_STATUS(state.delete_blind_row(row));
  for (const auto& row : state.blind_rows_of(change.customer, record.values())) {
    TRY_STATUS(state.insert_blind_row(row));
    if (std::ranges::binary_search(before, row)) continue;
    if (TRY(state.holders_of(row)) > kLookupMatchesMax)
      return fail(ErrorCode::kConflict, "too many customers have this identifier");
  }
  TRY_STATUS(update.bind(1, change.customer.value).bind(2, ByteView(sealed)).run());
  return transaction.commit();
}

Result<Vault::MessageAdded> Vault::add_message(const NewMessage& message) {
  const auto id = state_->next_message;
  TRY_STATUS(add_messages({&message, 1}));
  return MessageAdded{id, TRY(scan_text(message.text)).tags};
}

Status Vault::add_messages(std::span<const NewMessage> messages) {
  if (messages.size() > kMessageBatchMax)
    return fail(ErrorCode::kTooLarge, "too many messages in one batch");
  auto& state = *state_;
  auto next = state.next_message;
  auto transaction = TRY(Transaction::begin(*state.records));
  for (const auto& message : messages) {
    const auto scanned = TRY(scan_text(message.text));
    const auto person = TRY(state.person(message.customer));
    const auto key = TRY(person.compartment_key(state.ring, Compartment::kCommunications));
    const MessagePlace place{
        next++,      message.case_number, message.customer, message.created_ms, message.direction,
        scanned.tags};
    const auto sealed = seal_message(key.view(), place, scanned.text);
    TRY_STATUS(state.insert_message.bind(1, place.id)
                   .bind(2, place.case_number.value)
                   .bind(3, place.customer.value)
                   .bind(4, place.created_ms)
                   .bind(5, static_cast<std::uint64_t>(place.direction))
                   .bind(6, place.tags.bits)
                   .bind(7, ByteView(sealed))
                   .run());
  }
  TRY_STATUS(state.write_meta("next_message", next));
  TRY_STATUS(transaction.commit());
  state.next_message = next;
  return {};
}

Status Vault::write_rows(std::span<const RowWrite> rows, std::uint64_t applied_index) {
  if (rows.size() > kRowBatchMax) return fail(ErrorCode::kTooLarge, "too many rows in one write");
  auto& state = *state_;
  if (applied_index < state.applied_index) {
    return fail(ErrorCode::kConflict, "the vault reflects a later ledger entry already");
  }
  auto transaction = TRY(Transaction::begin(*state.records));
  for (const auto& row : rows) {
    if (row.remove) {
      TRY_STATUS(state.delete_row.bind(1, row.kind).bind(2, row.id).run());
      continue;
    }
    if (row.bytes.size() > kRowBytesMax) return fail(ErrorCode::kTooLarge, "a row is too large");
    const auto sealed =
        TRY(state.ring.with_raw_key(RingKey::kRows, [&](KeyView key) -> Result<Bytes> {
          return seal_row(key, row.kind, row.id, row.state, row.bytes);
        }));
    TRY_STATUS(state.upsert_row.bind(1, row.kind)
                   .bind(2, row.id)
                   .bind(3, row.state)
                   .bind(4, ByteView(sealed))
                   .run());
  }
  TRY_STATUS(state.write_meta("applied_index", applied_index));
  TRY_STATUS(transaction.commit());
  state.applied_index = applied_index;
  return {};
}

Status Vault::erase(CustomerNumber customer) {
  auto& state = *state_;
  // An erasure that a reader was in the way of is asked for again.
  if (TRY(state.erasure_begun(customer))) return state.erase_record(customer, nullptr);
  const auto person = TRY(state.person(customer));
  // The index rows cannot be found once the keys are gone, but by a scan of the whole index.
  std::vector<BlindRow> blind;
  for (std::size_t i = 0; i < kCompartmentCount; ++i) {
    const auto opened = TRY(state.open_compartment_of(person, static_cast<Compartment>(i)));
    const auto rows = state.blind_rows_of(customer, opened.values);
    blind.insert(blind.end(), rows.begin(), rows.end());
  }
  {
    auto transaction = TRY(Transaction::begin(*state.keys));
    TRY_STATUS(state.delete_keys.bind(1, customer.value).run());
    TRY_STATUS(state.insert_pending.bind(1, kErasure)
                   .bind(2, customer.value)
                   .bind(3, customer.value)
                   .run());
    TRY_STATUS(transaction.commit());
  }
  return state.erase_record(customer, &blind);
}

// Ends an erasure whose keys are deleted: out of the log, then everything sealed under them.
// Without the identifiers (after a crash) the index is scanned.
Status Vault::State::erase_record(CustomerNumber customer, const std::vector<BlindRow>* blind) {
  TRY_STATUS(keys->checkpoint_and_truncate());
  {
    auto transaction = TRY(Transaction::begin(*records));
    if (blind != nullptr) {
      for (const auto& row : *blind) TRY_STATUS(delete_blind_row(row));
    } else {
      TRY_STATUS(delete_blind_of_customer.bind(1, customer.value).run());
    }
    TRY_STATUS(delete_messages.bind(1, customer.value).run());
    TRY_STATUS(delete_record.bind(1, customer.value).run());
    TRY_STATUS(transaction.commit());
  }
  return delete_pending.bind(1, kErasure).bind(2, customer.value).bind(3, customer.value).run();
}

Result<bool> Vault::State::erasure_begun(CustomerNumber customer) {
  const ResetAtEnd reset(find_pending);
  return find_pending.bind(1, kErasure).bind(2, customer.value).step();
}

Status Vault::State::finish_erasures() {
  while (true) {  // each round ends one of the finitely many rows
    std::uint64_t customer = 0;
    {
      const ResetAtEnd reset(select_pending);
      if (!TRY(select_pending.bind(1, kErasure).step())) return {};
      customer = select_pending.number(0);
    }
    TRY_STATUS(erase_record(CustomerNumber(static_cast<std::uint32_t>(customer)), nullptr));
  }
}

}  // namespace bulkhead
