#include "vault/key_ring.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "crypto/random.h"
#include "crypto/secret_access.h"
#include "store/durable_file.h"
#include "store/temporary_folder.h"
#include "vault/references.h"
#include "vault/root_key.h"

namespace bulkhead {
namespace {

Bytes copy_of(const KeyRing& ring, RingKey key) {
  return *ring.with_raw_key(
      key, [](KeyView raw) -> Result<Bytes> { return Bytes(raw.begin(), raw.end()); });
}

TEST(KeyRing, OpensWhatItMadeAndAllKeysDiffer) {
  const TemporaryFolder folder;
  const auto root = random_secret(kKeyBytes);
  const auto made = KeyRing::create(folder.path(), root);
  ASSERT_TRUE(made) << made.error().context;
  const auto opened = KeyRing::open(folder.path(), root);
  ASSERT_TRUE(opened) << opened.error().context;
  std::set<Bytes> keys;
  for (std::size_t i = 0; i < kRingKeyCount; ++i) {
    const auto key = static_cast<RingKey>(i);
    EXPECT_EQ(copy_of(**made, key), copy_of(**opened, key));
    EXPECT_EQ((*opened)->epoch(key), 1u);
    EXPECT_TRUE(keys.insert(copy_of(**opened, key)).second);
  }
  EXPECT_EQ((*made)->ledger_signing_key().public_key(),
            (*opened)->ledger_signing_key().public_key());
  EXPECT_EQ(KeyRing::create(folder.path(), root).error().code, ErrorCode::kConflict);
}

TEST(KeyRing, TakesOneLockedAllocation) {
  const TemporaryFolder folder;
  const int before = locked_allocations();
  const auto ring = KeyRing::create(folder.path(), random_secret(kKeyBytes));
  EXPECT_EQ(locked_allocations(), before + 1);
}

TEST(KeyRing, AnotherRootKeyDoesNotFit) {
  const TemporaryFolder folder;
  ASSERT_TRUE(KeyRing::create(folder.path(), random_secret(kKeyBytes)));
  EXPECT_EQ(KeyRing::open(folder.path(), random_secret(kKeyBytes)).error().code,
            ErrorCode::kCrypto);
  EXPECT_EQ(KeyRing::open(folder.path(), random_secret(16)).error().code, ErrorCode::kCrypto);
}

TEST(KeyRing, FilesThatWereSwappedChangedOrLostAreRefused) {
  const TemporaryFolder folder;
  const auto root = random_secret(kKeyBytes);
  ASSERT_TRUE(KeyRing::create(folder.path(), root));
  const auto contact = folder.path() / "contact.key";
  const auto original = *read_small_file(contact, 1000);
  const auto put = [&](const Bytes& bytes) {
    std::filesystem::remove(contact);
    ASSERT_TRUE(write_new_file_durably(contact, bytes));
  };
  put(*read_small_file(folder.path() / "identity.key", 1000));
  EXPECT_EQ(KeyRing::open(folder.path(), root).error().code, ErrorCode::kCrypto);
  for (std::size_t at = 0; at < original.size(); at += 7) {
    auto changed = original;
    changed[at] ^= 1;
    put(changed);
    EXPECT_EQ(KeyRing::open(folder.path(), root).error().code, ErrorCode::kCrypto) << at;
  }
  put(Bytes(original.begin(), original.end() - 1));
  EXPECT_EQ(KeyRing::open(folder.path(), root).error().code, ErrorCode::kCrypto);
  put(Bytes(4096, 0));
  EXPECT_EQ(KeyRing::open(folder.path(), root).error().code, ErrorCode::kTooLarge);
  std::filesystem::remove(contact);
  EXPECT_EQ(KeyRing::open(folder.path(), root).error().code, ErrorCode::kNotFound);
  put(original);
  EXPECT_TRUE(KeyRing::open(folder.path(), root));
}

// Folders made before there were snapshots have no key for them.
TEST(KeyRing, AMissingSnapshotKeyIsMadeAnew) {
  const TemporaryFolder folder;
  const auto root = random_secret(kKeyBytes);
  const auto made = KeyRing::create(folder.path(), root);
  ASSERT_TRUE(made);
  std::filesystem::remove(folder.path() / "snapshot.key");
  EXPECT_FALSE(KeyRing::open(folder.path(), random_secret(kKeyBytes)));  // not for a stranger
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "snapshot.key"));
  const auto opened = KeyRing::open(folder.path(), root);
  ASSERT_TRUE(opened);
  EXPECT_NE(copy_of(**opened, RingKey::kSnapshot), copy_of(**made, RingKey::kSnapshot));
  EXPECT_EQ(copy_of(**opened, RingKey::kRows), copy_of(**made, RingKey::kRows));
  const auto again = KeyRing::open(folder.path(), root);
  ASSERT_TRUE(again);
  EXPECT_EQ(copy_of(**again, RingKey::kSnapshot), copy_of(**opened, RingKey::kSnapshot));
}

