// The state as bytes: it comes back as it was, and goes on as it would have.
#include <gtest/gtest.h>

#include "keeper/state_for_test.h"

namespace bulkhead {
namespace {

State decode_state(ByteView bytes) {
  State state;
  StateReader reader(bytes);
  state.read(reader);
  EXPECT_TRUE(reader.complete());
  return state;
}

TEST(StateSnapshot, AnEmptyStateComesBack) {
  const auto bytes = encode_state(State());
  EXPECT_EQ(encode_state(decode_state(bytes)), bytes);
}

// At many points of many lives: encode(decode(x)) == x, and the one that was decoded stays equal to
// the one that lived on, through tables that grow and pairs that run out.
TEST(StateSnapshot, PropertyDecodedStatesGoOnAlike) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    RandomEntries life(seed, seed % 2 == 0 ? 40 : 4'000);
    State lived;
    std::optional<State> restored;
    for (int i = 0; i < 3'000; ++i) {
      const auto made = life.next();
      ASSERT_TRUE(lived.apply(made.entry, made.customer)) << seed << ' ' << i;
      if (restored) {
        ASSERT_TRUE(restored->apply(made.entry, made.customer));
      }
      if (i % 500 != 250) continue;
      const auto bytes = encode_state(lived);
      if (restored) {
        ASSERT_EQ(encode_state(*restored), bytes) << seed << ' ' << i;
      }
      restored = decode_state(bytes);
      ASSERT_EQ(encode_state(*restored), bytes) << seed << ' ' << i;
      const auto now_ms = lived.last_keeper_ms();
      EXPECT_EQ(restored->meters().fingerprint(now_ms), lived.meters().fingerprint(now_ms));
      EXPECT_EQ(restored->meters().pairs(), lived.meters().pairs());
    }
    ASSERT_EQ(encode_state(*restored), encode_state(lived)) << seed;
  }
}

// What a budget answers is what people notice, so it is asked as well.
TEST(StateSnapshot, BudgetsRefuseAlike) {
  RandomEntries life(7);
  State lived;
  for (int i = 0; i < 2'000; ++i) {
    const auto made = life.next();
    ASSERT_TRUE(lived.apply(made.entry, made.customer));
  }
  const auto restored = decode_state(encode_state(lived));
  Limits tight;
  for (auto& column : tight.by) column.fill({5, 60});
  std::size_t refused = 0;
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    MeterEvent event{static_cast<Column>(i % kColumnCount), CustomerNumber(1 + i % 300),
                     FieldSet::of(Field::kCity), lived.holders_of(PrincipalNumber(1 + i % 12), {})};
    const std::vector<const Limits*> limits(event.holders.all().size(), &tight);
    const auto at_ms = lived.last_keeper_ms() + i * 60'000ull;
    const auto before = lived.meters().check(event, limits, lived.weights(), at_ms);
    const auto after = restored.meters().check(event, limits, restored.weights(), at_ms);
    ASSERT_EQ(before.has_value(), after.has_value()) << i;
    if (before) {
      EXPECT_EQ(*before, *after);
    } else {
      EXPECT_EQ(before.error().retry_after_s, after.error().retry_after_s);
      ++refused;
    }
  }
  EXPECT_GT(refused, 100u);
}

TEST(StateSnapshot, WhatIsCutShortOrTooLongIsRefused) {
  RandomEntries life(3);
  State lived;
  for (int i = 0; i < 200; ++i) {
    const auto made = life.next();
    ASSERT_TRUE(lived.apply(made.entry, made.customer));
  }
  auto bytes = encode_state(lived);
  for (std::size_t length = 0; length < bytes.size(); length += 11) {
    State state;
    StateReader reader(ByteView(bytes).first(length));
    state.read(reader);
    EXPECT_FALSE(reader.complete()) << length;
  }
  bytes.push_back(0);
  State state;
  StateReader reader(bytes);
  state.read(reader);
  EXPECT_FALSE(reader.complete());
}

// Counts that no writer writes: more pairs than slots, a part far too large, a bucket that is not
// there. Never memory for a false count.
TEST(StateSnapshot, FalseCountsAreRefused) {
  const auto refuses = [](auto&& what, const Bytes& bytes) {
    StateReader reader(bytes);
    what.read(reader);
    return !reader.ok();
  };
  const auto part = [](std::uint32_t slots, std::uint32_t used) {
    Bytes bytes;
    wire::Encoder encoder(bytes);
    for (const std::uint32_t number : {0u, 0u, 0u, 0u, slots, used}) encoder.put(number);
    bytes.resize(bytes.size() + 10'000);
    return bytes;
  };
  EXPECT_TRUE(refuses(Meters(), part(16, 17)));
  EXPECT_TRUE(refuses(Meters(), part(16, 16)));
  EXPECT_TRUE(refuses(Meters(), part(0xffff'ffff, 1)));
  EXPECT_TRUE(refuses(Meters(), part(16, 1)));  // a pair of customer 0
  Bytes holders;
  wire::Encoder(holders).put(std::uint64_t{kMeterHoldersMax + 1});  // now_s 0, then the count
  EXPECT_TRUE(refuses(Meters(), holders));
  Bytes windows(16);
  wire::Encoder encoder(windows);
  encoder.put(std::uint32_t{1});
  encoder.put(std::uint16_t{1432});
  windows.resize(windows.size() + 8);
  EXPECT_TRUE(refuses(Windows(), windows));
}

}  // namespace
}  // namespace bulkhead
