// A vault into a backup and back: what comes, what does not, and files that are hostile or damaged.
#include <algorithm>
#include <fstream>

#include "store/durable_file.h"
#include "vault/backup_source.h"
#include "vault/restore.h"
#include "vault/vault_fixture.h"

namespace bulkhead {
namespace {

class BackupTest : public VaultFixture {
 protected:
  static constexpr std::uint32_t kPeople = 40;

  void SetUp() override {
    VaultFixture::SetUp();
    ASSERT_TRUE(vault_->add_customers(sample(1, kPeople)));
    for (std::uint64_t n = 1; n <= 3; ++n)
      ASSERT_TRUE(vault_->add_message(
          {CaseNumber(1), CustomerNumber(7), n, Direction::kNote, "message " + std::to_string(n)}));
    const RowWrite row{3, 9, 1, {'r', 'o', 'w'}, false};
    ASSERT_TRUE(vault_->write_rows({&row, 1}, 5));
    ASSERT_TRUE(ring_->make_backup_key(1));
  }
  std::filesystem::path file() const { return elsewhere_.path() / "backup"; }
  void back_up() {
    auto source = BackupSource::begin(folder_.path());
    ASSERT_TRUE(source) << source.error().context;
    if (after_begin_) after_begin_();
    auto writer = BackupWriter::create(file(), 1, *ring_->backup_key(1));
    ASSERT_TRUE(writer) << writer.error().context;
    ASSERT_TRUE(writer->put(BackupPart::kHouse, view_of("a house")));
    std::atomic<std::uint64_t> customers = 0;
    const auto written = (*source)->write(*writer, customers);
    ASSERT_TRUE(written) << written.error().context;
    EXPECT_EQ(customers, kPeople);
    EXPECT_GT((*source)->bytes(), 40'000u);
    ASSERT_TRUE(writer->finish());
  }
  // Into `elsewhere_`, with keys of epoch 4.
  Result<VaultRestore::Counts> restore(std::function<bool(CustomerNumber)> is_gone = {}) {
    auto reader = TRY(BackupReader::open(file()));
    reader.set_key(TRY(ring_->backup_key(reader.key_number())));
    std::error_code error;
    for (const auto* name :
         {"vault.db", "vault.db-wal", "vault.db-shm", "keys.db", "keys.db-wal", "keys.db-shm"})
      std::filesystem::remove(elsewhere_.path() / name, error);
    std::filesystem::remove_all(elsewhere_.path() / "keys", error);
    std::filesystem::create_directory(elsewhere_.path() / "keys");
    new_ring_ = TRY(KeyRing::create_after(elsewhere_.path() / "keys", root_, *ring_, 4));
    const auto restorer = TRY(VaultRestore::begin(
        elsewhere_.path(), *new_ring_, *ring_,
        is_gone ? is_gone : [](CustomerNumber) { return false; }));
    while (true) {
      const auto part = TRY(reader.next());
      if (!part) break;
      if (part->part == BackupPart::kHouse) continue;
      TRY_STATUS(restorer->take(*part));
    }
    return restorer->finish(CustomerNumber(50), 77);
  }

  // To its end, storing nothing.
  Status read_all() {
    auto reader = TRY(BackupReader::open(file()));
    reader.set_key(TRY(ring_->backup_key(reader.key_number())));
    while (TRY(reader.next())) {
    }
    return {};
  }

  TemporaryFolder elsewhere_;
  SecretBytes root_ = random_secret(kKeyBytes);
  std::unique_ptr<KeyRing> new_ring_;
  std::function<void()> after_begin_;
};

TEST_F(BackupTest, EverythingComesBackUnderNewKeys) {
  const auto wrapped = wrapped_keys_of(CustomerNumber(7));
  back_up();
  const auto counts = restore();
  ASSERT_TRUE(counts) << counts.error().context;
  EXPECT_EQ(counts->customers, kPeople);
  EXPECT_EQ(counts->messages, 3u);
  EXPECT_EQ(counts->damaged, 0u);
  const auto vault = Vault::open(elsewhere_.path(), *new_ring_);
  ASSERT_TRUE(vault);
  EXPECT_EQ((*vault)->next_customer_number(), CustomerNumber(51));
  EXPECT_EQ((*vault)->applied_index(), 77u);
  const auto reader = *VaultReader::open(elsewhere_.path(), *new_ring_);
  for (std::uint32_t n = 1; n <= kPeople; ++n) {
    const auto record = reader->open_fields(CustomerNumber(n), FieldSet::all());
    ASSERT_TRUE(record) << record.error().context;
    EXPECT_TRUE(*record == *reader_->open_fields(CustomerNumber(n), FieldSet::all()));
    EXPECT_EQ(reader->person(CustomerNumber(n))->pseudonym(2026),
              reader_->person(CustomerNumber(n))->pseudonym(2026));
    // The index is not in the backup; it is made from the records.
    EXPECT_EQ(
        *reader->lookup(IdentifierKind::kEmail, "person" + std::to_string(n) + "@example.com"),
        CustomerNumber(n));
  }
  EXPECT_EQ(reader->messages(CaseNumber(1), 10)->at(2).text, "message 3");
  EXPECT_EQ(reader->row(3, 9)->bytes, (Bytes{'r', 'o', 'w'}));
  EXPECT_EQ((*vault)->add_message({CaseNumber(1), CustomerNumber(7), 9, Direction::kNote, "x"})->id,
            4u);
  // Neither backup nor new vault hold a wrapped key as it stood in the old one.
  for (const auto& path : {file(), elsewhere_.path() / "keys.db"}) {
    const auto bytes = *read_small_file(path, 8u << 20);
    EXPECT_EQ(text_of(bytes).find(text_of(ByteView(wrapped).subspan(5, 60))),
              std::string_view::npos);
  }
}

TEST_F(BackupTest, IsOneViewWhateverIsWrittenMeanwhile) {
  after_begin_ = [&] {
    ASSERT_TRUE(vault_->add_customers(sample(kPeople + 1, 3)));
    ASSERT_TRUE(vault_->change_compartment(
        {CustomerNumber(5), Compartment::kContact, 2, FieldSet::of(Field::kEmail),
         *check_record({{Field::kEmail, 0, "later@example.com"}})}));
  };
  back_up();
  ASSERT_TRUE(restore());
  const auto reader = *VaultReader::open(elsewhere_.path(), *new_ring_);
  EXPECT_EQ(*reader->customer_count(), kPeople);
  EXPECT_EQ(*reader->lookup(IdentifierKind::kEmail, "person5@example.com"), CustomerNumber(5));
  EXPECT_EQ(*reader->lookup(IdentifierKind::kEmail, "later@example.com"), std::nullopt);
}

TEST_F(BackupTest, WhoIsGoneIsLeftOut) {
  back_up();
  const auto counts = restore([](CustomerNumber customer) { return customer.value == 7; });
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->customers, kPeople - 1);
  EXPECT_EQ(counts->left_out, 1u);
  EXPECT_EQ(counts->messages, 0u);
  const auto reader = *VaultReader::open(elsewhere_.path(), *new_ring_);
  EXPECT_EQ(reader->person(CustomerNumber(7)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*reader->lookup(IdentifierKind::kEmail, "person7@example.com"), std::nullopt);
}

TEST_F(BackupTest, DamageInTheVaultCostsOnlyWhatIsDamaged) {
  tamper("keys.db", "UPDATE keys SET wrapped = x'01' WHERE customer = 6");
  tamper("vault.db", "UPDATE records SET contact = zeroblob(60) WHERE customer = 8");
  back_up();
  const auto counts = restore();
  ASSERT_TRUE(counts) << counts.error().context;
  EXPECT_EQ(counts->customers, kPeople);
  EXPECT_EQ(counts->damaged, 2u);
  const auto reader = *VaultReader::open(elsewhere_.path(), *new_ring_);
  EXPECT_TRUE(reader->open_fields(CustomerNumber(8), FieldSet::of(Compartment::kIdentity)));
  EXPECT_FALSE(reader->open_fields(CustomerNumber(8), FieldSet::of(Compartment::kContact)));
}

TEST_F(BackupTest, ChangedCutOrForeignFilesAreRefused) {
  back_up();
  const auto good = *read_small_file(file(), 8u << 20);
  const auto put = [&](const Bytes& bytes) {
    std::ofstream out(file(), std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  };
  for (std::size_t at = 0; at < good.size(); at += good.size() / 60) {
    auto changed = good;
    changed[at] ^= 1;
    put(changed);
    EXPECT_FALSE(read_all()) << at;
  }
  for (std::size_t size = 0; size < good.size(); size += good.size() / 60) {
    put(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_FALSE(read_all()) << size;
  }
  auto longer = good;
  longer.push_back(0);
  put(longer);
  EXPECT_EQ(restore().error().code, ErrorCode::kMalformed);
  put(good);
  EXPECT_TRUE(read_all());
  EXPECT_TRUE(restore());
  ASSERT_TRUE(ring_->destroy_backup_key(1));
  ASSERT_TRUE(ring_->make_backup_key(1));  // another one of the same number
  EXPECT_EQ(restore().error().code, ErrorCode::kCrypto);
  ASSERT_TRUE(ring_->destroy_backup_key(1));
  EXPECT_EQ(restore().error().code, ErrorCode::kNotFound);
}

// Parts that somebody with the backup key could write.
TEST_F(BackupTest, PartsThatDoNotFollowTheirFormatAreRefused) {
  const auto refused = [&](BackupPart part, const Bytes& bytes) {
    std::filesystem::remove(file());
    auto writer = *BackupWriter::create(file(), 1, *ring_->backup_key(1));
    EXPECT_TRUE(writer.put(part, bytes));
    EXPECT_TRUE(writer.finish());
    return restore().error().code;
  };
  for (const auto part : {BackupPart::kKeys, BackupPart::kRecord, BackupPart::kMessage,
                          BackupPart::kRow, BackupPart::kNumbers}) {
    EXPECT_EQ(refused(part, {}), ErrorCode::kMalformed);
    EXPECT_EQ(refused(part, {0, 0, 0}), ErrorCode::kMalformed);
  }
  EXPECT_EQ(refused(BackupPart::kKeys, {0, 0, 0, 0, 1}), ErrorCode::kMalformed);
  EXPECT_EQ(refused(BackupPart::kRecord, {0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff}),
            ErrorCode::kMalformed);
  EXPECT_EQ(refused(BackupPart::kNumbers, Bytes(17, 0)), ErrorCode::kMalformed);
  EXPECT_EQ(refused(BackupPart::kNumbers, Bytes(16, 0)), ErrorCode::kMalformed);
  EXPECT_EQ(refused(BackupPart::kKeyFile, {1}), ErrorCode::kMalformed);
  std::filesystem::remove(file());
  auto writer = *BackupWriter::create(file(), 1, *ring_->backup_key(1));
  EXPECT_EQ(writer.put(BackupPart::kRow, Bytes(kBackupPartBytesMax + 1)).error().code,
            ErrorCode::kTooLarge);
  std::atomic<bool> stop = false;
  writer.stop_on(stop);
  EXPECT_TRUE(writer.put(BackupPart::kRow, Bytes(9)));
  stop = true;
  EXPECT_EQ(writer.put(BackupPart::kRow, Bytes(9)).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(BackupWriter::create(file(), 1, *ring_->backup_key(1)).error().code,
            ErrorCode::kConflict);
}

TEST_F(BackupTest, ABackupKeyIsAFileOfItsOwn) {
  const auto key_file = ring_->backup_key_file(1);
  ASSERT_TRUE(key_file);
  EXPECT_EQ(key_file->name, "backup-1.key");
  EXPECT_TRUE(ring_->make_backup_key(1));  // it is there
  EXPECT_EQ(ring_->backup_key_file(1)->bytes, key_file->bytes);
  EXPECT_EQ(KeyRing::open_backup_key(key_file->bytes, 1, root_).error().code, ErrorCode::kCrypto);
  EXPECT_EQ(KeyRing::open_backup_key({}, 1, root_).error().code, ErrorCode::kCrypto);
  ASSERT_TRUE(ring_->destroy_backup_key(1));
  EXPECT_TRUE(ring_->destroy_backup_key(1));
  EXPECT_EQ(ring_->backup_key(1).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace bulkhead
