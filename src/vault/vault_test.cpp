#include "vault/vault.h"

#include "store/durable_file.h"
#include "vault/fields.h"
#include "vault/identifiers.h"
#include "vault/vault_fixture.h"

namespace bulkhead {
namespace {

class VaultTest : public VaultFixture {};

TEST_F(VaultTest, EveryFieldComesBackAsChecked) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 3)));
  const auto opened = reader_->open_fields(CustomerNumber(2), FieldSet::all());
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, check_record(sample_record(CustomerNumber(2)))->values());
  EXPECT_EQ(*reader_->customer_count(), 3u);
  EXPECT_EQ(vault_->next_customer_number(), CustomerNumber(4));
}

TEST_F(VaultTest, OnlyTheAskedFieldsAreGiven) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 1)));
  const auto fields = FieldSet::of(Field::kEmail) | FieldSet::of(Field::kTier);
  const auto opened = reader_->open_fields(CustomerNumber(1), fields);
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->size(), 2u);
  EXPECT_EQ((*opened)[0].value, "person1@example.com");
  EXPECT_EQ((*opened)[1].value, "Silver");
  EXPECT_TRUE(reader_->open_fields(CustomerNumber(1), FieldSet{})->empty());
  EXPECT_EQ(reader_->open_fields(CustomerNumber(1), FieldSet{1ull << 63}).error().code,
            ErrorCode::kMalformed);
  EXPECT_EQ(reader_->open_fields(CustomerNumber(2), fields).error().code, ErrorCode::kNotFound);
}

TEST_F(VaultTest, NothingInClearIsInTheFiles) {
  ASSERT_TRUE(vault_->add_customers({{NewCustomer{
      CustomerNumber(1), *check_record({{Field::kFamilyName, 0, "Zyxwvutsson"},
                                        {Field::kEmail, 0, "zyxwvutsson@example.com"}})}}}));
  ASSERT_TRUE(vault_->add_message(
      {CaseNumber(1), CustomerNumber(1), 5, Direction::kFromCustomer, "Zyxwvutsson!"}));
  const RowWrite row{1, 1, 0, Bytes(view_of("Zyxwvutsson").begin(), view_of("Zyxwvutsson").end()),
                     false};
  ASSERT_TRUE(vault_->write_rows({&row, 1}, 1));
  for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
    const auto bytes = read_small_file(file.path(), 4u << 20);
    ASSERT_TRUE(bytes);
    std::string text(text_of(*bytes));
    for (auto& c : text) c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
    EXPECT_EQ(text.find("zyxwvutsson"), std::string::npos) << file.path();
  }
}

TEST_F(VaultTest, IdentifiersLeadToTheCustomer) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 100)));
  const auto find = [&](IdentifierKind kind, std::string_view text) {
    return *reader_->lookup(kind, *normalise(kind, text));
  };
  EXPECT_EQ(find(IdentifierKind::kEmail, "PERSON42@Example.COM"), CustomerNumber(42));
  EXPECT_EQ(find(IdentifierKind::kPhone, "+31 000 000 042"), CustomerNumber(42));
  EXPECT_EQ(find(IdentifierKind::kFrequentFlyer, "5000000042"), CustomerNumber(42));
  EXPECT_EQ(find(IdentifierKind::kLocator, "00002a"), CustomerNumber(42));
  EXPECT_EQ(find(IdentifierKind::kTicket, "074-2000000042"), CustomerNumber(42));
  EXPECT_EQ(find(IdentifierKind::kNameAndBirth, "FAMILY42|1982-07-15"), CustomerNumber(42));
  EXPECT_EQ(find(IdentifierKind::kNameAndBirth, "FAMILY42|1982-07-16"), std::nullopt);
  EXPECT_EQ(find(IdentifierKind::kEmail, "person101@example.com"), std::nullopt);
  // The same text under another kind is another tag.
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kLocator, "person42@example.com"), std::nullopt);
}

