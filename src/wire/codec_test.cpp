#include "wire/codec.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "wire/codec_sample.h"

namespace bulkhead::wire {
namespace {

constexpr std::size_t kFlagAt = 0;
constexpr std::size_t kRoleAt = 10;
constexpr std::size_t kFieldsAt = 35;
constexpr std::size_t kTagsAt = 43;
constexpr std::size_t kTextSizeAt = 45;

Sample small_sample() {
  Sample sample;
  sample.flag = true;
  sample.small = 7;
  sample.large = 0x0102030405060708;
  sample.role = Role::kLead;
  sample.case_id.bytes[15] = 0xcc;
  sample.customer = CustomerNumber(258);
  sample.raw = {1, 2, 3, 4};
  sample.fields = FieldSet::of(Field::kEmail);
  sample.tags.add(ContentTag::kIban);
  sample.text.value = "hi";
  sample.items.items = {{Purpose::kRefund, {"x"}}};
  sample.maybe.emplace(9U);
  return sample;
}

void expect_malformed(const Bytes& bytes) {
  const auto decoded = decode<Sample>(bytes);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
}

// `exceeds` is of a wider type with the same encoding, since an encoder refuses what is over its
// limit.
template <class Message, class Wider>
void expect_refused_over_limit(const Message& fits, const Wider& exceeds) {
  EXPECT_EQ(decode<Message>(encode(fits)), fits);
  EXPECT_FALSE(decode<Message>(encode(exceeds)).has_value());
}

TEST(WireCodecGolden, SampleHasTheseBytes) {
  // clang-format off
  const Bytes expected{
      1,                                                  // flag
      7,                                                  // small
      1, 2, 3, 4, 5, 6, 7, 8,                             // large
      1,                                                  // role: lead
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xcc,  // case id
      0, 0, 1, 2,                                         // customer number
      1, 2, 3, 4,                                         // raw
      0, 0, 0, 0, 0, 0, 4, 0,                             // fields: bit 10, contact.email
      0, 2,                                               // tags: bit 1, iban
      0, 2, 'h', 'i',                                     // text, two length bytes
      0, 0, 0, 0,                                         // long text, four length bytes
      0, 0, 0, 1, 2, 0, 1, 'x',                           // one item: refund, "x"
      1, 0, 0, 0, 9,                                      // maybe: there, 9
  };
  // clang-format on
  EXPECT_EQ(encode(small_sample()), expected);
  EXPECT_EQ(decode<Sample>(expected), small_sample());
}

TEST(WireCodec, TrailingBytesAreRefused) {
  auto bytes = encode(small_sample());
  bytes.push_back(0);
  expect_malformed(bytes);
}

TEST(WireCodec, EveryTruncationIsRefused) {
  const auto bytes = encode(small_sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    SCOPED_TRACE(size);
    expect_malformed(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
  }
}

TEST(WireCodec, BoolIsZeroOrOne) {
  auto bytes = encode(small_sample());
  bytes[kFlagAt] = 2;
  expect_malformed(bytes);
}

TEST(WireCodec, PresenceOfAnOptionalIsZeroOrOne) {
  auto bytes = encode(small_sample());
  bytes[bytes.size() - 5] = 2;
  expect_malformed(bytes);
}

TEST(WireCodec, UnknownWordIsRefused) {
  auto bytes = encode(small_sample());
  bytes[kRoleAt] = static_cast<std::uint8_t>(word_count<Role>());
  expect_malformed(bytes);
}

TEST(WireCodec, FieldsOutsideTheCatalogueAreRefused) {
  auto bytes = encode(small_sample());
  bytes[kFieldsAt] = 0x80;
  expect_malformed(bytes);
}

TEST(WireCodec, UnknownContentTagsAreRefused) {
  auto bytes = encode(small_sample());
  bytes[kTagsAt] = 0x80;
  expect_malformed(bytes);
}

TEST(WireCodec, TextBeyondTheMessageIsRefused) {
  auto bytes = encode(small_sample());
  bytes[kTextSizeAt + 1] = kSampleTextBytesMax;  // within the limit, but not that many bytes follow
  expect_malformed(bytes);
}

TEST(WireCodec, TextOverItsLimitIsRefused) {
  expect_refused_over_limit(Text<8>{std::string(8, 'x')}, Text<9>{std::string(9, 'x')});
  expect_refused_over_limit(Text<70'000>{std::string(70'000, 'x')},
                            Text<70'001>{std::string(70'001, 'x')});
}

