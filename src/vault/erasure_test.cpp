// What is left of a customer after an erasure, and after crashes in the midst of an import or an
// erasure.
#include <algorithm>

#include "store/durable_file.h"
#include "vault/vault_fixture.h"

namespace bulkhead {
namespace {

class ErasureTest : public VaultFixture {
 protected:
  bool in_any_file(ByteView needle) const {
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      const auto bytes = read_small_file(file.path(), 4u << 20);
      EXPECT_TRUE(bytes);
      if (text_of(*bytes).find(text_of(needle)) != std::string_view::npos) return true;
    }
    return false;
  }
};

TEST_F(ErasureTest, LeavesNeitherKeysNorRecordNorIndexNorMessages) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 20)));
  ASSERT_TRUE(vault_->add_message({CaseNumber(1), CustomerNumber(7), 1, Direction::kNote, "x"}));
  ASSERT_TRUE(vault_->add_message({CaseNumber(2), CustomerNumber(8), 1, Direction::kNote, "x"}));
  const auto wrapped = wrapped_keys_of(CustomerNumber(7));
  ASSERT_EQ(wrapped.size(), kWrappedKeysBytes);
  // Each wrapped key by itself is looked for, so that no fragment on a freed page escapes.
  const auto key = [&](std::size_t slot) {
    return ByteView(wrapped).subspan(1 + slot * kWrappedKeyBytes + 4, kWrappedKeyBytes - 4);
  };
  for (std::size_t slot = 0; slot < kCustomerKeyCount; ++slot) EXPECT_TRUE(in_any_file(key(slot)));

  ASSERT_TRUE(vault_->erase(CustomerNumber(7)));

  for (std::size_t slot = 0; slot < kCustomerKeyCount; ++slot) EXPECT_FALSE(in_any_file(key(slot)));
  EXPECT_EQ(reader_->person(CustomerNumber(7)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kEmail, "person7@example.com"), std::nullopt);
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM records WHERE customer = 7"), 0u);
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM blind WHERE customer = 7"), 0u);
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM messages"), 1u);
  EXPECT_EQ(count("keys.db", "SELECT count(*) FROM pending WHERE act = 1"), 0u);
  EXPECT_TRUE(reader_->open_fields(CustomerNumber(8), FieldSet::all()));
  EXPECT_EQ(vault_->erase(CustomerNumber(7)).error().code, ErrorCode::kNotFound);
}

TEST_F(ErasureTest, IsEndedAtTheNextStartAfterACrash) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 3)));
  ASSERT_TRUE(vault_->add_message({CaseNumber(1), CustomerNumber(2), 1, Direction::kNote, "x"}));
  // As a crash leaves it between the deletion of the keys and that of the record.
  tamper("keys.db", "DELETE FROM keys WHERE customer = 2; INSERT INTO pending VALUES (1, 2, 2)");
  reopen();
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM records WHERE customer = 2"), 0u);
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM blind WHERE customer = 2"), 0u);
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM messages"), 0u);
  EXPECT_EQ(count("keys.db", "SELECT count(*) FROM pending WHERE act = 1"), 0u);
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM records"), 2u);
}

TEST_F(ErasureTest, OrphanKeysOfAnInterruptedImportAreSwept) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 5)));
  ASSERT_TRUE(vault_->add_customers(sample(6, 5)));
  // As a crash leaves it between the commit of keys.db and that of vault.db.
  tamper("vault.db",
         "DELETE FROM records WHERE customer > 5; DELETE FROM blind WHERE customer > 5;"
         "UPDATE meta SET value = 6 WHERE name = 'next_customer'");
  reopen();
  EXPECT_EQ(count("keys.db", "SELECT count(*) FROM keys"), 5u);
  EXPECT_EQ(count("keys.db", "SELECT max(customer) FROM keys"), 5u);
  EXPECT_TRUE(vault_->add_customers(sample(6, 5)));
  reopen();
  EXPECT_EQ(count("keys.db", "SELECT count(*) FROM keys"), 10u);
  EXPECT_TRUE(reader_->open_fields(CustomerNumber(10), FieldSet::all()));
}

TEST_F(ErasureTest, AReaderInTheWayIsAnErrorAndTheErasureEndsLater) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 2)));
  const auto wrapped = wrapped_keys_of(CustomerNumber(1));
  {
    const ReadWindow window(*reader_);
    ASSERT_TRUE(reader_->person(CustomerNumber(2)));
    EXPECT_EQ(vault_->erase(CustomerNumber(1)).error().code, ErrorCode::kUnavailable);
  }
  EXPECT_TRUE(vault_->erase(CustomerNumber(1)));
  EXPECT_EQ(vault_->erase(CustomerNumber(1)).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(in_any_file(ByteView(wrapped).subspan(5, 60)));
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM records"), 1u);
}

}  // namespace
}  // namespace bulkhead
