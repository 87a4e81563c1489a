// A vault in a temporary folder, for tests. It must never be linked into a program. Owned by vault.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "crypto/random.h"
#include "store/database.h"
#include "store/temporary_folder.h"
#include "vault/bench_seal.h"
#include "vault/key_ring.h"
#include "vault/vault.h"
#include "vault/vault_reader.h"

namespace bulkhead {

class VaultFixture : public testing::Test {
 protected:
  void SetUp() override {
    auto ring = KeyRing::create(folder_.path(), random_secret(kKeyBytes));
    ASSERT_TRUE(ring) << ring.error().context;
    ring_ = std::move(*ring);
    auto vault = Vault::create(folder_.path(), *ring_);
    ASSERT_TRUE(vault) << vault.error().context;
    vault_ = std::move(*vault);
    reader_ = *VaultReader::open(folder_.path(), *ring_);
  }

  void reopen() {
    reader_.reset();
    vault_.reset();
    auto vault = Vault::open(folder_.path(), *ring_);
    ASSERT_TRUE(vault) << vault.error().context;
    vault_ = std::move(*vault);
    reader_ = *VaultReader::open(folder_.path(), *ring_);
  }

  static std::vector<NewCustomer> sample(std::uint32_t first, std::uint32_t count) {
    std::vector<NewCustomer> customers;
    for (std::uint32_t n = first; n < first + count; ++n) {
      customers.push_back({CustomerNumber(n), *check_record(sample_record(CustomerNumber(n)))});
    }
    return customers;
  }

  // Changes the files behind the vault's back, as a thief or a broken disk would.
  void tamper(const char* file, const char* sql) {
    auto database = Database::open(folder_.path() / file, {});
    ASSERT_TRUE(database);
    ASSERT_TRUE((*database)->run(sql)) << sql;
  }
  Bytes wrapped_keys_of(CustomerNumber customer) {
    auto database = Database::open(folder_.path() / "keys.db", {.read_only = true});
    auto select = (*database)->prepare("SELECT wrapped FROM keys WHERE customer = $1");
    if (!*select->bind(1, customer.value).step()) return {};
    const auto bytes = select->bytes(0);
    return Bytes(bytes.begin(), bytes.end());
  }
  std::uint64_t count(const char* file, const char* sql) {
    auto database = Database::open(folder_.path() / file, {.read_only = true});
    auto select = (*database)->prepare(sql);
    return *select->step() ? select->number(0) : 0;
  }

  TemporaryFolder folder_;
  std::unique_ptr<KeyRing> ring_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<VaultReader> reader_;
};

inline std::string value_of(const Record& record, Field field) {
  for (const auto& value : record) {
    if (value.field == field) return value.value;
  }
  return {};
}

}  // namespace bulkhead
