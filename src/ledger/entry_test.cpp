#include "ledger/entry.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "ledger/entry_for_test.h"

namespace bulkhead {
namespace {

TEST(Entry, DecodeGivesBackWhatWasEncoded) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const auto entry = entry_for_test(seed);
    ASSERT_TRUE(check_entry(entry));
    const auto leaf = encode_leaf(entry);
    const auto decoded = decode_entry(leaf, entry.salt, encode_private(entry));
    ASSERT_TRUE(decoded) << decoded.error().context;
    ASSERT_EQ(*decoded, entry);
  }
}

TEST(Entry, LeafHasItsSizeAndAPlainPrivatePartToo) {
  Entry entry;
  EXPECT_EQ(encode_leaf(entry).size(), kLeafBytes);
  EXPECT_LE(kLeafBytes, 96u);
  EXPECT_EQ(encode_private(entry).size(), kPrivateBytesMin);
}

TEST(EntryGolden, BytesOfOneEntryStayForEver) {
  Entry entry;
  entry.kind = EntryKind::kReveal;
  entry.grade = Grade::kClear;
  entry.purpose = Purpose::kRefund;
  entry.reason = Reason::kNone;
  entry.wall_ms = 0x0102030405060708;
  entry.keeper_ms = 0x1112131415161718;
  entry.customer.bytes.fill(0xaa);
  entry.fields = FieldSet::of(Field::kEmail);
  entry.tags.add(ContentTag::kIban);
  entry.instance = InstanceNumber(0x21222324);
  entry.sealed_customer = 0x31323334;
  entry.principal = PrincipalNumber(1);
  entry.session = SessionNumber(2);
  entry.team = TeamNumber(3);
  entry.network = NetworkNumber(4);
  entry.case_number = CaseNumber(5);
  entry.policy = PolicyNumber(6);
  entry.charge = 7;
  entry.weight = 8;
  entry.column = 9;
  entry.face = Face::kApi;
  entry.detail = {0xd1, 0xd2};
  entry.salt.fill(0x55);
  EXPECT_EQ(to_hex(encode_private(entry)),
            "3132333400000001000000020000000300000004000000050000000600000007000809020002d1d2");
  EXPECT_EQ(to_hex(encode_leaf(entry)).substr(0, 102),
            "01000302000102030405060708"
            "1112131415161718"
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            "0000000000000400"
            "0002"
            "21222324");
  Bytes salted(entry.salt.begin(), entry.salt.end());
  const auto private_part = encode_private(entry);
  salted.insert(salted.end(), private_part.begin(), private_part.end());
  EXPECT_EQ(to_hex(encode_leaf(entry)).substr(102), to_hex(sha256(salted)));
}

TEST(Entry, EveryWordOutsideItsListIsRefused) {
  const auto entry = entry_for_test(1);
  const auto leaf = encode_leaf(entry);
  const std::array<std::size_t, 4> limits{word_count<EntryKind>(), word_count<Grade>(),
                                          word_count<Purpose>(), word_count<Reason>()};
  for (std::size_t i = 0; i < limits.size(); ++i) {
    auto bad = leaf;
    bad[1 + i] = static_cast<std::uint8_t>(limits[i]);
    EXPECT_FALSE(decode_leaf(bad)) << i;
    bad[1 + i] = static_cast<std::uint8_t>(limits[i] - 1);
    EXPECT_TRUE(decode_leaf(bad)) << i;
  }
  auto bad = leaf;
  bad[0] = kEntryVersion + 1;
  EXPECT_FALSE(decode_leaf(bad));
}

TEST(Entry, FieldsAndTagsOutsideTheCatalogueAreRefused) {
  Entry entry;
  entry.fields.bits = 1ull << 63;
  EXPECT_EQ(check_entry(entry).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(decode_leaf(encode_leaf(entry)));
  entry = {};
  entry.tags.bits = 1u << 15;
  EXPECT_EQ(check_entry(entry).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(decode_leaf(encode_leaf(entry)));
  entry = {};
  entry.face = static_cast<Face>(word_count<Face>());
  EXPECT_EQ(check_entry(entry).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(decode_entry(encode_leaf(entry), entry.salt, encode_private(entry)));
}

TEST(Entry, DetailHasAMaximum) {
  Entry entry;
  entry.detail.resize(kEntryDetailBytesMax);
  ASSERT_TRUE(check_entry(entry));
  EXPECT_TRUE(decode_entry(encode_leaf(entry), entry.salt, encode_private(entry)));
  entry.detail.push_back(0);
  EXPECT_EQ(check_entry(entry).error().code, ErrorCode::kTooLarge);
}

TEST(Entry, AnyChangedOrMissingByteIsRefused) {
  const auto entry = entry_for_test(7);
  const auto leaf = encode_leaf(entry);
  const auto private_part = encode_private(entry);
  for (std::size_t i = 0; i < private_part.size(); ++i) {
    auto bad = private_part;
    bad[i] ^= 1;
    EXPECT_FALSE(decode_entry(leaf, entry.salt, bad)) << i;
    EXPECT_FALSE(decode_entry(leaf, entry.salt, ByteView(private_part).first(i))) << i;
  }
  for (std::size_t i = 0; i < entry.salt.size(); ++i) {
    auto bad = entry.salt;
    bad[i] ^= 1;
    EXPECT_FALSE(decode_entry(leaf, bad, private_part)) << i;
  }
  for (std::size_t i = 0; i < leaf.size(); ++i) EXPECT_FALSE(decode_leaf(ByteView(leaf).first(i)));
  auto longer = leaf;
  longer.push_back(0);
  EXPECT_FALSE(decode_leaf(longer));
}

}  // namespace
}  // namespace bulkhead