TEST_F(VaultTest, CompanionsShareALocatorUpToTheLimit) {
  std::vector<NewCustomer> group;
  for (std::uint32_t n = 1; n <= kLookupMatchesMax + 5; ++n) {
    group.push_back({CustomerNumber(n), *check_record({{Field::kLocator, 0, "ABCDEF"}})});
  }
  ASSERT_TRUE(vault_->add_customers(group));
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kLocator, "ABCDEF"), CustomerNumber(1));
  const auto all = reader_->lookup_all(IdentifierKind::kLocator, "ABCDEF");
  ASSERT_EQ(all->size(), kLookupMatchesMax);
  EXPECT_EQ(all->back(), CustomerNumber(kLookupMatchesMax));
}

TEST_F(VaultTest, PseudonymsDifferByCustomerAndYearAndStay) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 2)));
  const auto first = reader_->person(CustomerNumber(1))->pseudonym(2026);
  EXPECT_NE(first, reader_->person(CustomerNumber(1))->pseudonym(2027));
  EXPECT_NE(first, reader_->person(CustomerNumber(2))->pseudonym(2026));
  reopen();
  EXPECT_EQ(first, reader_->person(CustomerNumber(1))->pseudonym(2026));
  EXPECT_EQ(reader_->person(CustomerNumber(3)).error().code, ErrorCode::kNotFound);
}

TEST_F(VaultTest, ABatchIsAllOrNone) {
  const auto customers = sample(1, 2500);
  tamper("vault.db", "INSERT INTO records VALUES (2401, x'00', x'00', x'00', x'00', x'00', x'00')");
  EXPECT_EQ(vault_->add_customers(customers).error().code, ErrorCode::kConflict);
  EXPECT_EQ(*reader_->customer_count(), 0u);
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM records"), 1u);
  EXPECT_EQ(count("vault.db", "SELECT count(*) FROM blind"), 0u);
  EXPECT_EQ(vault_->next_customer_number(), CustomerNumber(1));
  tamper("vault.db", "DELETE FROM records");
  EXPECT_TRUE(vault_->add_customers(customers));
  EXPECT_EQ(*reader_->customer_count(), 2500u);
}

TEST_F(VaultTest, NumbersMustAscendAndAreNeverGivenTwice) {
  EXPECT_EQ(vault_->add_customers(sample(0, 1)).error().code, ErrorCode::kConflict);
  auto customers = sample(5, 2);  // gaps are fine
  ASSERT_TRUE(vault_->add_customers(customers));
  EXPECT_EQ(vault_->add_customers(customers).error().code, ErrorCode::kConflict);
  std::swap(customers[0], customers[1]);
  EXPECT_EQ(vault_->add_customers(customers).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(vault_->erase(CustomerNumber(6)));
  reopen();
  EXPECT_EQ(vault_->next_customer_number(), CustomerNumber(7));
}

TEST_F(VaultTest, MoreThanABatchIsRefused) {
  const std::vector<NewCustomer> customers(kCustomerBatchMax + 1);
  EXPECT_EQ(vault_->add_customers(customers).error().code, ErrorCode::kTooLarge);
  const std::vector<NewMessage> messages(kMessageBatchMax + 1);
  EXPECT_EQ(vault_->add_messages(messages).error().code, ErrorCode::kTooLarge);
  const std::vector<RowWrite> rows(kRowBatchMax + 1);
  EXPECT_EQ(vault_->write_rows(rows, 0).error().code, ErrorCode::kTooLarge);
  const RowWrite row{1, 1, 0, Bytes(kRowBytesMax + 1), false};
  EXPECT_EQ(vault_->write_rows({&row, 1}, 0).error().code, ErrorCode::kTooLarge);
}

TEST_F(VaultTest, ARecordMovedToAnotherCustomerDoesNotOpen) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 2)));
  tamper("vault.db",
         "UPDATE records SET contact = (SELECT contact FROM records WHERE customer = 1) WHERE "
         "customer = 2");
  EXPECT_EQ(reader_->open_fields(CustomerNumber(2), FieldSet::of(Field::kEmail)).error().code,
            ErrorCode::kCrypto);
  EXPECT_TRUE(reader_->open_fields(CustomerNumber(2), FieldSet::of(Field::kTier)));
}