Bytes copy_of_epoch(const KeyRing& ring, RingKey key, std::uint32_t epoch) {
  auto copy = ring.with_raw_key_of(
      key, epoch, [](KeyView raw) -> Result<Bytes> { return Bytes(raw.begin(), raw.end()); });
  return copy.value_or(Bytes());
}

TEST(KeyRing, HoldsTwoEpochsUntilTheFormerOneIsEnded) {
  const TemporaryFolder folder;
  const auto root = random_secret(kKeyBytes);
  const auto ring = *KeyRing::create(folder.path(), root);
  const auto first = copy_of(*ring, RingKey::kTravel);
  const auto rows = copy_of(*ring, RingKey::kRows);
  ASSERT_TRUE(ring->begin_epoch(2));
  EXPECT_TRUE(ring->begin_epoch(2));  // asked again, as after a crash
  EXPECT_EQ(ring->begin_epoch(3).error().code, ErrorCode::kConflict);
  EXPECT_EQ(ring->epoch(RingKey::kTravel), 2u);
  EXPECT_EQ(ring->oldest_epoch(RingKey::kTravel), 1u);
  const auto second = copy_of(*ring, RingKey::kTravel);
  EXPECT_NE(second, first);
  const auto opened = *KeyRing::open(folder.path(), root);
  for (const auto* one : {ring.get(), opened.get()}) {
    EXPECT_EQ(copy_of_epoch(*one, RingKey::kTravel, 1), first);
    EXPECT_EQ(copy_of_epoch(*one, RingKey::kTravel, 2), second);
    EXPECT_EQ(copy_of_epoch(*one, RingKey::kTravel, 3), Bytes());
    EXPECT_EQ(copy_of_epoch(*one, RingKey::kTravel, 0), Bytes());
  }
  EXPECT_EQ(copy_of(*ring, RingKey::kRows), rows);
  ASSERT_TRUE(ring->end_former_epoch());
  EXPECT_EQ(ring->oldest_epoch(RingKey::kTravel), 2u);
  const auto again = *KeyRing::open(folder.path(), root);
  for (const auto* one : {ring.get(), again.get()}) {
    EXPECT_EQ(copy_of_epoch(*one, RingKey::kTravel, 1), Bytes());
    EXPECT_EQ(copy_of(*one, RingKey::kTravel), second);
  }
  EXPECT_TRUE(ring->begin_epoch(2));  // nothing to do
  EXPECT_EQ(ring->begin_epoch(4).error().code, ErrorCode::kConflict);
}

TEST(KeyRing, WhatACrashLeavesOfAnEpochIsTakenUp) {
  const TemporaryFolder folder;
  const auto root = random_secret(kKeyBytes);
  {
    const auto ring = *KeyRing::create(folder.path(), root);
    ASSERT_TRUE(ring->begin_epoch(2));
  }
  // As if the crash had come before the last of the new keys was made.
  std::filesystem::remove(folder.path() / "person-2.key");
  {
    const auto ring = *KeyRing::open(folder.path(), root);
    EXPECT_EQ(ring->epoch(RingKey::kPerson), 1u);
    ASSERT_TRUE(ring->begin_epoch(2));
    EXPECT_EQ(ring->epoch(RingKey::kPerson), 2u);
  }
  // And in the midst of the destruction of an old one.
  std::filesystem::rename(folder.path() / "travel.key", folder.path() / "travel.key.destroyed");
  const auto ring = *KeyRing::open(folder.path(), root);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "travel.key.destroyed"));
  EXPECT_EQ(ring->oldest_epoch(RingKey::kTravel), 2u);
  EXPECT_EQ(ring->oldest_epoch(RingKey::kContact), 1u);
  ASSERT_TRUE(ring->end_former_epoch());
  EXPECT_EQ(ring->oldest_epoch(RingKey::kContact), 2u);
}

