// Changes of all customers' keys, a step at a time. A rotation wraps the rows of keys.db anew. A
// rekey takes a batch of customers through three steps, since keys.db and vault.db cannot change
// together: the row gets new keys beside the old ones; record and messages are sealed anew; the old
// keys go. Between the steps it waits until no reader sees what was before the last one, so that
// whatever a reader has of both files fits together.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "crypto/wipe.h"
#include "vault/sealing.h"
#include "vault/vault.h"
#include "vault/vault_state.h"

namespace bulkhead {
namespace {

// Readers hold a view for one batch of answers; a scan of the ledger may hold one much longer, and
// other writes shall not wait for that.
constexpr int kReadersWaitMs = 500;
constexpr std::size_t kMessagesRead = 64;

bool is_damage(const Error& error) {
  return error.code == ErrorCode::kCrypto || error.code == ErrorCode::kMalformed;
}

struct MessageRow {  // as it stands in the table
  MessagePlace place;
  Bytes sealed;
};

MessageRow message_from(const Statement& row) {
  MessageRow message;
  message.place = {row.number(0),
                   CaseNumber(static_cast<std::uint32_t>(row.number(1))),
                   CustomerNumber(static_cast<std::uint32_t>(row.number(2))),
                   row.number(3),
                   static_cast<Direction>(row.number(4)),
                   ContentTags{static_cast<std::uint16_t>(row.number(5))}};
  const auto sealed = row.bytes(6);
  message.sealed.assign(sealed.begin(), sealed.end());
  return message;
}

}  // namespace

Result<KeyProgress> Vault::change_keys(KeyChange change) {
  CHECK(change != KeyChange::kNone);
  auto& pass = state_->pass;
  if (pass.change != change) pass = {.change = change};
  auto before = pass;
  const auto step = change == KeyChange::kRotate ? state_->rewrap_some() : state_->rekey_some();
  if (!step) {  // what was written of it is found to be done
    pass = std::move(before);
    return std::unexpected(step.error());
  }
  const KeyProgress progress{pass.customers, pass.damaged, pass.at_end};
  if (progress.finished) pass = {};
  return progress;
}

// Whatever was wrapped before is on no page and in no log after this.
Status Vault::State::finish_pass() {
  TRY_STATUS(keys->checkpoint_and_truncate(kReadersWaitMs));
  pass.at_end = true;
  return {};
}

// Looks at the next customers and writes those rows of which `change(customer, row)` says that it
// changed them. Answers whether that was the end.
template <class Change>
Result<bool> Vault::State::change_rows(Change change) {
  struct Written {
    std::uint64_t customer;
    Bytes row;
  };
  std::vector<Written> written;
  std::size_t looked = 0;
  bool more = true;
  {
    const ResetAtEnd reset(next_keys);
    next_keys.bind(1, pass.after).bind(2, kKeyStepLooked);
    while (std::max(written.size(), pass.changing.size()) < kKeyStepCustomers) {
      more = TRY(next_keys.step());
      if (!more) break;
      ++looked;
      ++pass.customers;
      pass.after = next_keys.number(0);
      auto row = KeyRow::read(next_keys.bytes(1));
      if (!row)
        ++pass.damaged;
      else if (TRY(change(CustomerNumber(static_cast<std::uint32_t>(pass.after)), *row)))
        written.push_back({pass.after, Bytes(row->bytes().begin(), row->bytes().end())});
    }
  }
  if (!written.empty()) {
    auto transaction = TRY(Transaction::begin(*keys));
    for (const auto& one : written)
      TRY_STATUS(update_keys.bind(1, one.customer).bind(2, ByteView(one.row)).run());
    TRY_STATUS(transaction.commit());
  }
  return !more && looked < kKeyStepLooked;
}

Status Vault::State::rewrap_some() {
  const auto rewrap = [&](CustomerNumber customer, KeyRow& row) -> Result<bool> {
    const auto changed = TRY(row.rewrap(ring, customer));
    pass.damaged += changed.damaged;
    return changed.slots > 0;
  };
  const bool at_end = TRY(change_rows(rewrap));
  return at_end ? finish_pass() : Status();
}

Status Vault::State::rekey_some() {
  if (pass.changing.empty()) return add_new_keys_to_some();
  if (!pass.shown_to_all) {
    TRY_STATUS(keys->checkpoint_and_truncate(kReadersWaitMs));
    pass.shown_to_all = true;
  }
  if (pass.sealed < pass.changing.size()) return seal_some_anew();
  TRY_STATUS(records->checkpoint_and_truncate(kReadersWaitMs));
  return drop_former_keys();
}

Status Vault::State::add_new_keys_to_some() {
  const auto add = [&](CustomerNumber customer, KeyRow& row) -> Result<bool> {
    const bool begun = row.is_changing();  // by a pass that a crash ended
    if (!begun) {
      const auto changed = TRY(row.add_new_keys(ring, customer));
      pass.damaged += changed.damaged;
      if (changed.slots == 0) return false;
    }
    pass.changing.push_back(customer);
    return !begun;
  };
  const bool at_end = TRY(change_rows(add));
  return at_end && pass.changing.empty() ? finish_pass() : Status();
}

// Nothing for a customer who was erased meanwhile.
Result<std::optional<KeyRow>> Vault::State::key_row(CustomerNumber customer) {
  const ResetAtEnd reset(select_keys);
  if (!TRY(select_keys.bind(1, customer.value).step())) return std::nullopt;
  auto row = KeyRow::read(select_keys.bytes(0));
  return row ? std::optional(std::move(*row)) : std::nullopt;
}

// The keys of a compartment that has two; nothing for others, and where one does not unwrap.
Result<std::optional<TwoKeys>> Vault::State::two_keys(const KeyRow& row, CustomerNumber customer,
                                                      Compartment compartment) {
  const auto slot = static_cast<std::size_t>(compartment);
  const auto key = row.key(ring, customer, slot);
  if (!key)
    return is_damage(key.error()) ? Result<std::optional<TwoKeys>>(std::nullopt)
                                  : std::unexpected(key.error());
  const auto former = row.former_key(ring, customer, slot);
  if (!former)
    return is_damage(former.error()) ? Result<std::optional<TwoKeys>>(std::nullopt)
                                     : std::unexpected(former.error());
  if (!*former) return std::nullopt;
  return TwoKeys{*key, **former};
}

Status Vault::State::seal_some_anew() {
  auto transaction = TRY(Transaction::begin(*records));
  std::size_t bytes = 0;
  while (pass.sealed < pass.changing.size() && bytes < kKeyStepBytes) {
    const auto customer = pass.changing[pass.sealed];
    const auto row = TRY(key_row(customer));
    if (row && !pass.record_sealed) TRY_STATUS(seal_record_anew(*row, customer, bytes));
    pass.record_sealed = true;
    if (row && !TRY(seal_messages_anew(*row, customer, bytes))) break;
    ++pass.sealed;
    pass.after_message = 0;
    pass.record_sealed = false;
  }
  return transaction.commit();
}

Status Vault::State::seal_record_anew(const KeyRow& row, CustomerNumber customer,
                                      std::size_t& bytes) {
  std::array<Bytes, kCompartmentCount> sealed;
  {
    const ResetAtEnd reset(select_record);
    if (!TRY(select_record.bind(1, customer.value).step())) return {};
    for (std::size_t i = 0; i < kCompartmentCount; ++i) {
      const auto column = select_record.bytes(static_cast<int>(i));
      sealed[i].assign(column.begin(), column.end());
      bytes += column.size();
    }
  }
  for (std::size_t i = 0; i < kCompartmentCount; ++i) {
    const auto compartment = static_cast<Compartment>(i);
    const auto keys_of = TRY(two_keys(row, customer, compartment));
    if (!keys_of) continue;
    auto plaintext = open_compartment(keys_of->former.view(), customer, compartment, sealed[i]);
    if (plaintext) {
      const auto version = TRY(claimed_version(sealed[i]));
      sealed[i] = seal_compartment(keys_of->key.view(), customer, compartment, version, *plaintext);
      wipe(*plaintext);
    } else if (!open_compartment(keys_of->key.view(), customer, compartment, sealed[i])) {
      ++pass.damaged;
    }
  }
  update_record.bind(1, customer.value);
  for (std::size_t i = 0; i < kCompartmentCount; ++i)
    update_record.bind(static_cast<int>(i) + 2, ByteView(sealed[i]));
  return update_record.run();
}

// False when there are more messages than one step takes.
Result<bool> Vault::State::seal_messages_anew(const KeyRow& row, CustomerNumber customer,
                                              std::size_t& bytes) {
  const auto keys_of = TRY(two_keys(row, customer, Compartment::kCommunications));
  if (!keys_of) return true;
  while (bytes < kKeyStepBytes) {
    std::vector<MessageRow> some;
    {
      const ResetAtEnd reset(next_messages);
      next_messages.bind(1, customer.value).bind(2, pass.after_message).bind(3, kMessagesRead);
      while (TRY(next_messages.step())) some.push_back(message_from(next_messages));
    }
    if (some.empty()) return true;
    for (const auto& message : some) {
      if (bytes >= kKeyStepBytes) break;
      pass.after_message = message.place.id;
      bytes += message.sealed.size();
      auto text = open_message(keys_of->former.view(), message.place, message.sealed);
      if (text) {
        const auto sealed = seal_message(keys_of->key.view(), message.place, *text);
        wipe(*text);
        TRY_STATUS(update_message.bind(1, message.place.id).bind(2, ByteView(sealed)).run());
      } else if (!open_message(keys_of->key.view(), message.place, message.sealed)) {
        ++pass.damaged;
      }
    }
  }
  return false;
}

// Only once no reader sees a record sealed under them any more.
Status Vault::State::drop_former_keys() {
  auto transaction = TRY(Transaction::begin(*keys));
  for (const auto customer : pass.changing) {
    auto row = TRY(key_row(customer));
    if (!row || !row->is_changing()) continue;
    row->drop_former_keys();
    TRY_STATUS(update_keys.bind(1, customer.value).bind(2, row->bytes()).run());
  }
  TRY_STATUS(transaction.commit());
  pass.changing.clear();
  pass.shown_to_all = false;
  pass.sealed = 0;
  return {};
}

}  // namespace bulkhead