TEST(WireCodec, ListOverItsLimitIsRefused) {
  using Numbers = List<std::uint16_t, 3>;
  expect_refused_over_limit(Numbers{{1, 2, 3}}, List<std::uint16_t, 4>{{1, 2, 3, 4}});
}

TEST(WireCodec, FalseCountOfAListReservesNothing) {
  using Numbers = List<std::uint64_t, 1'000'000'000>;
  const Bytes claims_a_billion{0x3b, 0x9a, 0xca, 0x00, 1, 2, 3};
  EXPECT_FALSE(decode<Numbers>(claims_a_billion).has_value());
}

// Random messages and random damage from one seed: what is encoded comes back, and whatever decodes
// is canonical.
class RandomSamples {
 public:
  Sample next() {
    Sample sample;
    sample.flag = up_to(1) == 1;
    sample.small = static_cast<std::uint8_t>(up_to(255));
    sample.large = random_();
    sample.role = static_cast<Role>(up_to(word_count<Role>() - 1));
    for (auto& byte : sample.case_id.bytes) byte = static_cast<std::uint8_t>(up_to(255));
    sample.customer = CustomerNumber(static_cast<std::uint32_t>(random_()));
    for (auto& byte : sample.raw) byte = static_cast<std::uint8_t>(up_to(255));
    sample.fields = FieldSet{random_()} & FieldSet::all();
    sample.tags.bits = static_cast<std::uint16_t>(up_to((1U << kContentTagNames.size()) - 1));
    sample.text.value = text(kSampleTextBytesMax);
    sample.long_text.value = text(up_to(50) == 0 ? kSampleLongTextBytesMax : 100);
    sample.items.items.resize(up_to(kSampleItemsMax));
    for (auto& item : sample.items.items) {
      item.purpose = static_cast<Purpose>(up_to(word_count<Purpose>() - 1));
      item.word.value = text(8);
    }
    if (up_to(1) == 1) sample.maybe.emplace(static_cast<std::uint32_t>(random_()));
    return sample;
  }
  void damage(Bytes& bytes) {
    bytes[up_to(bytes.size() - 1)] ^= static_cast<std::uint8_t>(1U << up_to(7));
  }

 private:
  std::uint64_t up_to(std::uint64_t most) { return random_() % (most + 1); }
  std::string text(std::size_t most) {
    std::string text(up_to(most), '\0');
    for (char& c : text) c = static_cast<char>(up_to(255));
    return text;
  }
  std::mt19937_64 random_{20260101};
};

TEST(WireCodecProperty, DecodingUndoesEncoding) {
  RandomSamples samples;
  for (int i = 0; i < 2000; ++i) {
    const auto sample = samples.next();
    const auto decoded = decode<Sample>(encode(sample));
    ASSERT_TRUE(decoded.has_value()) << i;
    ASSERT_EQ(*decoded, sample) << i;
  }
}

TEST(WireCodecProperty, WhateverDecodesIsTheOneEncoding) {
  RandomSamples samples;
  int accepted = 0;
  constexpr int kRounds = 5000;
  for (int i = 0; i < kRounds; ++i) {
    auto bytes = encode(samples.next());
    samples.damage(bytes);
    const auto decoded = decode<Sample>(bytes);
    if (!decoded) continue;
    ++accepted;
    ASSERT_EQ(encode(*decoded), bytes) << i;
  }
  // Both ways out were taken, or the property said nothing.
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, kRounds);
}

}  // namespace
}  // namespace bulkhead::wire