TEST(KeyRing, EpochsThatDoNotFollowEachOtherAreRefused) {
  const TemporaryFolder folder;
  const auto root = random_secret(kKeyBytes);
  const auto ring = *KeyRing::create(folder.path(), root);
  ASSERT_TRUE(ring->begin_epoch(2));
  const auto copy = [&](const char* from, const char* to) {
    std::filesystem::copy_file(folder.path() / from, folder.path() / to,
                               std::filesystem::copy_options::overwrite_existing);
  };
  copy("contact-2.key", "contact-4.key");
  EXPECT_EQ(KeyRing::open(folder.path(), root).error().code, ErrorCode::kConflict);
  std::filesystem::remove(folder.path() / "contact-4.key");
  copy("contact-2.key", "contact-3.key");
  EXPECT_EQ(KeyRing::open(folder.path(), root).error().code, ErrorCode::kConflict);
  std::filesystem::remove(folder.path() / "contact.key");
  EXPECT_EQ(KeyRing::open(folder.path(), root).error().code, ErrorCode::kCrypto);  // says 3, is 2
  std::filesystem::remove(folder.path() / "contact-3.key");
  for (const char* name : {"contact-02.key", "contact-.key", "contact-1.key", "contact-0.key",
                           "contact-2.key.new", "contact--2.key", "contact-99999999999.key"})
    copy("contact-2.key", name);  // no names of ours
  EXPECT_TRUE(KeyRing::open(folder.path(), root));
}

TEST(RootKey, IsMadeOnceAndPrivate) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "root.key";
  ASSERT_TRUE(make_root_key_file(path));
  EXPECT_EQ(make_root_key_file(path).error().code, ErrorCode::kConflict);
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  const auto key = load_root_key_file(path);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->size(), kKeyBytes);
  EXPECT_EQ(load_root_key_file(folder.path() / "none").error().code, ErrorCode::kNotFound);
}

TEST(RootKey, FilesOthersCouldReadOrOfAnotherFormAreRefused) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "root.key";
  ASSERT_TRUE(make_root_key_file(path));
  ASSERT_EQ(chmod(path.c_str(), 0604), 0);
  EXPECT_EQ(load_root_key_file(path).error().code, ErrorCode::kRefused);
  ASSERT_EQ(chmod(path.c_str(), 0620), 0);
  EXPECT_EQ(load_root_key_file(path).error().code, ErrorCode::kRefused);
  EXPECT_EQ(load_root_key_file(folder.path()).error().code, ErrorCode::kRefused);  // a folder
  const std::string good(64, 'a');
  for (const auto& text :
       {std::string(), good, good + " ", "x" + good, std::string(64, 'g') + "\n", good + "\n\n"}) {
    const auto bad = folder.path() / "bad.key";
    std::filesystem::remove(bad);
    ASSERT_TRUE(write_new_file_durably(bad, view_of(text)));
    EXPECT_FALSE(load_root_key_file(bad)) << text.size();
  }
}

class ReferencesTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::unique_ptr<KeyRing> ring_ =
      std::move(*KeyRing::create(folder_.path(), random_secret(kKeyBytes)));
};

TEST_F(ReferencesTest, AReferenceIsWorthSomethingInItsSessionOnly) {
  std::set<CustomerRef> seen;
  for (std::uint32_t n = 1; n < 2000; ++n) {
    const auto ref = make_ref(*ring_, CustomerNumber(n), SessionNumber(5));
    EXPECT_TRUE(seen.insert(ref).second);
    EXPECT_EQ(read_ref(*ring_, ref, SessionNumber(5)), CustomerNumber(n));
    EXPECT_EQ(read_ref(*ring_, ref, SessionNumber(6)).error().code, ErrorCode::kNotFound);
  }
}

TEST_F(ReferencesTest, GuessesAreNotFound) {
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(read_ref(*ring_, random_id<struct CustomerRefTag>(), SessionNumber(5)));
  }
  EXPECT_FALSE(
      read_ref(*ring_, make_ref(*ring_, CustomerNumber(0), SessionNumber(5)), SessionNumber(5)));
}

TEST_F(ReferencesTest, SealedCustomersComeBackAndLookUnlike) {
  std::set<std::uint32_t> seen;
  for (std::uint8_t i = 0; i < 100; ++i) {
    const std::array<std::uint8_t, 16> salt{i};
    const auto sealed = seal_customer(*ring_, CustomerNumber(77), salt);
    EXPECT_EQ(unseal_customer(*ring_, sealed, salt), CustomerNumber(77));
    seen.insert(sealed);
  }
  EXPECT_GT(seen.size(), 95u);
}

}  // namespace
}  // namespace bulkhead
