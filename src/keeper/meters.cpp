#include "keeper/meters.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "base/check.h"

namespace bulkhead {
namespace {

static_assert(kColumnCount <= 8 && kHolderCount * kHorizonCount <= 32);

std::uint32_t seconds(std::uint64_t keeper_ms) {
  return static_cast<std::uint32_t>(keeper_ms / 1000);
}
std::uint64_t map_key(HolderKey holder) {
  return static_cast<std::uint64_t>(holder.kind) << 32 | holder.number;
}
std::uint32_t charge_bit(Holder holder, Horizon horizon) {
  return 1u << (static_cast<unsigned>(holder) * kHorizonCount + static_cast<unsigned>(horizon));
}
std::uint32_t pair_key(std::uint32_t holder, Column column) {
  return holder * 8 + static_cast<std::uint32_t>(column);
}

bool counts_every_time(const MeterEvent& event) {
  return event.column == Column::kMiss || !event.customer;
}

// What an event would charge one holder that last saw the customer as `pair` says (null: never).
struct Share {
  std::array<bool, kHorizonCount> new_customer{};
  std::uint32_t weight = 0;
};
Share share_of(const MeterEvent& event, const Pair* pair, const FieldWeights& weights,
               std::uint32_t now_s) {
  Share share;
  FieldSet charged_today;
  if (pair != nullptr && same_day(pair->touched_s, now_s)) charged_today = pair->fields();
  share.weight = weights.sum(event.fields - charged_today);
  for (std::size_t h = 0; h < kHorizonCount; ++h) {
    share.new_customer[h] = pair == nullptr || !in_window(kAllHorizons[h], pair->touched_s, now_s);
  }
  return share;
}

// Nothing when so much more fits into the limit; otherwise the seconds until it does, 0 when
// waiting does not help.
std::optional<std::uint32_t> wait_of(const Windows* counted, const Limit& limit,
                                     std::uint32_t customers, std::uint32_t weight, Horizon horizon,
                                     std::uint32_t now_s) {
  const auto used = counted == nullptr ? Windows::Count{} : counted->total(horizon, now_s);
  const bool too_many = customers != 0 && used.customers + customers > limit.customers;
  const bool too_much = weight != 0 && used.weight + weight > limit.weight;
  if (!too_many && !too_much) return std::nullopt;
  if ((too_many && customers > limit.customers) || (too_much && weight > limit.weight)) return 0;
  // Something is used, then, so there is a window.
  return counted->wait_s(horizon, too_many ? limit.customers - customers : used.customers,
                         too_much ? limit.weight - weight : used.weight, now_s);
}

}  // namespace

void MeterHolders::add(HolderKey holder) {
  CHECK(size_ < holders_.size());
  holders_[size_++] = holder;
}

Meters::Meters(Options options) : options_(options) {}

Meters::HolderIndex Meters::index_of(HolderKey holder) const {
  const auto found = holder_index_.find(map_key(holder));
  return found == holder_index_.end() ? kNoHolder : found->second;
}

Meters::HolderIndex Meters::index_or_new(HolderKey holder) {
  const auto next = static_cast<HolderIndex>(holders_.size());
  const auto [found, added] = holder_index_.try_emplace(map_key(holder), next);
  if (added) {
    // check() refuses before this, and the ledger holds only what was checked.
    CHECK(holders_.size() < options_.holders_max);
    holders_.push_back({.key = holder, .columns = {}});
  }
  return found->second;
}

const Windows* Meters::windows(HolderIndex holder, Column column) const {
  if (holder == kNoHolder) return nullptr;
  return holders_[holder].columns[static_cast<std::size_t>(column)].get();
}

std::expected<Charge, BudgetRefusal> Meters::check(const MeterEvent& event,
                                                   std::span<const Limits* const> limits,
                                                   const FieldWeights& weights,
                                                   std::uint64_t now_keeper_ms) const {
  const auto holders = event.holders.all();
  CHECK(limits.size() == holders.size() && !holders.empty());
  const auto now_s = std::max(now_s_, seconds(now_keeper_ms));
  Charge charge;
  std::optional<BudgetRefusal> refusal;
  const auto refuse = [&refusal](Holder holder, Horizon horizon, std::uint32_t wait_s) {
    const bool longer = !refusal || (refusal->retry_after_s != 0 &&
                                     (wait_s == 0 || wait_s > refusal->retry_after_s));
    if (longer) refusal = {.holder = holder, .horizon = horizon, .retry_after_s = wait_s};
  };
  std::array<HolderIndex, kHolderCount> indexes;
  for (std::size_t i = 0; i < holders.size(); ++i) {
    indexes[i] = index_of(holders[i]);
    pairs_.prefetch(pair_key(indexes[i], event.column), event.customer.value);
  }
  std::size_t holders_new = 0;
  for (std::size_t i = 0; i < holders.size(); ++i) {
    const auto index = indexes[i];
    if (index == kNoHolder) ++holders_new;
    const Pair* pair = index == kNoHolder || counts_every_time(event)
                           ? nullptr
                           : pairs_.find(pair_key(index, event.column), event.customer.value);
    const auto share = share_of(event, pair, weights, now_s);
    if (i == 0) charge.weight = static_cast<std::uint16_t>(share.weight);
    const Windows* counted = windows(index, event.column);
    for (const auto horizon : kAllHorizons) {
      const bool is_new = share.new_customer[static_cast<std::size_t>(horizon)];
      if (is_new) charge.bits |= charge_bit(holders[i].kind, horizon);
      const auto wait_s = wait_of(counted, limits[i]->of(event.column, horizon), is_new ? 1 : 0,
                                  share.weight, horizon, now_s);
      if (wait_s) refuse(holders[i].kind, horizon, *wait_s);
    }
  }
  if (holders_.size() + holders_new > options_.holders_max ||
      pairs_.size() + holders.size() > options_.pairs_max) {
    refuse(Holder::kHouse, Horizon::kMonth, 0);
  }
  if (refusal) return std::unexpected(*refusal);
  return charge;
}

Charge Meters::apply(const MeterEvent& event, const FieldWeights& weights,
                     std::uint64_t keeper_ms) {
  now_s_ = std::max(now_s_, seconds(keeper_ms));
  Charge charge;
  bool first = true;
  for (const auto& holder : event.holders.all()) {
    const auto index = index_or_new(holder);
    auto& counted = holders_[index].columns[static_cast<std::size_t>(event.column)];
    if (!counted) counted = std::make_unique<Windows>();
    counted->advance(now_s_);

    const auto key = pair_key(index, event.column);
    const Pair* before =
        counts_every_time(event) ? nullptr : pairs_.find(key, event.customer.value);
    const auto share = share_of(event, before, weights, now_s_);
    for (const auto horizon : kAllHorizons) {
      if (share.new_customer[static_cast<std::size_t>(horizon)]) {
        counted->add_customer(horizon, now_s_);
        charge.bits |= charge_bit(holder.kind, horizon);
      } else {
        counted->move_customer(horizon, before->touched_s, now_s_);
      }
    }
    if (share.weight != 0) counted->add_weight(share.weight, now_s_);
    if (first) charge.weight = static_cast<std::uint16_t>(share.weight);
    first = false;

    if (counts_every_time(event)) continue;
    auto& pair = pairs_.find_or_add(key, event.customer.value, now_s_);
    pair.set_fields(same_day(pair.touched_s, now_s_) ? pair.fields() | event.fields : event.fields);
    pair.touched_s = now_s_;
  }
  return charge;
}

Usage Meters::usage(HolderKey holder, Column column, Horizon horizon,
                    std::uint64_t now_keeper_ms) const {
  const Windows* counted = windows(index_of(holder), column);
  if (counted == nullptr) return {};
  const auto total = counted->total(horizon, std::max(now_s_, seconds(now_keeper_ms)));
  return {.customers = total.customers, .weight = total.weight};
}

std::size_t Meters::memory_bytes() const {
  std::size_t bytes = pairs_.memory_bytes() + holders_.capacity() * sizeof(HolderWindows) +
                      holder_index_.size() * 64;
  for (const auto& holder : holders_) {
    for (const auto& counted : holder.columns) bytes += counted ? sizeof(Windows) : 0;
  }
  return bytes;
}

std::uint64_t Meters::fingerprint(std::uint64_t now_keeper_ms) const {
  const auto now_s = std::max(now_s_, seconds(now_keeper_ms));
  // Summing the hash of each part makes the order in which parts are visited irrelevant.
  std::uint64_t sum = 0;
  const auto add = [&sum](std::initializer_list<std::uint64_t> numbers) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const auto number : numbers) {
      hash = (hash ^ number) * 0x9e37'79b9'7f4a'7c15;
      hash ^= hash >> 29;
    }
    sum += hash;
  };
  pairs_.for_each(now_s, [&](const Pair& pair) {
    const auto holder = map_key(holders_[pair.holder_column / 8].key);
    const bool today = same_day(pair.touched_s, now_s);
    add({1, holder, pair.holder_column % 8, pair.customer, pair.touched_s,
         today ? pair.fields().bits : 0});
  });
  for (const auto& holder : holders_) {
    for (std::size_t column = 0; column < kColumnCount; ++column) {
      if (!holder.columns[column]) continue;
      holder.columns[column]->for_each(now_s, [&](std::size_t h, std::uint32_t number,
                                                  std::uint32_t customers, std::uint32_t weight) {
        add({2, map_key(holder.key), column, h, number, customers, weight});
      });
    }
  }
  return sum;
}

}  // namespace bulkhead
