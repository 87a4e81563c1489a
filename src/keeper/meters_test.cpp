#include "keeper/meters.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace bulkhead {
namespace {

constexpr std::uint64_t kStartS = 1'767'225'600;  // keeper time of a first start is wall time
constexpr std::uint32_t kDayS = 24 * 3600;

const FieldWeights& weights() {
  static const auto table = field_weights(default_policy());
  return table;
}
FieldSet fields(std::initializer_list<Field> list) {
  FieldSet set;
  for (const auto field : list) set = set | FieldSet::of(field);
  return set;
}
MeterEvent event_of(Column column, std::uint32_t customer, FieldSet set,
                    std::initializer_list<HolderKey> holders) {
  MeterEvent event{
      .column = column, .customer = CustomerNumber(customer), .fields = set, .holders = {}};
  for (const auto& holder : holders) event.holders.add(holder);
  return event;
}
constexpr HolderKey kAda{Holder::kPerson, 1}, kBob{Holder::kPerson, 2}, kTeam{Holder::kTeam, 1},
    kHouse{Holder::kHouse, 0};

Limits limits_of(std::uint32_t minute, std::uint32_t hour, std::uint32_t day, std::uint32_t month,
                 std::uint32_t weight = 1'000'000) {
  Limits limits;
  for (auto& column : limits.by)
    column = {{{minute, weight}, {hour, weight}, {day, weight}, {month, weight}}};
  return limits;
}
constexpr std::uint32_t kWide = 1u << 30;

std::uint64_t ms(std::uint64_t seconds) { return (kStartS + seconds) * 1000; }

class OneHolder {
 public:
  explicit OneHolder(const Limits& limits) : limits_(limits) {}
  std::expected<Charge, BudgetRefusal> show(std::uint32_t customer, std::uint64_t at_s,
                                            FieldSet set = FieldSet::of(Field::kCity),
                                            Column column = Column::kMasked) {
    const auto event = event_of(column, customer, set, {kAda});
    const std::array limits{&limits_};
    const auto charge = meters_.check(event, limits, weights(), ms(at_s));
    if (charge) {
      EXPECT_EQ(meters_.apply(event, weights(), ms(at_s)), *charge);
    }
    return charge;
  }
  Usage usage(Horizon horizon, std::uint64_t at_s, Column column = Column::kMasked) const {
    return meters_.usage(kAda, column, horizon, ms(at_s));
  }

 private:
  Limits limits_;
  Meters meters_;
};

TEST(Meters, CountsPeopleNotCalls) {
  OneHolder ada(limits_of(2, 2, 2, 2));
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(ada.show(7, i));
    EXPECT_TRUE(ada.show(8, i));
  }
  EXPECT_EQ(ada.usage(Horizon::kMonth, 100).customers, 2u);
  EXPECT_FALSE(ada.show(9, 100));
  EXPECT_EQ(ada.usage(Horizon::kMonth, 100).customers, 2u);
}

TEST(Meters, ColumnsAreCountedApart) {
  OneHolder ada(limits_of(1, 1, 1, 1));
  EXPECT_TRUE(ada.show(7, 0));
  EXPECT_TRUE(ada.show(8, 0, {}, Column::kLookup));
  EXPECT_FALSE(ada.show(8, 0));
}

TEST(Meters, RefusalTellsWhoseBudgetAndHowLong) {
  OneHolder ada(limits_of(1, 10, 10, 10));
  ASSERT_TRUE(ada.show(7, 0));
  const auto refused = ada.show(8, 10);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().holder, Holder::kPerson);
  EXPECT_EQ(refused.error().horizon, Horizon::kMinute);
  EXPECT_EQ(refused.error().retry_after_s, 51u);  // whole buckets: at second 61
  EXPECT_FALSE(ada.show(8, 60));
  EXPECT_TRUE(ada.show(8, 61));
}

TEST(Meters, WaitingDoesNotHelpAgainstALimitOfNothing) {
  OneHolder ada(limits_of(0, 0, 0, 0));
  const auto refused = ada.show(7, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after_s, 0u);
}

