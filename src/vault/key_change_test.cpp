// New key-encryption keys, new customer keys: what opens meanwhile, what a crash leaves, what
// damage costs, and that nothing of the old keys is in any file afterwards.
#include <algorithm>
#include <atomic>
#include <thread>

#include "store/durable_file.h"
#include "vault/sealing.h"
#include "vault/vault_fixture.h"

namespace bulkhead {
namespace {

class KeyChangeTest : public VaultFixture {
 protected:
  static constexpr std::uint32_t kCustomers = 600;  // more than one step takes

  void SetUp() override {
    VaultFixture::SetUp();
    ASSERT_TRUE(vault_->add_customers(sample(1, kCustomers)));
    for (std::uint64_t n = 1; n <= 3; ++n)
      ASSERT_TRUE(vault_->add_message(
          {CaseNumber(1), CustomerNumber(7), n, Direction::kNote, "message " + std::to_string(n)}));
  }

  // To its end; answers the last step.
  KeyProgress change(KeyChange kind) {
    for (int step = 0; step < 1000; ++step) {
      const auto progress = vault_->change_keys(kind);
      EXPECT_TRUE(progress) << progress.error().context;
      if (!progress || progress->finished) return progress.value_or(KeyProgress{});
      if (between_steps_) between_steps_();
    }
    ADD_FAILURE() << "it does not come to an end";
    return {};
  }
  KeyProgress change_all(KeyChange kind) {
    EXPECT_TRUE(ring_->begin_epoch(ring_->epoch(RingKey::kPerson) + 1));
    const auto progress = change(kind);
    EXPECT_TRUE(ring_->end_former_epoch());
    return progress;
  }

  // Everything that was put in opens, pseudonyms are what they were.
  void expect_all_there() {
    for (std::uint32_t n = 1; n <= kCustomers; ++n) {
      const auto record = reader_->open_fields(CustomerNumber(n), FieldSet::all());
      ASSERT_TRUE(record) << n << ": " << record.error().context;
      EXPECT_EQ(value_of(*record, Field::kEmail), "person" + std::to_string(n) + "@example.com");
    }
    const auto messages = reader_->messages(CaseNumber(1), 10);
    ASSERT_TRUE(messages) << messages.error().context;
    ASSERT_GE(messages->size(), 3u);
    EXPECT_EQ((*messages)[2].text, "message 3");
  }
  // Of all files together.
  std::string files() const {
    std::string all;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      const auto bytes = read_small_file(file.path(), 8u << 20);
      EXPECT_TRUE(bytes);
      all += text_of(*bytes);
    }
    return all;
  }
  static ByteView slot_of(const Bytes& row, std::size_t slot) {
    return ByteView(row).subspan(1 + slot * kWrappedKeyBytes + 4, kWrappedKeyBytes - 4);
  }
  Bytes column_of(const char* column, std::uint32_t customer) {
    auto database = Database::open(folder_.path() / "vault.db", {.read_only = true});
    const auto sql = std::string("SELECT ") + column + " FROM records WHERE customer = $1";
    auto select = (*database)->prepare(sql.c_str());
    if (!*select->bind(1, customer).step()) return {};
    const auto bytes = select->bytes(0);
    return Bytes(bytes.begin(), bytes.end());
  }

  std::function<void()> between_steps_;
};

TEST_F(KeyChangeTest, ARotationLeavesNoOldWrappedKeyAndNoOldKeyEncryptionKey) {
  std::vector<Bytes> before;
  for (const std::uint32_t n : {1u, 7u, 299u, kCustomers})
    before.push_back(wrapped_keys_of(CustomerNumber(n)));
  const auto old_file = *read_small_file(folder_.path() / "contact.key", 1000);
  const auto pseudonym = reader_->person(CustomerNumber(7))->pseudonym(2026);
  const auto sealed = column_of("contact", 7);

  const auto progress = change_all(KeyChange::kRotate);
  EXPECT_EQ(progress.customers, kCustomers);
  EXPECT_EQ(progress.damaged, 0u);

  const auto all = files();
  for (const auto& row : before) {
    for (std::size_t slot = 0; slot < kCustomerKeyCount; ++slot)
      EXPECT_EQ(all.find(text_of(slot_of(row, slot))), std::string::npos) << slot;
  }
  EXPECT_EQ(all.find(text_of(ByteView(old_file).subspan(20))), std::string::npos);
  const auto new_row = wrapped_keys_of(CustomerNumber(7));
  EXPECT_NE(all.find(text_of(slot_of(new_row, 3))), std::string::npos);  // the search finds
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "contact.key"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "contact-2.key"));
  EXPECT_EQ(column_of("contact", 7), sealed);  // a rotation encrypts nothing anew
  EXPECT_EQ(reader_->person(CustomerNumber(7))->pseudonym(2026), pseudonym);
  expect_all_there();
  reopen();
  expect_all_there();
  change_all(KeyChange::kRotate);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "contact-3.key"));
  expect_all_there();
}

