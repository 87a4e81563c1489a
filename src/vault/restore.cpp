#include "vault/restore.h"

#include <algorithm>

#include "vault/fields.h"
#include "vault/schema.h"
#include "vault/sealing.h"

namespace bulkhead {
namespace {

constexpr std::size_t kPartsOfOneCommit = 5'000;
constexpr std::size_t kBlindRowsSorted = 200'000;  // the index takes many sorted rows far quicker
constexpr char kBadPart[] = "the backup does not follow its format";

// Numbers and blobs one after the other; `ok` is false once the bytes did not suffice.
struct PartCursor {
  ByteView rest;
  bool ok = true;
  template <class Unsigned>
  Unsigned take() {
    const auto bytes = take_blob(sizeof(Unsigned));
    return ok ? get_big_endian<Unsigned>(bytes.data()) : Unsigned{};
  }
  ByteView take_blob(std::size_t size) {
    ok = ok && size <= rest.size();
    if (!ok) return {};
    const auto blob = rest.first(size);
    rest = rest.subspan(size);
    return blob;
  }
};

}  // namespace

struct VaultRestore::State {
  const KeyRing& ring;
  const KeyRing& backup_ring;
  std::function<bool(CustomerNumber)> is_gone;
  std::unique_ptr<Database> records, keys;
  Statement insert_keys, select_keys, insert_record, insert_blind, insert_message, insert_row,
      set_meta;
  std::vector<BlindRow> blind{};
  Counts counts{};
  std::size_t uncommitted = 0;
  std::uint64_t next_customer = 0;
  std::uint64_t next_message = 0;
  bool numbers_taken = false;