TEST(Meters, NoWindowIsShorterThanItsHorizon) {
  const std::array<std::uint32_t, 4> horizon_s{60, 3600, kDayS, 30 * kDayS};
  const std::array limits{limits_of(1, kWide, kWide, kWide), limits_of(kWide, 1, kWide, kWide),
                          limits_of(kWide, kWide, 1, kWide), limits_of(kWide, kWide, kWide, 1)};
  for (std::size_t h = 0; h < kHorizonCount; ++h) {
    for (std::uint64_t offset : {0u, 1u, 9u, 299u, 3599u, 1234567u}) {
      OneHolder ada(limits[h]);
      ASSERT_TRUE(ada.show(7, offset));
      EXPECT_FALSE(ada.show(8, offset + horizon_s[h])) << h;
      const auto later = ada.show(8, offset + horizon_s[h] + kWindowShapes[h].bucket_s);
      EXPECT_TRUE(later) << h;
    }
  }
}

TEST(Meters, RetryAfterIsTrue) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 30; ++round) {
    OneHolder ada(limits_of(3, 7, 15, 40));
    std::uint64_t now = random() % 5000;
    std::uint32_t customer = 1;
    for (int i = 0; i < 60; ++i) {
      now += random() % 400;
      if (const auto shown = ada.show(++customer, now); !shown) {
        ASSERT_GT(shown.error().retry_after_s, 0u);
        now += shown.error().retry_after_s;
        EXPECT_TRUE(ada.show(customer, now));
      }
    }
  }
}

