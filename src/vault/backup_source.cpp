#include "vault/backup_source.h"

#include <algorithm>

#include "base/catalogue.h"
#include "vault/schema.h"

namespace bulkhead {
namespace {

// Numbers and blobs one after the other.
class PartBytes {
 public:
  template <class Unsigned>
  PartBytes& put(Unsigned value) {
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof(Unsigned));
    put_big_endian(value, bytes_.data() + at);
    return *this;
  }
  PartBytes& put_blob(ByteView blob) {
    bytes_.insert(bytes_.end(), blob.begin(), blob.end());
    return *this;
  }
  ByteView view() const { return bytes_; }

 private:
  Bytes bytes_;
};

Result<std::uint64_t> number_of(Database& database, const char* sql) {
  auto select = TRY(database.prepare(sql));
  if (!TRY(select.step())) return fail(ErrorCode::kIo, "the vault misses a number of its own");
  return select.number(0);
}

Result<std::uint64_t> bytes_of(Database& database) {
  return TRY(number_of(database, "PRAGMA page_count")) *
         TRY(number_of(database, "PRAGMA page_size"));
}

// The view is taken by the first read.
Status take_view(Database& database) {
  TRY_STATUS(database.run("BEGIN"));
  return database.run("SELECT count(*) FROM sqlite_master");
}

}  // namespace

Result<std::unique_ptr<BackupSource>> BackupSource::begin(const std::filesystem::path& folder) {
  std::unique_ptr<BackupSource> source(new BackupSource());
  source->records_ = TRY(Database::open(folder / schema::kVaultFile, {.read_only = true}));
  source->keys_ = TRY(Database::open(folder / schema::kKeysFile, {.read_only = true}));
  source->bytes_ = TRY(bytes_of(*source->records_)) + TRY(bytes_of(*source->keys_));
  TRY_STATUS(take_view(*source->records_));
  TRY_STATUS(take_view(*source->keys_));
  return source;
}

Status BackupSource::write(BackupWriter& to, std::atomic<std::uint64_t>& customers) {
  TRY_STATUS(write_keys(to));
  TRY_STATUS(keys_->run("COMMIT"));
  TRY_STATUS(write_records(to, customers));
  TRY_STATUS(write_messages(to));
  TRY_STATUS(write_rows_and_numbers(to));
  return records_->run("COMMIT");
}

Status BackupSource::write_keys(BackupWriter& to) {
  auto select = TRY(keys_->prepare("SELECT customer, wrapped FROM keys ORDER BY customer"));
  while (TRY(select.step())) {
    PartBytes part;
    part.put(static_cast<std::uint32_t>(select.number(0))).put_blob(select.bytes(1));
    TRY_STATUS(to.put(BackupPart::kKeys, part.view()));
  }
  return {};
}

Status BackupSource::write_records(BackupWriter& to, std::atomic<std::uint64_t>& customers) {
  auto select =
      TRY(records_->prepare("SELECT customer, identity, contact, travel, loyalty, communications, "
                            "payment FROM records ORDER BY customer"));
  while (TRY(select.step())) {
    PartBytes part;
    part.put(static_cast<std::uint32_t>(select.number(0)));
    for (std::size_t i = 0; i < kCompartmentCount; ++i) {
      const auto sealed = select.bytes(static_cast<int>(i) + 1);
      part.put(static_cast<std::uint32_t>(sealed.size())).put_blob(sealed);
    }
    TRY_STATUS(to.put(BackupPart::kRecord, part.view()));
    ++customers;
  }
  return {};
}

Status BackupSource::write_messages(BackupWriter& to) {
  auto select =
      TRY(records_->prepare("SELECT id, case_number, customer, created_ms, direction, tags, sealed "
                            "FROM messages ORDER BY id"));
  while (TRY(select.step())) {
    PartBytes part;
    part.put(select.number(0))
        .put(static_cast<std::uint32_t>(select.number(1)))
        .put(static_cast<std::uint32_t>(select.number(2)))
        .put(select.number(3))
        .put(static_cast<std::uint8_t>(select.number(4)))
        .put(static_cast<std::uint16_t>(select.number(5)))
        .put_blob(select.bytes(6));
    TRY_STATUS(to.put(BackupPart::kMessage, part.view()));
  }
  return {};
}

Status BackupSource::write_rows_and_numbers(BackupWriter& to) {
  auto select =
      TRY(records_->prepare("SELECT kind, id, state, bytes FROM keeper_rows ORDER BY kind, id"));
  while (TRY(select.step())) {
    PartBytes part;
    part.put(static_cast<std::uint8_t>(select.number(0)))
        .put(static_cast<std::uint32_t>(select.number(1)))
        .put(static_cast<std::uint32_t>(select.number(2)))
        .put_blob(select.bytes(3));
    TRY_STATUS(to.put(BackupPart::kRow, part.view()));
  }
  PartBytes numbers;
  for (const char* sql : {"SELECT value FROM meta WHERE name = 'next_customer'",
                          "SELECT value FROM meta WHERE name = 'next_message'"})
    numbers.put(TRY(number_of(*records_, sql)));
  return to.put(BackupPart::kNumbers, numbers.view());
}

}  // namespace bulkhead
