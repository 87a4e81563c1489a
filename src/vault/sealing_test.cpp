#include "vault/sealing.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace bulkhead {
namespace {

const Record kContact{
    {Field::kEmail, 0, "a@b.nl"}, {Field::kEmail, 1, "c@d.nl"}, {Field::kCity, 0, "Ede"}};
constexpr std::array<std::uint8_t, kKeyBytes> kKey{1, 2, 3};

// The format of a compartment is for ever: records sealed today are opened by later versions.
TEST(SealingGolden, ValuesOfACompartment) {
  EXPECT_EQ(to_hex(encode_values(kContact, Compartment::kContact)),
            "0a000000066140622e6e6c"
            "0a000100066340642e6e6c"
            "0d00000003456465");
  EXPECT_TRUE(encode_values(kContact, Compartment::kTravel).empty());
}

TEST(Sealing, ValuesComeBackAsFarAsWanted) {
  const auto bytes = encode_values(kContact, Compartment::kContact);
  Record all;
  ASSERT_TRUE(decode_values(bytes, Compartment::kContact, FieldSet::all(), all));
  EXPECT_EQ(all, kContact);
  Record city;
  ASSERT_TRUE(decode_values(bytes, Compartment::kContact, FieldSet::of(Field::kCity), city));
  EXPECT_EQ(city, Record{kContact[2]});
}

TEST(Sealing, OtherEncodingsAreRefused) {
  const auto good = encode_values(kContact, Compartment::kContact);
  Record record;
  for (std::size_t size = 1; size < good.size(); ++size) {
    if (size == 11 || size == 22) continue;  // whole values
    EXPECT_FALSE(decode_values(ByteView(good).first(size), Compartment::kContact, {}, record))
        << size;
  }
  EXPECT_FALSE(decode_values(good, Compartment::kTravel, {}, record));
  auto doubled = good;
  doubled.insert(doubled.end(), good.begin(), good.end());
  EXPECT_FALSE(decode_values(doubled, Compartment::kContact, {}, record));
  for (const auto* hex : {"1000000000", "ff00000000", "0a0000ffff", "0a00002001"}) {
    EXPECT_FALSE(decode_values(*from_hex(hex), Compartment::kContact, {}, record)) << hex;
  }
}

TEST(Sealing, ACompartmentIsBoundToItsPlace) {
  const auto sealed =
      seal_compartment(kKey, CustomerNumber(1), Compartment::kContact, 3, view_of("text"));
  EXPECT_EQ(claimed_version(sealed), 3u);
  const auto open = [&](CustomerNumber customer, Compartment compartment, ByteView bytes) {
    return open_compartment(kKey, customer, compartment, bytes);
  };
  EXPECT_EQ(text_of(*open(CustomerNumber(1), Compartment::kContact, sealed)), "text");
  EXPECT_FALSE(open(CustomerNumber(2), Compartment::kContact, sealed));
  EXPECT_FALSE(open(CustomerNumber(1), Compartment::kTravel, sealed));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    auto changed = sealed;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(open(CustomerNumber(1), Compartment::kContact, changed)) << bit;
  }
  EXPECT_FALSE(open(CustomerNumber(1), Compartment::kContact, {}));
}

TEST(Sealing, AMessageIsBoundToEveryNumberBesideIt) {
  const MessagePlace place{1, CaseNumber(2), CustomerNumber(3), 4, Direction::kNote, ContentTags{}};
  const auto sealed = seal_message(kKey, place, "text");
  EXPECT_EQ(*open_message(kKey, place, sealed), "text");
  std::vector<MessagePlace> others(6, place);
  others[0].id = 9;
  others[1].case_number = CaseNumber(9);
  others[2].customer = CustomerNumber(9);
  others[3].created_ms = 9;
  others[4].direction = Direction::kToCustomer;
  others[5].tags.add(ContentTag::kIban);
  for (const auto& other : others) EXPECT_FALSE(open_message(kKey, other, sealed));
}

}  // namespace
}  // namespace bulkhead
