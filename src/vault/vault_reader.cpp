#include "vault/vault_reader.h"

#include <algorithm>

#include "crypto/wipe.h"
#include "store/database.h"
#include "vault/identifiers.h"
#include "vault/schema.h"
#include "vault/sealing.h"

namespace bulkhead {
namespace {

constexpr std::uint32_t kReaderCacheKib = 4 * 1024;
constexpr char kNoCustomer[] = "there is no such customer";

MessageHead head_from(const Statement& row) {
  MessageHead head;
  head.id = row.number(0);
  head.case_number = CaseNumber(static_cast<std::uint32_t>(row.number(1)));
  head.customer = CustomerNumber(static_cast<std::uint32_t>(row.number(2)));
  head.created_ms = row.number(3);
  head.direction = static_cast<Direction>(row.number(4));
  head.tags.bits = static_cast<std::uint16_t>(row.number(5));
  return head;
}

MessagePlace place_of(const MessageHead& head) {
  return {head.id, head.case_number, head.customer, head.created_ms, head.direction, head.tags};
}

}  // namespace

struct VaultReader::State {
  const KeyRing& ring;
  std::unique_ptr<Database> records;
  std::unique_ptr<Database> keys;
  Statement select_keys, count_keys;
  Statement select_record, select_blind, select_messages, select_rows, select_row;
  Statement begin_records, end_records, begin_keys, end_keys;