TEST_F(KeyChangeTest, ARekeyEncryptsEverythingUnderNewCustomerKeys) {
  const auto before = wrapped_keys_of(CustomerNumber(7));
  const auto old_person = reader_->person(CustomerNumber(7));
  const auto old_key = old_person->compartment_key(*ring_, Compartment::kContact);
  const auto sealed = column_of("contact", 7);
  const auto pseudonym = old_person->pseudonym(2026);

  const auto progress = change_all(KeyChange::kRekey);
  EXPECT_EQ(progress.customers, kCustomers);
  EXPECT_EQ(progress.damaged, 0u);

  const auto all = files();
  for (std::size_t slot = 0; slot < kCustomerKeyCount; ++slot)
    EXPECT_EQ(all.find(text_of(slot_of(before, slot))), std::string::npos) << slot;
  // Who has the old database with the old keys has nothing of the new one.
  const auto now = column_of("contact", 7);
  EXPECT_NE(now, sealed);
  ASSERT_TRUE(open_compartment(old_key->view(), CustomerNumber(7), Compartment::kContact, sealed));
  EXPECT_FALSE(open_compartment(old_key->view(), CustomerNumber(7), Compartment::kContact, now));
  EXPECT_EQ(*claimed_version(now), *claimed_version(sealed));
  EXPECT_EQ(reader_->person(CustomerNumber(7))->pseudonym(2026), pseudonym);
  EXPECT_EQ(wrapped_keys_of(CustomerNumber(7)).size(), kWrappedKeysBytes);
  expect_all_there();
  reopen();
  expect_all_there();
}

TEST_F(KeyChangeTest, ReadersWritersAndErasuresGoOnBetweenTheSteps) {
  std::uint32_t version = 1;  // of the eighth customer's contact
  for (const auto kind : {KeyChange::kRotate, KeyChange::kRekey}) {
    std::uint32_t at = vault_->next_customer_number().value;
    const std::uint32_t first = at;
    between_steps_ = [&] {
      expect_all_there();
      ASSERT_TRUE(vault_->add_customers(sample(at, 1)));
      ASSERT_TRUE(vault_->add_message(
          {CaseNumber(2), CustomerNumber(7), 9, Direction::kNote, "said meanwhile"}));
      ASSERT_TRUE(vault_->change_compartment(
          {CustomerNumber(8), Compartment::kContact, ++version, FieldSet::of(Field::kEmail),
           *check_record({{Field::kEmail, 0, "person8@example.com"}})}));
      if (at > first) {
        ASSERT_TRUE(vault_->erase(CustomerNumber(at - 1)));
      }
      ++at;
    };
    change_all(kind);
    between_steps_ = {};
    ASSERT_GE(at, first + 2);
    expect_all_there();
    EXPECT_TRUE(reader_->open_fields(CustomerNumber(at - 1), FieldSet::all()));
    EXPECT_EQ(reader_->person(CustomerNumber(at - 2)).error().code, ErrorCode::kNotFound);
    const auto messages = reader_->messages(CaseNumber(2), 200);
    ASSERT_TRUE(messages) << messages.error().context;
    EXPECT_EQ(messages->back().text, "said meanwhile");
  }
}

