// The vault's smaller writes: one compartment, messages, the keeper's rows, and erasure.
#include <algorithm>

#include "base/check.h"
#include "vault/content_scan.h"
#include "vault/fields.h"
#include "vault/schema.h"
#include "vault/sealing.h"
#include "vault/vault.h"
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
  const auto plaintext = TRY(person.open_with_key(ring, compartment, [&](KeyView key) {
    return open_compartment(key, person.customer(), compartment, sealed);
  }));
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

Result<std::uint32_t> Vault::put_compartment(CustomerNumber customer, Compartment compartment,
                                             const Record& values) {
  auto& state = *state_;
  for (const auto& value : values) {
    if (compartment_of(value.field) != compartment) {
      return fail(ErrorCode::kMalformed, "a value belongs to another compartment");
    }
  }
  const auto record = TRY(check_record(values));
  const auto& checked = record.values();
  const auto person = TRY(state.person(customer));
  const auto old = TRY(state.open_compartment_of(person, compartment));
  const auto key = TRY(person.compartment_key(state.ring, compartment));
  const std::uint32_t version = old.version + 1;
  const auto sealed = seal_compartment(key.view(), customer, compartment, version,
                                       encode_values(checked, compartment));

  auto update = TRY(
      state.records->prepare(schema::kUpdateCompartment[static_cast<std::size_t>(compartment)]));
  auto transaction = TRY(Transaction::begin(*state.records));
  for (const auto& row : state.blind_rows_of(customer, old.values))
    TRY_STATUS(state.delete_blind_row(row));
  for (const auto& row : state.blind_rows_of(customer, checked))
    TRY_STATUS(state.insert_blind_row(row));
  TRY_STATUS(update.bind(1, customer.value).bind(2, ByteView(sealed)).run());
  TRY_STATUS(transaction.commit());
  return version;
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

// The index rows cannot be found once the keys are gone, but by a scan of the whole index.
Result<std::vector<BlindRow>> Vault::State::all_blind_rows_of(CustomerNumber customer) {
  const auto keys_of = TRY(person(customer));
  std::vector<BlindRow> blind;
  for (std::size_t i = 0; i < kCompartmentCount; ++i) {
    const auto opened = TRY(open_compartment_of(keys_of, static_cast<Compartment>(i)));
    const auto rows = blind_rows_of(customer, opened.values);
    blind.insert(blind.end(), rows.begin(), rows.end());
  }
  return blind;
}

Status Vault::erase(CustomerNumber customer) {
  auto& state = *state_;
  // An erasure that a reader was in the way of is asked for again.
  if (TRY(state.erasure_begun(customer))) return state.erase_record(customer, nullptr);
  const auto blind = state.all_blind_rows_of(customer);
  // Damage must keep nobody's data: the whole index is scanned then.
  const bool is_damaged = !blind && (blind.error().code == ErrorCode::kCrypto ||
                                     blind.error().code == ErrorCode::kMalformed);
  if (!blind && !is_damaged) return std::unexpected(blind.error());
  {
    auto transaction = TRY(Transaction::begin(*state.keys));
    TRY_STATUS(state.delete_keys.bind(1, customer.value).run());
    TRY_STATUS(state.insert_pending.bind(1, kErasure)
                   .bind(2, customer.value)
                   .bind(3, customer.value)
                   .run());
    TRY_STATUS(transaction.commit());
  }
  return state.erase_record(customer, blind ? &*blind : nullptr);
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