TEST_F(VaultTest, KeysMovedToAnotherCustomerDoNotUnwrap) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 2)));
  // Record and keys together: everything fits but the number they are bound to.
  tamper("vault.db",
         "UPDATE records SET contact = (SELECT contact FROM records WHERE customer = 1) WHERE "
         "customer = 2");
  tamper(
      "keys.db",
      "UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE customer = 1) WHERE customer = 2");
  EXPECT_EQ(reader_->person(CustomerNumber(2)).error().code, ErrorCode::kCrypto);
}

TEST_F(VaultTest, ACompartmentMovedToAnotherPlaceOrVersionDoesNotOpen) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 1)));
  tamper("vault.db", "UPDATE records SET contact = payment");
  EXPECT_FALSE(reader_->open_fields(CustomerNumber(1), FieldSet::of(Field::kEmail)));
  // The version stands in bytes 2 to 5 of a sealed compartment.
  tamper("vault.db",
         "UPDATE records SET travel = CAST(substr(travel, 1, 4) || x'09' || substr(travel, 6) AS "
         "BLOB)");
  EXPECT_EQ(reader_->open_fields(CustomerNumber(1), FieldSet::of(Field::kSeat)).error().code,
            ErrorCode::kCrypto);
  EXPECT_FALSE(
      reader_->compartment_version(*reader_->person(CustomerNumber(1)), Compartment::kTravel));
}

TEST_F(VaultTest, DamagedRowsAreErrorsOnly) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 1)));
  for (const char* sql :
       {"UPDATE records SET loyalty = x''", "UPDATE records SET loyalty = x'01'",
        "UPDATE records SET loyalty = 'text'", "UPDATE records SET loyalty = zeroblob(4000)"}) {
    tamper("vault.db", sql);
    EXPECT_FALSE(reader_->open_fields(CustomerNumber(1), FieldSet::of(Field::kTier))) << sql;
  }
  for (const char* sql :
       {"UPDATE keys SET wrapped = x''", "UPDATE keys SET wrapped = zeroblob(449)",
        "UPDATE keys SET wrapped = zeroblob(450)"}) {
    tamper("keys.db", sql);
    EXPECT_FALSE(reader_->person(CustomerNumber(1))) << sql;
  }
}

TEST_F(VaultTest, ALockedCompartmentRefusesAndOthersGoOn) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 1)));
  ring_->lock(Compartment::kPayment);
  EXPECT_TRUE(ring_->locked(Compartment::kPayment));
  EXPECT_EQ(reader_->open_fields(CustomerNumber(1), FieldSet::of(Field::kIban)).error().code,
            ErrorCode::kRefused);
  EXPECT_TRUE(reader_->open_fields(CustomerNumber(1), FieldSet::of(Field::kEmail)));
  EXPECT_EQ(vault_->add_customers(sample(2, 1)).error().code, ErrorCode::kRefused);
  EXPECT_EQ(vault_->erase(CustomerNumber(1)).error().code, ErrorCode::kRefused);
  EXPECT_EQ(vault_->change_compartment({CustomerNumber(1), Compartment::kPayment, 2, {}, {}})
                .error()
                .code,
            ErrorCode::kRefused);
}