// What an act carries was read before the change, and its own keys are gone now.
TEST_F(KeyChangeTest, KeysReadBeforeAChangeAreReadAgain) {
  const auto person = reader_->person(CustomerNumber(7));
  change_all(KeyChange::kRotate);
  EXPECT_TRUE(reader_->open_fields(*person, FieldSet::all()));
  change_all(KeyChange::kRekey);
  EXPECT_TRUE(reader_->open_fields(*person, FieldSet::all()));
  EXPECT_EQ(*reader_->compartment_version(*person, Compartment::kContact), 1u);
  ASSERT_TRUE(vault_->erase(CustomerNumber(7)));
  EXPECT_EQ(reader_->open_fields(*person, FieldSet::all()).error().code, ErrorCode::kNotFound);
}

TEST_F(KeyChangeTest, AReaderNeverSeesTwoFilesThatDoNotFit) {
  std::atomic<bool> stop = false;
  std::atomic<unsigned> read = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      const auto reader = *VaultReader::open(folder_.path(), *ring_);
      for (std::uint32_t n = static_cast<std::uint32_t>(i); !stop; n += 7) {
        const ReadWindow window(*reader);
        for (std::uint32_t k = 0; k < 5; ++k) {
          const CustomerNumber customer(1 + (n + k * 97) % kCustomers);
          const auto person = reader->person(customer);
          ASSERT_TRUE(person) << person.error().context;
          std::this_thread::yield();
          const auto record = reader->open_fields(*person, FieldSet::all());
          ASSERT_TRUE(record) << record.error().context;
          ++read;
        }
      }
    });
  }
  for (const auto kind : {KeyChange::kRekey, KeyChange::kRotate, KeyChange::kRekey}) {
    ASSERT_TRUE(ring_->begin_epoch(ring_->epoch(RingKey::kPerson) + 1));
    for (bool finished = false; !finished;) {
      const auto progress = vault_->change_keys(kind);
      if (!progress) {
        ASSERT_EQ(progress.error().code, ErrorCode::kUnavailable);
      }
      finished = progress && progress->finished;
    }
    ASSERT_TRUE(ring_->end_former_epoch());
  }
  stop = true;
  threads.clear();
  EXPECT_GT(read, 100u);
}

TEST_F(KeyChangeTest, GoesOnAfterACrashAtAnyStep) {
  for (const auto kind : {KeyChange::kRotate, KeyChange::kRekey}) {
    ASSERT_TRUE(ring_->begin_epoch(ring_->epoch(RingKey::kPerson) + 1));
    bool finished = false;
    for (int crash = 1; !finished; ++crash) {  // each run takes one step more than the one before
      for (int step = 0; step < crash && !finished; ++step) {
        const auto progress = vault_->change_keys(kind);
        ASSERT_TRUE(progress) << progress.error().context;
        finished = progress->finished;
      }
      reopen();
      expect_all_there();
    }
    ASSERT_TRUE(ring_->end_former_epoch());
    expect_all_there();
  }
}

