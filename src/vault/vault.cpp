#include "vault/vault.h"

#include <algorithm>
#include <future>

#include "base/check.h"
#include "vault/schema.h"
#include "vault/sealing.h"
#include "vault/vault_state.h"

namespace bulkhead {
namespace {

constexpr std::uint32_t kWriterCacheKib = 16 * 1024;
// Customers sealed ahead on a second thread while the batch before them is inserted.
constexpr std::size_t kSealAheadCustomers = 1'000;

}  // namespace

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::~Vault() = default;

Result<std::unique_ptr<Vault>> Vault::create(const std::filesystem::path& folder,
                                             const KeyRing& ring) {
  {
    const auto records = TRY(Database::open(folder / schema::kVaultFile, {.create = true}));
    TRY_STATUS(records->run(schema::kVaultTables));
    const auto keys =
        TRY(Database::open(folder / schema::kKeysFile, {.create = true, .secure_delete = true}));
    TRY_STATUS(keys->run(schema::kKeysTables));
  }
  return open(folder, ring);
}

Result<std::unique_ptr<Vault>> Vault::open(const std::filesystem::path& folder,
                                           const KeyRing& ring) {
  auto state = TRY(State::open(folder, ring));
  TRY_STATUS(state->sweep_imports());
  TRY_STATUS(state->finish_erasures());
  return std::unique_ptr<Vault>(new Vault(std::move(state)));
}

Result<std::unique_ptr<Vault::State>> Vault::State::open(const std::filesystem::path& folder,
                                                         const KeyRing& ring) {
  auto records = TRY(Database::open(folder / schema::kVaultFile, {.cache_kib = kWriterCacheKib}));
  auto keys = TRY(Database::open(folder / schema::kKeysFile, {.secure_delete = true}));
  auto& r = *records;
  auto& k = *keys;
  std::unique_ptr<State> state(new State{
      .ring = ring,
      .records = std::move(records),
      .keys = std::move(keys),
      .insert_record = TRY(r.prepare("INSERT INTO records VALUES ($1, $2, $3, $4, $5, $6, $7)")),
      .select_record = TRY(r.prepare(schema::kSelectRecord)),
      .delete_record = TRY(r.prepare("DELETE FROM records WHERE customer = $1")),
      .insert_blind = TRY(r.prepare(schema::kInsertBlind)),
      .delete_blind =
          TRY(r.prepare("DELETE FROM blind WHERE kind = $1 AND tag = $2 AND customer = $3")),
      .delete_blind_of_customer = TRY(r.prepare("DELETE FROM blind WHERE customer = $1")),
      .count_blind = TRY(r.prepare("SELECT count(*) FROM blind WHERE kind = $1 AND tag = $2")),
      .insert_message = TRY(r.prepare("INSERT INTO messages VALUES ($1, $2, $3, $4, $5, $6, $7)")),
      .delete_messages = TRY(r.prepare("DELETE FROM messages WHERE customer = $1")),
      .upsert_row = TRY(r.prepare(
          "INSERT INTO keeper_rows(kind, id, state, bytes) VALUES ($1, $2, $3, $4) "
          "ON CONFLICT(kind, id) DO UPDATE SET state = excluded.state, bytes = excluded.bytes")),
      .delete_row = TRY(r.prepare("DELETE FROM keeper_rows WHERE kind = $1 AND id = $2")),
      .set_meta = TRY(r.prepare("UPDATE meta SET value = $2 WHERE name = $1")),
      .get_meta = TRY(r.prepare("SELECT value FROM meta WHERE name = $1")),
      .insert_keys = TRY(k.prepare("INSERT INTO keys(customer, wrapped) VALUES ($1, $2)")),
      .select_keys = TRY(k.prepare(schema::kSelectWrapped)),
      .delete_keys = TRY(k.prepare("DELETE FROM keys WHERE customer = $1")),
      .insert_pending =
          TRY(k.prepare("INSERT INTO pending(act, first, last) VALUES ($1, $2, $3) "
                        "ON CONFLICT(act, first) DO UPDATE SET last = excluded.last")),
      .delete_pending =
          TRY(k.prepare("DELETE FROM pending WHERE act = $1 AND first <= $2 AND last >= $3")),
      .select_pending =
          TRY(k.prepare("SELECT first, last FROM pending WHERE act = $1 ORDER BY first LIMIT 1")),
      .find_pending = TRY(k.prepare("SELECT last FROM pending WHERE act = $1 AND first = $2")),
  });
  if (TRY(state->read_meta("format")) != schema::kVaultFormat) {
    return fail(ErrorCode::kConflict, "the vault is of another format");
  }
  state->next_customer = static_cast<std::uint32_t>(TRY(state->read_meta("next_customer")));
  state->next_message = TRY(state->read_meta("next_message"));
  state->applied_index = TRY(state->read_meta("applied_index"));
  return state;
}

Status Vault::State::write_meta(std::string_view name, std::uint64_t value) {
  return set_meta.bind(1, name).bind(2, value).run();
}

Result<std::uint64_t> Vault::State::read_meta(std::string_view name) {
  const ResetAtEnd reset(get_meta);
  if (!TRY(get_meta.bind(1, name).step()))
    return fail(ErrorCode::kIo, "the vault misses a number of its own");
  return get_meta.number(0);
}

Result<PersonKeys> Vault::State::person(CustomerNumber customer) {
  const ResetAtEnd reset(select_keys);
  if (!TRY(select_keys.bind(1, customer.value).step()))
    return fail(ErrorCode::kNotFound, "there is no such customer");
  return PersonKeys::unwrap(ring, customer, select_keys.bytes(0));
}

CustomerNumber Vault::next_customer_number() const { return CustomerNumber(state_->next_customer); }
std::uint64_t Vault::applied_index() const { return state_->applied_index; }

Status Vault::State::insert_customer(const SealedCustomer& customer) {
  insert_record.bind(1, customer.number.value);
  for (std::size_t i = 0; i < kCompartmentCount; ++i) {
    insert_record.bind(static_cast<int>(i) + 2, ByteView(customer.compartments[i]));
  }
  TRY_STATUS(insert_record.run());
  return insert_keys.bind(1, customer.number.value).bind(2, ByteView(customer.wrapped)).run();
}

Status Vault::State::insert_blind_row(const BlindRow& row) {
  return insert_blind.bind(1, static_cast<std::uint64_t>(row.kind))
      .bind(2, ByteView(row.tag))
      .bind(3, row.customer.value)
      .run();
}

Status Vault::State::delete_blind_row(const BlindRow& row) {
  return delete_blind.bind(1, static_cast<std::uint64_t>(row.kind))
      .bind(2, ByteView(row.tag))
      .bind(3, row.customer.value)
      .run();
}

Result<std::uint64_t> Vault::State::holders_of(const BlindRow& row) {
  const ResetAtEnd reset(count_blind);
  TRY(count_blind.bind(1, static_cast<std::uint64_t>(row.kind)).bind(2, ByteView(row.tag)).step());
  return count_blind.number(0);
}

Status Vault::add_customers(std::span<const NewCustomer> customers) {
  if (customers.empty()) return {};
  if (customers.size() > kCustomerBatchMax)
    return fail(ErrorCode::kTooLarge, "too many customers in one batch");
  auto& state = *state_;
  std::uint64_t next = state.next_customer;
  for (const auto& customer : customers) {
    if (customer.number.value < next || customer.number.value == UINT32_MAX) {
      return fail(ErrorCode::kConflict, "customer numbers must ascend from the next free one");
    }
    next = customer.number.value + 1ull;
  }

  auto keys_transaction = TRY(Transaction::begin(*state.keys));
  auto records_transaction = TRY(Transaction::begin(*state.records));
  std::vector<BlindRow> blind;
  const auto seal_from = [&](std::size_t at) {
    const auto chunk = customers.subspan(at, std::min(kSealAheadCustomers, customers.size() - at));
    return std::async(std::launch::async,
                      [&state, chunk] { return seal_customers(state.ring, chunk); });
  };
  auto ahead = seal_from(0);
  for (std::size_t at = 0; at < customers.size(); at += kSealAheadCustomers) {
    const auto sealed = TRY(ahead.get());
    if (at + kSealAheadCustomers < customers.size()) ahead = seal_from(at + kSealAheadCustomers);
    for (const auto& customer : sealed.customers) TRY_STATUS(state.insert_customer(customer));
    blind.insert(blind.end(), sealed.blind.begin(), sealed.blind.end());
  }
  // In the order of the index, so that each of its pages is visited once.
  std::ranges::sort(blind);
  for (const auto& row : blind) TRY_STATUS(state.insert_blind_row(row));
  TRY_STATUS(state.write_meta("next_customer", next));

  // Keys first: a crash between the two commits leaves keys without records, which the next start
  // sweeps.
  const std::uint64_t import = static_cast<std::uint64_t>(schema::PendingAct::kImport);
  TRY_STATUS(state.delete_pending.bind(1, import)
                 .bind(2, std::uint64_t{UINT32_MAX})
                 .bind(3, std::uint64_t{0})
                 .run());
  TRY_STATUS(state.insert_pending.bind(1, import)
                 .bind(2, customers.front().number.value)
                 .bind(3, customers.back().number.value)
                 .run());
  TRY_STATUS(keys_transaction.commit());
  if (auto committed = records_transaction.commit(); !committed) {
    // The keys are there for ever otherwise, since later imports overwrite the note that they are
    // orphans.
    [[maybe_unused]] const auto swept = state.sweep_imports();
    return committed;
  }
  state.next_customer = static_cast<std::uint32_t>(next);
  return {};
}

Status Vault::State::sweep_imports() {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  {
    const ResetAtEnd reset(select_pending);
    select_pending.bind(1, static_cast<std::uint64_t>(schema::PendingAct::kImport));
    if (!TRY(select_pending.step())) return {};
    first = select_pending.number(0);
    last = select_pending.number(1);
  }
  // Customer numbers of a batch ascend but may have gaps, so the keys that are there are what is
  // walked.
  auto next_key = TRY(keys->prepare(
      "SELECT customer FROM keys WHERE customer BETWEEN $1 AND $2 ORDER BY customer"));
  std::vector<std::uint64_t> orphans;
  next_key.bind(1, first).bind(2, last);
  while (TRY(next_key.step())) {
    const auto customer = next_key.number(0);
    const ResetAtEnd reset(select_record);
    if (!TRY(select_record.bind(1, customer).step())) orphans.push_back(customer);
  }
  next_key.reset();
  auto transaction = TRY(Transaction::begin(*keys));
  for (const auto orphan : orphans) TRY_STATUS(delete_keys.bind(1, orphan).run());
  TRY_STATUS(delete_pending.bind(1, static_cast<std::uint64_t>(schema::PendingAct::kImport))
                 .bind(2, first)
                 .bind(3, last)
                 .run());
  return transaction.commit();
}

}  // namespace bulkhead