TEST_F(VaultTest, AChangeRaisesTheVersionAndMovesIdentifiers) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 2)));
  const auto version = [&] {
    return *reader_->compartment_version(*reader_->person(CustomerNumber(1)),
                                         Compartment::kContact);
  };
  const auto change = [&](std::uint32_t to, Record values, FieldSet fields) {
    return vault_->change_compartment(
        {CustomerNumber(1), Compartment::kContact, to, fields, *check_record(std::move(values))});
  };
  constexpr auto kEmail = FieldSet::of(Field::kEmail);
  EXPECT_EQ(version(), 1u);
  ASSERT_TRUE(change(2, {{Field::kEmail, 0, "new@example.com"}}, kEmail));
  EXPECT_EQ(version(), 2u);
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kEmail, "new@example.com"), CustomerNumber(1));
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kEmail, "person1@example.com"), std::nullopt);
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kPhone, "+31000000001"), CustomerNumber(1));
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kLocator, "000001"),
            CustomerNumber(1));  // another compartment's
  EXPECT_EQ(*reader_->open_fields(CustomerNumber(1), kEmail),
            (Record{{Field::kEmail, 0, "new@example.com"}}));

  // A version that was left out, and a field that goes.
  ASSERT_TRUE(change(5, {}, FieldSet::of(Field::kPhone)));
  EXPECT_EQ(version(), 5u);
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kPhone, "+31000000001"), std::nullopt);
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kEmail, "new@example.com"), CustomerNumber(1));

  EXPECT_EQ(change(5, {}, kEmail).error().code, ErrorCode::kConflict);
  EXPECT_EQ(change(6, {{Field::kCity, 0, "Delft"}}, kEmail).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(change(6, {}, FieldSet::of(Field::kSeat)).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(vault_->change_compartment({CustomerNumber(9), Compartment::kContact, 2, {}, {}})
                .error()
                .code,
            ErrorCode::kNotFound);
  EXPECT_EQ(version(), 5u);
}

TEST_F(VaultTest, NoChangeMakesAnIdentifierTooCommonToReadAllWhoHaveIt) {
  constexpr auto kMany = static_cast<std::uint32_t>(kLookupMatchesMax) + 1;
  ASSERT_TRUE(vault_->add_customers(sample(1, kMany)));
  const auto share = [&](std::uint32_t number) {
    return vault_->change_compartment({CustomerNumber(number), Compartment::kContact, 2,
                                       FieldSet::of(Field::kEmail),
                                       *check_record({{Field::kEmail, 0, "all@example.com"}})});
  };
  for (std::uint32_t number = kMany; number > 1; --number) ASSERT_TRUE(share(number)) << number;
  EXPECT_EQ(share(1).error().code, ErrorCode::kConflict);
  EXPECT_EQ(reader_->lookup_all(IdentifierKind::kEmail, "all@example.com")->size(),
            kLookupMatchesMax);
  // Nothing of it was done.
  EXPECT_EQ(*reader_->lookup(IdentifierKind::kEmail, "person1@example.com"), CustomerNumber(1));
}

TEST_F(VaultTest, MessagesOfACaseComeInOrderAndCut) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 2)));
  ASSERT_TRUE(
      vault_->add_message({CaseNumber(7), CustomerNumber(1), 10, Direction::kFromCustomer, "one"}));
  ASSERT_TRUE(
      vault_->add_message({CaseNumber(8), CustomerNumber(2), 20, Direction::kNote, "other"}));
  const auto added =
      vault_->add_message({CaseNumber(7), CustomerNumber(1), 30, Direction::kToCustomer,
                           "My card is 4111 1111 1111 1111, write to a@b.nl"});
  ASSERT_TRUE(added);
  EXPECT_TRUE(added->tags.has(ContentTag::kCardNumber));
  EXPECT_TRUE(added->tags.has(ContentTag::kEmailAddress));
  const auto messages = reader_->messages(CaseNumber(7), 10);
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ((*messages)[0].text, "one");
  EXPECT_EQ((*messages)[1].text, "My card is **** 1111, write to a@b.nl");
  EXPECT_EQ((*messages)[1].head.tags, added->tags);
  EXPECT_EQ((*messages)[1].head.id, added->id);
  EXPECT_EQ((*messages)[1].head.direction, Direction::kToCustomer);
  EXPECT_EQ(reader_->messages(CaseNumber(7), 1)->at(0).head.id, added->id);  // the newest
  EXPECT_EQ(reader_->messages(CaseNumber(7), 10, added->id - 1)->size(), 1u);
  EXPECT_EQ(reader_->message_heads(CaseNumber(7), 10)->size(), 2u);
  EXPECT_TRUE(reader_->messages(CaseNumber(9), 10)->empty());
}