TEST_F(KeyChangeTest, DamageCostsOnlyWhatIsDamaged) {
  // A bit of customer 5's contact key, all of customer 6's row, and a bit of one message of 7.
  auto row = wrapped_keys_of(CustomerNumber(5));
  const auto damaged_at =
      1 + kWrappedKeyBytes * static_cast<std::size_t>(Compartment::kContact) + 20;
  row[damaged_at] ^= 1;
  {
    auto database = Database::open(folder_.path() / "keys.db", {});
    auto update = (*database)->prepare("UPDATE keys SET wrapped = $1 WHERE customer = 5");
    ASSERT_TRUE(update->bind(1, ByteView(row)).run());
  }
  tamper("keys.db", "UPDATE keys SET wrapped = x'01' WHERE customer = 6");
  tamper("vault.db", "UPDATE messages SET created_ms = 99 WHERE customer = 7 AND id = 2");
  for (const auto kind : {KeyChange::kRotate, KeyChange::kRekey}) {
    const auto progress = change_all(kind);
    EXPECT_EQ(progress.customers, kCustomers);
    EXPECT_EQ(progress.damaged, kind == KeyChange::kRotate ? 2u : 3u);
    const auto person = reader_->person(CustomerNumber(5));
    ASSERT_TRUE(person);
    for (std::size_t i = 0; i < kCompartmentCount; ++i) {
      const auto compartment = static_cast<Compartment>(i);
      const auto opened = reader_->open_fields(*person, FieldSet::of(compartment));
      if (compartment == Compartment::kContact)
        EXPECT_EQ(opened.error().code, ErrorCode::kCrypto);
      else
        EXPECT_TRUE(opened) << opened.error().context;
    }
    // Its bytes are what they were, for whoever can mend them.
    const auto now = wrapped_keys_of(CustomerNumber(5));
    EXPECT_TRUE(std::ranges::equal(slot_of(now, 1), slot_of(row, 1)));
    EXPECT_EQ(wrapped_keys_of(CustomerNumber(6)), Bytes{1});
    EXPECT_TRUE(reader_->open_fields(CustomerNumber(4), FieldSet::all()));
  }
  tamper("vault.db", "DELETE FROM messages WHERE id = 2");
  EXPECT_EQ(reader_->messages(CaseNumber(1), 10)->size(), 2u);
  // Whoever is damaged can still be erased.
  EXPECT_TRUE(vault_->erase(CustomerNumber(5)));
  EXPECT_TRUE(vault_->erase(CustomerNumber(6)));
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kEmail, "person6@example.com"), std::nullopt);
}

TEST_F(KeyChangeTest, ManyMessagesOfOneCustomerTakeSeveralSteps) {
  const std::string text(kMessageBytesMax, 'x');
  std::vector<NewMessage> messages;
  for (std::uint64_t n = 0; n < 2 * kKeyStepBytes / kMessageBytesMax + 10; ++n)
    messages.push_back({CaseNumber(3), CustomerNumber(9), n, Direction::kNote, text});
  ASSERT_TRUE(vault_->add_messages(messages));
  unsigned steps = 0;
  between_steps_ = [&] { ++steps; };
  change_all(KeyChange::kRekey);
  EXPECT_GT(steps, 8u);  // three batches of customers and what these messages take
  const auto all = reader_->messages(CaseNumber(3), 200);
  ASSERT_TRUE(all) << all.error().context;
  EXPECT_EQ(all->front().text, text);
  expect_all_there();
}

TEST_F(KeyChangeTest, AReaderInTheWayIsAskedToFinishFirst) {
  ASSERT_TRUE(ring_->begin_epoch(2));
  {
    const ReadWindow window(*reader_);
    ASSERT_TRUE(reader_->person(CustomerNumber(2)));
    Result<KeyProgress> progress;
    for (int step = 0; step < 10 && progress; ++step)
      progress = vault_->change_keys(KeyChange::kRekey);
    EXPECT_EQ(progress.error().code, ErrorCode::kUnavailable);
    EXPECT_TRUE(reader_->open_fields(CustomerNumber(2), FieldSet::all()));
  }
  change(KeyChange::kRekey);
  ASSERT_TRUE(ring_->end_former_epoch());
  expect_all_there();
}

TEST_F(KeyChangeTest, ALockedCompartmentStopsItAndNothingIsLost) {
  ring_->lock(Compartment::kPayment);
  EXPECT_EQ(ring_->begin_epoch(2).error().code, ErrorCode::kRefused);
  EXPECT_EQ(ring_->epoch(RingKey::kContact), 1u);
}

// A folder made before keys had epochs.
TEST_F(KeyChangeTest, AVaultOfFormatOneIsTakenUpAndLaterOnesAreRefused) {
  tamper("vault.db", "UPDATE meta SET value = 1 WHERE name = 'format'");
  reopen();
  EXPECT_EQ(count("vault.db", "SELECT value FROM meta WHERE name = 'format'"), 2u);
  change_all(KeyChange::kRekey);
  expect_all_there();
  tamper("vault.db", "UPDATE meta SET value = 3 WHERE name = 'format'");
  EXPECT_EQ(Vault::open(folder_.path(), *ring_).error().code, ErrorCode::kConflict);
  tamper("vault.db", "UPDATE meta SET value = 0 WHERE name = 'format'");
  EXPECT_EQ(Vault::open(folder_.path(), *ring_).error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace bulkhead
