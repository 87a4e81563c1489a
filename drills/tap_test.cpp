#include "drills/tap.h"

#include <gtest/gtest.h>

#include "drills/theft.h"
#include "wire/frame.h"

namespace bulkhead::drills {
namespace {

Bytes two_frames() {
  Bytes bytes;
  wire::put_frame(bytes, {14, 7, InstanceNumber(3)}, view_of("first"));
  wire::put_frame(bytes, {15, 0x0102030405060708, InstanceNumber(0xfffffffe)}, {});
  return bytes;
}

TEST(Tap, ReadsWhatTheWireWrites) {
  std::vector<std::pair<std::uint64_t, std::string>> seen;
  const auto summary = read_tap(two_frames(), [&](const TapFrame& frame) {
    seen.emplace_back(frame.request, std::string(text_of(frame.body)));
    EXPECT_EQ(frame.op, seen.size() == 1 ? 14 : 15);
    EXPECT_EQ(frame.instance, seen.size() == 1 ? 3u : 0xfffffffeu);
  });
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0], std::pair(std::uint64_t{7}, std::string("first")));
  EXPECT_EQ(seen[1].first, 0x0102030405060708u);
  EXPECT_EQ(summary.frames, 2u);
  EXPECT_EQ(summary.torn_bytes, 0u);
  EXPECT_FALSE(summary.broken);
}

TEST(Tap, ATornEndIsCountedAndEveryCutIsSafe) {
  const auto bytes = two_frames();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::uint64_t frames = 0;
    const auto summary = read_tap(ByteView(bytes).first(size), [&](const TapFrame&) { ++frames; });
    EXPECT_EQ(frames, summary.frames);
    EXPECT_EQ(summary.frames, size >= wire::kFrameHeadBytes + 5 ? 1u : 0u);
    EXPECT_FALSE(summary.broken);
  }
}

TEST(Tap, SenselessLengthsEndIt) {
  for (const std::uint32_t length : {0u, 13u, (8u << 20) + 15u, 0xffffffffu}) {
    Bytes bytes(64);
    put_big_endian(length, bytes.data());
    EXPECT_TRUE(read_tap(bytes, [](const TapFrame&) { FAIL(); }).broken);
  }
}

// One value of each of three customers came out; the ledger misses the second's, the thief the
// third's.
TEST(Channel, EachValueMustBeToldAndWrittenDown) {
  const TokenTable tokens{{"aaaaaaaaaaaaaa", {1, Field::kEmail}},
                          {"bbbbbbbbbbbbbb", {2, Field::kEmail}},
                          {"cccccccccccccc", {3, Field::kEmail}},
                          {"dddddddddddddd", {3, Field::kPhone}}};
  const auto email = FieldSet::of(Field::kEmail);
  const Account account{{1, {email, false}}, {2, {{}, true}}, {3, {email, false}}};
  Loot loot;
  loot.fields = {{1, email}, {2, email}};
  Bytes sent = two_frames();
  wire::put_frame(sent, {14, 8, InstanceNumber(3)}, view_of("x aaaaaaaaaaaaaa"));
  auto check = check_channel(sent, tokens, account, loot);
  EXPECT_EQ(check.values, 1u);
  EXPECT_EQ(check.not_accounted + check.unknown, 0u);
  wire::put_frame(sent, {14, 9, InstanceNumber(3)}, view_of("bbbbbbbbbbbbbb, cccccccccccccc"));
  check = check_channel(sent, tokens, account, loot);
  EXPECT_EQ(check.values, 3u);
  EXPECT_EQ(check.not_accounted, 1u);
  EXPECT_EQ(check.unknown, 1u);
  EXPECT_EQ(check.seen, (std::set<std::uint32_t>{1, 2, 3}));
  wire::put_frame(sent, {14, 10, InstanceNumber(3)}, view_of("dddddddddddddd"));
  check = check_channel(sent, tokens, account, loot);
  EXPECT_EQ(check.not_accounted, 2u) << "told is the field, not the customer alone";
  EXPECT_EQ(check.unknown, 2u);
}

}  // namespace
}  // namespace bulkhead::drills