TEST_F(VaultTest, MessageLimits) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 1)));
  NewMessage message{CaseNumber(1), CustomerNumber(1), 1, Direction::kNote,
                     std::string(kMessageBytesMax + 1, 'x')};
  EXPECT_EQ(vault_->add_message(message).error().code, ErrorCode::kTooLarge);
  message.text = "\xff";
  EXPECT_EQ(vault_->add_message(message).error().code, ErrorCode::kMalformed);
  message.text = "x";
  message.customer = CustomerNumber(2);
  EXPECT_EQ(vault_->add_message(message).error().code, ErrorCode::kNotFound);
  message.customer = CustomerNumber(1);
  ASSERT_TRUE(vault_->add_messages(std::vector<NewMessage>(kMessagesReadMax + 5, message)));
  EXPECT_EQ(reader_->messages(CaseNumber(1), 100'000)->size(), kMessagesReadMax);
}

TEST_F(VaultTest, AMessageMovedToAnotherCaseDoesNotOpen) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 1)));
  ASSERT_TRUE(vault_->add_message({CaseNumber(1), CustomerNumber(1), 1, Direction::kNote, "x"}));
  tamper("vault.db", "UPDATE messages SET case_number = 2");
  EXPECT_EQ(reader_->messages(CaseNumber(2), 1).error().code, ErrorCode::kCrypto);
}

TEST_F(VaultTest, RowsAndTheirIndexAreWrittenTogether) {
  const std::vector<RowWrite> rows{
      {1, 1, 5, Bytes{1}, false}, {1, 2, 6, Bytes{}, false}, {2, 1, 7, Bytes{3}, false}};
  ASSERT_TRUE(vault_->write_rows(rows, 10));
  ASSERT_TRUE(
      vault_->write_rows({{RowWrite{1, 1, 8, Bytes{9}, false}, RowWrite{1, 2, 0, {}, true}}}, 11));
  EXPECT_EQ(vault_->write_rows({}, 10).error().code, ErrorCode::kConflict);
  reopen();
  EXPECT_EQ(vault_->applied_index(), 11u);
  const auto kept = reader_->rows(1);
  ASSERT_EQ(kept->size(), 1u);
  EXPECT_EQ(kept->front().state, 8u);
  EXPECT_EQ(kept->front().bytes, Bytes{9});
  EXPECT_EQ(reader_->row(2, 1)->bytes, Bytes{3});
  EXPECT_EQ(reader_->row(2, 2).error().code, ErrorCode::kNotFound);
  tamper("vault.db", "UPDATE keeper_rows SET state = 6 WHERE kind = 2");
  EXPECT_EQ(reader_->row(2, 1).error().code, ErrorCode::kCrypto);
}

TEST_F(VaultTest, AWindowKeepsOneView) {
  ASSERT_TRUE(vault_->add_customers(sample(1, 1)));
  {
    const ReadWindow window(*reader_);
    EXPECT_TRUE(reader_->person(CustomerNumber(1)));
    ASSERT_TRUE(vault_->add_customers(sample(2, 1)));
    EXPECT_FALSE(reader_->person(CustomerNumber(2)));
  }
  EXPECT_TRUE(reader_->person(CustomerNumber(2)));
}

TEST_F(VaultTest, CreatingTwiceAndOpeningNothingAreRefused) {
  EXPECT_EQ(Vault::create(folder_.path(), *ring_).error().code, ErrorCode::kConflict);
  const TemporaryFolder empty;
  EXPECT_EQ(Vault::open(empty.path(), *ring_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(VaultReader::open(empty.path(), *ring_).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace bulkhead