  Result<Row> row_from(const Statement& statement) {
    Row row{static_cast<std::uint8_t>(statement.number(0)),
            static_cast<std::uint32_t>(statement.number(1)),
            static_cast<std::uint32_t>(statement.number(2)),
            {}};
    row.bytes = TRY(ring.with_raw_key(RingKey::kRows, [&](KeyView key) {
      return open_row(key, row.kind, row.id, row.state, statement.bytes(3));
    }));
    return row;
  }
};

VaultReader::VaultReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
VaultReader::~VaultReader() = default;

Result<std::unique_ptr<VaultReader>> VaultReader::open(const std::filesystem::path& folder,
                                                       const KeyRing& ring) {
  auto records = TRY(Database::open(folder / schema::kVaultFile,
                                    {.read_only = true, .cache_kib = kReaderCacheKib}));
  auto keys = TRY(Database::open(folder / schema::kKeysFile,
                                 {.read_only = true, .cache_kib = kReaderCacheKib}));
  auto& r = *records;
  auto& k = *keys;
  return std::unique_ptr<VaultReader>(new VaultReader(std::unique_ptr<State>(new State{
      .ring = ring,
      .records = std::move(records),
      .keys = std::move(keys),
      .select_keys = TRY(k.prepare(schema::kSelectWrapped)),
      .count_keys = TRY(k.prepare("SELECT count(*) FROM keys")),
      .select_record = TRY(r.prepare(schema::kSelectRecord)),
      .select_blind = TRY(r.prepare(
          "SELECT customer FROM blind WHERE kind = $1 AND tag = $2 ORDER BY customer LIMIT $3")),
      .select_messages = TRY(
          r.prepare("SELECT id, case_number, customer, created_ms, direction, tags, sealed "
                    "FROM messages WHERE case_number = $1 AND id <= $3 ORDER BY id DESC LIMIT $2")),
      .select_rows = TRY(
          r.prepare("SELECT kind, id, state, bytes FROM keeper_rows WHERE kind = $1 ORDER BY id")),
      .select_row = TRY(
          r.prepare("SELECT kind, id, state, bytes FROM keeper_rows WHERE kind = $1 AND id = $2")),
      .begin_records = TRY(r.prepare("BEGIN")),
      .end_records = TRY(r.prepare("COMMIT")),
      .begin_keys = TRY(k.prepare("BEGIN")),
      .end_keys = TRY(k.prepare("COMMIT")),
  })));
}

Result<PersonKeys> VaultReader::person(CustomerNumber customer) {
  auto& select = state_->select_keys;
  const ResetAtEnd reset(select);
  if (!TRY(select.bind(1, customer.value).step())) return fail(ErrorCode::kNotFound, kNoCustomer);
  return PersonKeys::unwrap(state_->ring, customer, select.bytes(0));
}

// Keys that were read a while ago may have been changed since, in which case they are read again.
Result<Bytes> VaultReader::open_one(const PersonKeys& person, Compartment compartment,
                                    ByteView sealed) {
  const auto open_with = [&](const PersonKeys& keys) {
    return keys.open_with_key(state_->ring, compartment, [&](KeyView key) {
      return open_compartment(key, person.customer(), compartment, sealed);
    });
  };
  auto opened = open_with(person);
  if (opened || opened.error().code != ErrorCode::kCrypto) return opened;
  const auto now = TRY(this->person(person.customer()));
  return now.same_row(person) ? std::move(opened) : open_with(now);
}

Result<Record> VaultReader::open_fields(const PersonKeys& person, FieldSet fields) {
  if (!fields.valid()) return fail(ErrorCode::kMalformed, "not a set of catalogue fields");
  auto& select = state_->select_record;
  const ResetAtEnd reset(select);
  if (!TRY(select.bind(1, person.customer().value).step()))
    return fail(ErrorCode::kNotFound, kNoCustomer);
  Record record;
  for (std::size_t i = 0; i < kCompartmentCount; ++i) {
    const auto compartment = static_cast<Compartment>(i);
    if ((fields & FieldSet::of(compartment)).empty()) continue;
    auto plaintext = TRY(open_one(person, compartment, select.bytes(static_cast<int>(i))));
    const auto decoded = decode_values(plaintext, compartment, fields, record);
    wipe(plaintext);
    TRY_STATUS(decoded);
  }
  return record;
}

Result<Record> VaultReader::open_fields(CustomerNumber customer, FieldSet fields) {
  const auto keys = TRY(person(customer));
  return open_fields(keys, fields);
}

Result<std::uint32_t> VaultReader::compartment_version(const PersonKeys& person,
                                                       Compartment compartment) {
  auto& select = state_->select_record;
  const ResetAtEnd reset(select);
  if (!TRY(select.bind(1, person.customer().value).step()))
    return fail(ErrorCode::kNotFound, kNoCustomer);
  const auto sealed = select.bytes(static_cast<int>(compartment));
  TRY(open_one(person, compartment, sealed));  // else the number is only a claim
  return claimed_version(sealed);
}

Result<std::vector<CustomerNumber>> VaultReader::lookup_all(IdentifierKind kind,
                                                            std::string_view normalised) {
  const auto tag = blind_tag(state_->ring, kind, normalised);
  auto& select = state_->select_blind;
  const ResetAtEnd reset(select);
  select.bind(1, static_cast<std::uint64_t>(kind))
      .bind(2, ByteView(tag))
      .bind(3, kLookupMatchesMax);
  std::vector<CustomerNumber> found;
  while (TRY(select.step())) found.emplace_back(static_cast<std::uint32_t>(select.number(0)));
  return found;
}

Result<std::optional<CustomerNumber>> VaultReader::lookup(IdentifierKind kind,
                                                          std::string_view normalised) {
  const auto found = TRY(lookup_all(kind, normalised));
  return found.empty() ? std::nullopt : std::optional(found.front());
}

Result<std::vector<MessageHead>> VaultReader::message_heads(CaseNumber case_number,
                                                            std::size_t limit) {
  auto& select = state_->select_messages;
  const ResetAtEnd reset(select);
  select.bind(1, case_number.value).bind(2, std::min(limit, kMessagesReadMax)).bind(3, kAnyMessage);
  std::vector<MessageHead> heads;
  while (TRY(select.step())) heads.push_back(head_from(select));
  std::ranges::reverse(heads);
  return heads;
}

Result<std::vector<Message>> VaultReader::messages(CaseNumber case_number, std::size_t limit,
                                                   std::uint64_t newest_id) {
  auto& select = state_->select_messages;
  const ResetAtEnd reset(select);
  select.bind(1, case_number.value).bind(2, std::min(limit, kMessagesReadMax)).bind(3, newest_id);
  std::vector<Message> messages;
  std::optional<PersonKeys> keys;  // nearly always one customer's throughout
  while (TRY(select.step())) {
    const auto head = head_from(select);
    if (!keys || keys->customer() != head.customer) keys = TRY(person(head.customer));
    messages.push_back({head, TRY(keys->open_with_key(
                                  state_->ring, Compartment::kCommunications, [&](KeyView key) {
                                    return open_message(key, place_of(head), select.bytes(6));
                                  }))});
  }
  std::ranges::reverse(messages);
  return messages;
}

Result<std::vector<Row>> VaultReader::rows(std::uint8_t kind) {
  auto& select = state_->select_rows;
  const ResetAtEnd reset(select);
  select.bind(1, kind);
  std::vector<Row> rows;
  while (TRY(select.step())) rows.push_back(TRY(state_->row_from(select)));
  return rows;
}

Result<Row> VaultReader::row(std::uint8_t kind, std::uint32_t id) {
  auto& select = state_->select_row;
  const ResetAtEnd reset(select);
  if (!TRY(select.bind(1, kind).bind(2, id).step()))
    return fail(ErrorCode::kNotFound, "there is no such row");
  return state_->row_from(select);
}

Result<std::uint64_t> VaultReader::customer_count() {
  auto& count = state_->count_keys;
  const ResetAtEnd reset(count);
  TRY(count.step());
  return count.number(0);
}

// A window that cannot be opened or closed costs time only: each read then takes its own view.
ReadWindow::ReadWindow(VaultReader& reader) : reader_(reader) {
  [[maybe_unused]] const auto keys = reader_.state_->begin_keys.run();
  [[maybe_unused]] const auto records = reader_.state_->begin_records.run();
}

ReadWindow::~ReadWindow() {
  [[maybe_unused]] const auto records = reader_.state_->end_records.run();
  [[maybe_unused]] const auto keys = reader_.state_->end_keys.run();
}

}  // namespace bulkhead