  Status take_keys(PartCursor part);
  Status take_record(PartCursor part);
  Status take_message(PartCursor part);
  Status take_row(PartCursor part);
  Status take_numbers(PartCursor part);
  Status index(CustomerNumber customer, std::span<const ByteView> compartments);
  Status write_blind();
  Status commit_and_go_on();
};

VaultRestore::VaultRestore(std::unique_ptr<State> state) : state_(std::move(state)) {}
VaultRestore::~VaultRestore() = default;

Result<std::unique_ptr<VaultRestore>> VaultRestore::begin(
    const std::filesystem::path& folder, const KeyRing& ring, const KeyRing& backup_ring,
    std::function<bool(CustomerNumber)> is_gone) {
  TRY(Vault::create(folder, ring));
  auto records = TRY(Database::open(folder / schema::kVaultFile, {.cache_kib = 64 * 1024}));
  auto keys = TRY(Database::open(folder / schema::kKeysFile, {.secure_delete = true}));
  auto& r = *records;
  auto& k = *keys;
  TRY_STATUS(r.run("BEGIN IMMEDIATE"));
  TRY_STATUS(k.run("BEGIN IMMEDIATE"));
  return std::unique_ptr<VaultRestore>(new VaultRestore(std::unique_ptr<State>(new State{
      .ring = ring,
      .backup_ring = backup_ring,
      .is_gone = std::move(is_gone),
      .records = std::move(records),
      .keys = std::move(keys),
      .insert_keys = TRY(k.prepare("INSERT INTO keys(customer, wrapped) VALUES ($1, $2)")),
      .select_keys = TRY(k.prepare(schema::kSelectWrapped)),
      .insert_record = TRY(r.prepare("INSERT INTO records VALUES ($1, $2, $3, $4, $5, $6, $7)")),
      .insert_blind = TRY(r.prepare(schema::kInsertBlind)),
      .insert_message = TRY(r.prepare("INSERT INTO messages VALUES ($1, $2, $3, $4, $5, $6, $7)")),
      .insert_row =
          TRY(r.prepare("INSERT INTO keeper_rows(kind, id, state, bytes) VALUES ($1, $2, $3, $4)")),
      .set_meta = TRY(r.prepare("UPDATE meta SET value = $2 WHERE name = $1")),
  })));
}

Status VaultRestore::take(const BackupReader::Part& part) {
  auto& state = *state_;
  if (state.numbers_taken) return fail(ErrorCode::kMalformed, kBadPart);
  if (++state.uncommitted >= kPartsOfOneCommit) TRY_STATUS(state.commit_and_go_on());
  const PartCursor cursor{part.bytes};
  switch (part.part) {
    case BackupPart::kKeys:
      return state.take_keys(cursor);
    case BackupPart::kRecord:
      return state.take_record(cursor);
    case BackupPart::kMessage:
      return state.take_message(cursor);
    case BackupPart::kRow:
      return state.take_row(cursor);
    case BackupPart::kNumbers:
      return state.take_numbers(cursor);
    case BackupPart::kHouse:
    case BackupPart::kKeyFile:
      break;
  }
  return fail(ErrorCode::kMalformed, kBadPart);
}

Status VaultRestore::State::commit_and_go_on() {
  TRY_STATUS(keys->run("COMMIT"));
  TRY_STATUS(keys->run("BEGIN IMMEDIATE"));
  TRY_STATUS(records->run("COMMIT"));
  TRY_STATUS(records->run("BEGIN IMMEDIATE"));
  uncommitted = 0;
  return {};
}

Status VaultRestore::State::take_keys(PartCursor part) {
  const CustomerNumber customer(part.take<std::uint32_t>());
  if (!part.ok || !customer) return fail(ErrorCode::kMalformed, kBadPart);
  if (is_gone(customer)) {
    ++counts.left_out;
    return {};
  }
  auto row = KeyRow::read(part.rest);
  if (!row) {  // as damaged as it was
    ++counts.damaged;
    return insert_keys.bind(1, customer.value).bind(2, part.rest).run();
  }
  if (row->is_changing()) return fail(ErrorCode::kMalformed, kBadPart);
  counts.damaged += TRY(row->move(backup_ring, ring, customer)).damaged;
  return insert_keys.bind(1, customer.value).bind(2, row->bytes()).run();
}

Status VaultRestore::State::take_record(PartCursor part) {
  const CustomerNumber customer(part.take<std::uint32_t>());
  std::array<ByteView, kCompartmentCount> compartments;
  for (auto& one : compartments) one = part.take_blob(part.take<std::uint32_t>());
  if (!part.ok || !part.rest.empty() || !customer) return fail(ErrorCode::kMalformed, kBadPart);
  if (is_gone(customer)) return {};
  insert_record.bind(1, customer.value);
  for (std::size_t i = 0; i < kCompartmentCount; ++i)
    insert_record.bind(static_cast<int>(i) + 2, compartments[i]);
  TRY_STATUS(insert_record.run());
  ++counts.customers;
  return index(customer, compartments);
}

// The blind index of one customer, from what opens of the record.
Status VaultRestore::State::index(CustomerNumber customer, std::span<const ByteView> compartments) {
  const ResetAtEnd reset(select_keys);
  if (!TRY(select_keys.bind(1, customer.value).step())) return {};
  const auto person = PersonKeys::unwrap(ring, customer, select_keys.bytes(0));
  for (std::size_t i = 0; person && i < kCompartmentCount; ++i) {
    const auto compartment = static_cast<Compartment>(i);
    Record values;
    const auto opened = person->open_with_key(ring, compartment, [&](KeyView key) {
      return open_compartment(key, customer, compartment, compartments[i]);
    });
    if (!opened || !decode_values(*opened, compartment, FieldSet::of(compartment), values)) {
      ++counts.damaged;
      continue;
    }
    for (const auto& identifier : identifiers_of(values)) {
      blind.push_back(
          {identifier.kind, blind_tag(ring, identifier.kind, identifier.normalised), customer});
    }
  }
  return blind.size() < kBlindRowsSorted ? Status() : write_blind();
}

Status VaultRestore::State::write_blind() {
  std::ranges::sort(blind);
  for (const auto& row : blind) {
    TRY_STATUS(insert_blind.bind(1, static_cast<std::uint64_t>(row.kind))
                   .bind(2, ByteView(row.tag))
                   .bind(3, row.customer.value)
                   .run());
  }
  blind.clear();
  return {};
}

Status VaultRestore::State::take_message(PartCursor part) {
  const auto id = part.take<std::uint64_t>();
  const auto case_number = part.take<std::uint32_t>();
  const CustomerNumber customer(part.take<std::uint32_t>());
  const auto created_ms = part.take<std::uint64_t>();
  const auto direction = part.take<std::uint8_t>();
  const auto tags = part.take<std::uint16_t>();
  if (!part.ok) return fail(ErrorCode::kMalformed, kBadPart);
  if (is_gone(customer)) return {};
  ++counts.messages;
  return insert_message.bind(1, id)
      .bind(2, case_number)
      .bind(3, customer.value)
      .bind(4, created_ms)
      .bind(5, direction)
      .bind(6, tags)
      .bind(7, part.rest)
      .run();
}

Status VaultRestore::State::take_row(PartCursor part) {
  const auto kind = part.take<std::uint8_t>();
  const auto id = part.take<std::uint32_t>();
  const auto row_state = part.take<std::uint32_t>();
  if (!part.ok) return fail(ErrorCode::kMalformed, kBadPart);
  return insert_row.bind(1, kind).bind(2, id).bind(3, row_state).bind(4, part.rest).run();
}

Status VaultRestore::State::take_numbers(PartCursor part) {
  next_customer = part.take<std::uint64_t>();
  next_message = part.take<std::uint64_t>();
  const bool fits = next_customer > 0 && next_customer <= UINT32_MAX && next_message > 0;
  if (!part.ok || !part.rest.empty() || !fits) return fail(ErrorCode::kMalformed, kBadPart);
  numbers_taken = true;
  return {};
}

Result<VaultRestore::Counts> VaultRestore::finish(CustomerNumber last_customer,
                                                  std::uint64_t applied_index) {
  auto& state = *state_;
  if (!state.numbers_taken) return fail(ErrorCode::kMalformed, "the backup is cut short");
  TRY_STATUS(state.write_blind());
  const auto next = std::max<std::uint64_t>(state.next_customer, last_customer.value + 1ull);
  const std::pair<std::string_view, std::uint64_t> numbers[] = {
      {"next_customer", next},
      {"next_message", state.next_message},
      {"applied_index", applied_index}};
  for (const auto& [name, value] : numbers)
    TRY_STATUS(state.set_meta.bind(1, name).bind(2, value).run());
  TRY_STATUS(state.keys->run("COMMIT"));
  TRY_STATUS(state.records->run("COMMIT"));
  state.counts.last_customer = CustomerNumber(static_cast<std::uint32_t>(state.next_customer - 1));
  return state.counts;
}

}  // namespace bulkhead