TEST(Meters, AFieldWeighsOncePerDayAndHolder) {
  OneHolder ada(limits_of(10, 10, 10, 10, 8));
  const std::uint64_t morning = kDayS - kStartS % kDayS + 3600;
  EXPECT_EQ(ada.show(7, morning, fields({Field::kCity, Field::kTier}))->weight, 3);
  EXPECT_EQ(ada.show(7, morning + 60, fields({Field::kCity}))->weight, 0);
  EXPECT_EQ(ada.show(7, morning + 120, fields({Field::kCity, Field::kNote}))->weight, 5);
  const auto refused = ada.show(7, morning + 180, fields({Field::kSeat}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().horizon, Horizon::kMonth);
  EXPECT_TRUE(ada.show(8, morning + 180, {}));
  OneHolder bob(limits_of(10, 10, 10, 10));
  EXPECT_EQ(bob.show(7, morning, fields({Field::kCity}))->weight, 2);
  EXPECT_EQ(bob.show(7, morning + kDayS, fields({Field::kCity}))->weight, 2);
}

TEST(Meters, MissesAndUnresolvedLookupsCountEveryTime) {
  OneHolder ada(limits_of(2, 2, 2, 2));
  EXPECT_TRUE(ada.show(5, 0, {}, Column::kMiss));
  EXPECT_TRUE(ada.show(5, 0, {}, Column::kMiss));
  EXPECT_FALSE(ada.show(5, 0, {}, Column::kMiss));
  EXPECT_TRUE(ada.show(0, 0, {}, Column::kLookup));
  EXPECT_TRUE(ada.show(0, 0, {}, Column::kLookup));
  EXPECT_FALSE(ada.show(0, 0, {}, Column::kLookup));
}

TEST(Meters, ChargesEveryHolderAndSaysWhereTheCustomerWasNew) {
  Meters meters;
  const auto first =
      meters.apply(event_of(Column::kMasked, 7, {}, {kAda, kTeam, kHouse}), weights(), ms(0));
  EXPECT_EQ(first.bits, 0xfu | 0xfu << 4 | 0xfu << 16);
  const auto second =
      meters.apply(event_of(Column::kMasked, 7, {}, {kBob, kTeam, kHouse}), weights(), ms(70));
  EXPECT_EQ(second.bits,
            0xfu | 0x1u << 4 | 0x1u << 16);  // known to team and house but for the minute
  EXPECT_EQ(meters.usage(kHouse, Column::kMasked, Horizon::kHour, ms(70)).customers, 1u);
}

TEST(Meters, TheNarrowestHolderRefuses) {
  Meters meters;
  const auto wide = limits_of(10, 10, 10, 10), narrow = limits_of(1, 1, 1, 1);
  const std::array limits{&wide, &narrow, &wide};
  meters.apply(event_of(Column::kMasked, 7, {}, {kAda, kTeam, kHouse}), weights(), ms(0));
  const auto refused = meters.check(event_of(Column::kMasked, 8, {}, {kBob, kTeam, kHouse}), limits,
                                    weights(), ms(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().holder, Holder::kTeam);
  EXPECT_EQ(refused.error().horizon, Horizon::kMonth);
  EXPECT_TRUE(meters.check(event_of(Column::kMasked, 7, {}, {kBob, kTeam, kHouse}), limits,
                           weights(), ms(1)));
}

TEST(Meters, HoldersAndPairsHaveALimit) {
  const auto wide = limits_of(kWide, kWide, kWide, kWide);
  const std::array limits{&wide};
  Meters few_holders({.holders_max = 1, .pairs_max = 100});
  few_holders.apply(event_of(Column::kMasked, 1, {}, {kAda}), weights(), ms(0));
  EXPECT_TRUE(
      few_holders.check(event_of(Column::kMasked, 2, {}, {kAda}), limits, weights(), ms(0)));
  EXPECT_FALSE(
      few_holders.check(event_of(Column::kMasked, 2, {}, {kBob}), limits, weights(), ms(0)));
  Meters few_pairs({.holders_max = 10, .pairs_max = 3});
  for (std::uint32_t i = 1; i <= 3; ++i)
    few_pairs.apply(event_of(Column::kMasked, i, {}, {kAda}), weights(), ms(0));
  EXPECT_FALSE(few_pairs.check(event_of(Column::kMasked, 4, {}, {kAda}), limits, weights(), ms(0)));
}

TEST(Meters, TimeThatFallsIsTakenAsTheLatest) {
  Meters meters;
  meters.apply(event_of(Column::kMasked, 1, {}, {kAda}), weights(), ms(1000));
  meters.apply(event_of(Column::kMasked, 2, {}, {kAda}), weights(), ms(0));
  EXPECT_EQ(meters.usage(kAda, Column::kMasked, Horizon::kMinute, ms(0)).customers, 2u);
  EXPECT_EQ(meters.usage(kAda, Column::kMasked, Horizon::kMinute, ms(1000)).customers, 2u);
}

TEST(Meters, PairsOfPastMonthsAreSwept) {
  Meters meters;
  std::size_t most = 0;
  for (std::uint32_t day = 0; day < 300; ++day) {
    for (std::uint32_t i = 0; i < 100; ++i) {
      meters.apply(event_of(Column::kMasked, day * 100 + i + 1, {}, {kAda}), weights(),
                   ms(day * 86400ull + i * 300));
    }
    most = std::max(most, meters.pairs());
  }
  EXPECT_EQ(meters.usage(kAda, Column::kMasked, Horizon::kMonth, ms(300 * 86400ull)).customers,
            3000u);
  EXPECT_LT(most, 6000u);
}

TEST(Meters, APairTakesFewBytes) {
  Meters meters;
  const auto empty = meters.memory_bytes();
  constexpr std::uint32_t kPairs = 300'000;
  for (std::uint32_t i = 1; i <= kPairs; ++i)
    meters.apply(event_of(Column::kMasked, i, {}, {kHouse}), weights(), ms(0));
  EXPECT_EQ(meters.pairs(), kPairs);
  EXPECT_LT((meters.memory_bytes() - empty) / kPairs, 32u);
}

// --- Against a reference that remembers every event and counts anew each time ---

class Reference {
 public:
  struct Seen {
    std::uint64_t at_s;
    std::uint32_t customer;
    std::uint32_t weight;
  };
  void add(HolderKey holder, const MeterEvent& event, std::uint64_t at_s) {
    auto& events = events_[{holder.kind, holder.number, event.column}];
    std::uint32_t weight = 0;
    const bool every_time = event.column == Column::kMiss || !event.customer;
    for (const auto& info : kFields) {
      if (!event.fields.has(info.field)) continue;
      const Charged key{holder.kind,          holder.number, event.column,
                        event.customer.value, info.field,    at_s / kDayS};
      if (every_time || charged_.insert(key).second)
        weight += weights().of[static_cast<std::size_t>(info.field)];
    }
    // Events that count every time are given customers of their own.
    events.push_back({at_s, every_time ? --invented_ : event.customer.value, weight});
  }
  Usage usage(HolderKey holder, Column column, Horizon horizon, std::uint64_t now_s) const {
    const auto found = events_.find({holder.kind, holder.number, column});
    if (found == events_.end()) return {};
    const auto shape = shape_of(horizon);
    std::set<std::uint32_t> customers;
    Usage usage;
    for (auto seen = found->second.rbegin(); seen != found->second.rend(); ++seen) {
      if (now_s / shape.bucket_s - seen->at_s / shape.bucket_s >= shape.buckets) break;
      customers.insert(seen->customer);
      usage.weight += seen->weight;
    }
    usage.customers = static_cast<std::uint32_t>(customers.size());
    return usage;
  }

 private:
  using Charged = std::tuple<Holder, std::uint32_t, Column, std::uint32_t, Field, std::uint64_t>;
  std::map<std::tuple<Holder, std::uint32_t, Column>, std::vector<Seen>> events_;
  std::set<Charged> charged_;
  std::uint32_t invented_ = 0;
};

struct Step {
  std::uint64_t at_s;
  MeterEvent event;
};

// Hours of work, nights and weeks of silence; few customers, so that many come again.
std::vector<Step> random_steps(std::uint32_t seed, int count) {
  std::mt19937_64 random(seed);
  std::vector<Step> steps;
  std::uint64_t now = kStartS + random() % kDayS;
  for (int i = 0; i < count; ++i) {
    switch (random() % 40) {
      case 0:
        now += random() % (20 * kDayS);
        break;
      case 1:
      case 2:
        now += random() % kDayS;
        break;
      case 3:
      case 4:
      case 5:
        now += random() % 3600;
        break;
      default:
        now += random() % 40;
        break;
    }
    FieldSet set;
    for (auto picks = random() % 4; picks > 0; --picks)
      set = set | FieldSet::of(kFields[random() % kFields.size()].field);
    const auto person = static_cast<std::uint32_t>(1 + random() % 3);
    steps.push_back(
        {now,
         event_of(static_cast<Column>(random() % kColumnCount),
                  static_cast<std::uint32_t>(random() % 30), set,
                  {{Holder::kPerson, person}, {Holder::kTeam, person % 2}, {Holder::kHouse, 0}})});
  }
  return steps;
}

class MetersProperty : public testing::TestWithParam<std::uint32_t> {};

TEST_P(MetersProperty, AgreeWithTheReferenceAtEveryPoint) {
  Meters meters;
  Reference reference;
  std::mt19937_64 random(GetParam());
  const auto limits_person = limits_of(1, 4, 8, 12, 80),
             limits_shared = limits_of(2, 8, 14, 20, 200);
  const std::array limits{&limits_person, &limits_shared, &limits_shared};
  int refused = 0;
  for (const auto& step : random_steps(GetParam(), 900)) {
    const auto holders = step.event.holders.all();
    // What the reference would hold if this went through says whether it may.
    auto after = reference;
    bool allowed = true;
    for (std::size_t i = 0; i < holders.size(); ++i) {
      after.add(holders[i], step.event, step.at_s);
      for (const auto horizon : kAllHorizons) {
        const auto was = reference.usage(holders[i], step.event.column, horizon, step.at_s);
        const auto is = after.usage(holders[i], step.event.column, horizon, step.at_s);
        const auto& limit = limits[i]->of(step.event.column, horizon);
        if (is.customers > was.customers && is.customers > limit.customers) allowed = false;
        if (is.weight > was.weight && is.weight > limit.weight) allowed = false;
      }
    }
    const auto charge =
        meters.check(step.event, limits, weights(), step.at_s * 1000 + random() % 1000);
    ASSERT_EQ(charge.has_value(), allowed);
    if (!charge) {
      ++refused;
      continue;
    }
    for (std::size_t i = 0; i < holders.size(); ++i) {
      for (const auto horizon : kAllHorizons) {
        const bool is_new =
            reference.usage(holders[i], step.event.column, horizon, step.at_s).customers <
            after.usage(holders[i], step.event.column, horizon, step.at_s).customers;
        const auto bit =
            static_cast<unsigned>(holders[i].kind) * 4 + static_cast<unsigned>(horizon);
        ASSERT_EQ((charge->bits >> bit & 1) != 0, is_new);
      }
    }
    ASSERT_EQ(meters.apply(step.event, weights(), step.at_s * 1000), *charge);
    reference = std::move(after);
    for (const auto& holder : holders) {
      for (const auto horizon : kAllHorizons) {
        const auto ours = meters.usage(holder, step.event.column, horizon, step.at_s * 1000);
        const auto theirs = reference.usage(holder, step.event.column, horizon, step.at_s);
        ASSERT_EQ(ours.customers, theirs.customers);
        ASSERT_EQ(ours.weight, theirs.weight);
      }
    }
  }
  EXPECT_GT(refused, 20);
}

TEST_P(MetersProperty, LiveAndReplayedStateAreEqualAtEveryPrefix) {
  const auto steps = random_steps(GetParam(), 400);
  const auto narrow = limits_of(3, 8, 15, 60, 300);
  const std::array limits{&narrow, &narrow, &narrow};
  Meters live;
  std::vector<Step> entries;
  std::vector<std::uint64_t> prints;
  for (const auto& step : steps) {
    // Live also refuses, and is asked for usage; none of that may leave a trace.
    (void)live.usage({Holder::kHouse, 0}, step.event.column, Horizon::kDay, step.at_s * 1000);
    if (!live.check(step.event, limits, weights(), step.at_s * 1000)) continue;
    live.apply(step.event, weights(), step.at_s * 1000);
    entries.push_back(step);
    prints.push_back(live.fingerprint(step.at_s * 1000));
  }
  ASSERT_GT(entries.size(), 50u);
  for (std::size_t cut = 0; cut <= entries.size(); cut += 37) {
    Meters replayed;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i >= cut) {  // from here on it is live again
        const auto allowed =
            replayed.check(entries[i].event, limits, weights(), entries[i].at_s * 1000);
        ASSERT_TRUE(allowed);
        ASSERT_EQ(replayed.apply(entries[i].event, weights(), entries[i].at_s * 1000), *allowed);
      } else {
        replayed.apply(entries[i].event, weights(), entries[i].at_s * 1000);
      }
      ASSERT_EQ(replayed.fingerprint(entries[i].at_s * 1000), prints[i]);
    }
  }
}

TEST_P(MetersProperty, FingerprintsTellStatesApart) {
  const auto steps = random_steps(GetParam(), 50);
  Meters all, but_one;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    all.apply(steps[i].event, weights(), steps[i].at_s * 1000);
    if (i + 1 != steps.size()) but_one.apply(steps[i].event, weights(), steps[i].at_s * 1000);
  }
  const auto now_ms = steps.back().at_s * 1000;
  EXPECT_NE(all.fingerprint(now_ms), but_one.fingerprint(now_ms));
  const auto later_ms = now_ms + 40ull * kDayS * 1000;
  EXPECT_EQ(all.fingerprint(later_ms), but_one.fingerprint(later_ms));  // nothing counts any more
}

INSTANTIATE_TEST_SUITE_P(Seeds, MetersProperty, testing::Range(1u, 9u));

}  // namespace
}  // namespace bulkhead
