// Meters in snapshots: pairs, windows and holders as bytes. Two meters that went through the same
// events give the same bytes, and go on alike.
#include "keeper/meters.h"
#include "keeper/state_codec.h"

namespace bulkhead {
namespace {

constexpr std::size_t kPartSlotsMax = kMeterPairsMax / 64;

}  // namespace

// From the slot after an empty one on: put back in that order, each pair finds the slots between
// its home and its place taken, and so takes its own again.
void PairTable::write_part(StateWriter& to, const Part& part, std::uint32_t now_s) {
  const auto slots = part.slots.size();
  to.count(slots);
  to.count(part.used);
  if (part.used == 0) return;
  std::size_t slot = 0;
  while (part.slots[slot].customer != 0) ++slot;  // a part is never full
  for (std::size_t i = 1; i < slots; ++i) {
    if (++slot == slots) slot = 0;
    const auto& pair = part.slots[slot];
    if (pair.customer == 0) continue;
    std::array<std::uint8_t, 12> numbers;  // in one go: there are millions
    put_big_endian(pair.holder_column, numbers.data());
    put_big_endian(pair.customer, numbers.data() + 4);
    put_big_endian(pair.touched_s, numbers.data() + 8);
    to.put(numbers);
    if (same_day(pair.touched_s, now_s)) to.put(pair.fields());
  }
}

void PairTable::read_part(StateReader& from, Part& part, std::uint32_t now_s) {
  const std::size_t slots = from.take<std::uint32_t>();
  part.used = from.take<std::uint32_t>();
  if (slots > kPartSlotsMax || part.used > slots || (slots != 0 && part.used == slots))
    from.refuse();
  if (!from.ok()) return;
  part.slots.resize(slots);
  for (std::size_t i = 0; i < part.used && from.ok(); ++i) {
    Pair pair{.holder_column = from.take<std::uint32_t>(),
              .customer = from.take<std::uint32_t>(),
              .touched_s = from.take<std::uint32_t>()};
    if (same_day(pair.touched_s, now_s)) pair.set_fields(from.take<FieldSet>());
    auto& slot = part.slots[place(part, pair.holder_column, pair.customer)];
    if (pair.customer == 0 || slot.customer != 0) return from.refuse();
    slot = pair;
  }
}

void PairTable::write(StateWriter& to, std::uint32_t now_s) const {
  const auto& [parts, size, sweep_part, sweep_slot] = *this;
  to.count(sweep_part);
  to.count(sweep_slot);
  for (const auto& part : parts) write_part(to, part, now_s);
}

void PairTable::read(StateReader& from, std::uint32_t now_s) {
  sweep_part_ = from.take<std::uint32_t>();
  sweep_slot_ = from.take<std::uint32_t>();
  if (sweep_part_ >= parts_.size()) return from.refuse();
  size_ = 0;
  for (auto& part : parts_) {
    read_part(from, part, now_s);
    size_ += part.used;
  }
}

void Windows::write(StateWriter& to) const {
  const auto& [newest, totals, buckets] = *this;  // totals are sums of the buckets
  to.put(newest);
  const auto empty = [](const Bucket& one) { return one.customers == 0 && one.weight == 0; };
  to.count(buckets.size() - static_cast<std::size_t>(std::ranges::count_if(buckets, empty)));
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (empty(buckets[i])) continue;
    to.put(static_cast<std::uint16_t>(i));
    to.put(buckets[i].customers);
    to.put(buckets[i].weight);
  }
}

void Windows::read(StateReader& from) {
  from.get(newest_);
  const auto filled = from.take<std::uint32_t>();
  for (std::uint32_t i = 0; i < filled && from.ok(); ++i) {
    const std::size_t at = from.take<std::uint16_t>();
    if (at >= buckets_.size()) return from.refuse();
    from.get(buckets_[at].customers);
    from.get(buckets_[at].weight);
    const auto h =
        static_cast<std::size_t>(std::ranges::upper_bound(kFirst, at) - kFirst.begin() - 1);
    totals_[h].customers += buckets_[at].customers;
    totals_[h].weight += buckets_[at].weight;
  }
}

void Meters::write(StateWriter& to) const {
  const auto& [options, holder_index, holders, pairs, now_s] = *this;  // the index follows holders
  to.put(now_s);
  to.count(holders.size());
  for (const auto& holder : holders) {
    to.put(holder.key.kind);
    to.put(holder.key.number);
    for (const auto& windows : holder.columns) {
      to.put(windows != nullptr);
      if (windows) to.put(*windows);
    }
  }
  pairs.write(to, now_s);
}

void Meters::read(StateReader& from) {
  from.get(now_s_);
  const auto size = from.take<std::uint32_t>();
  if (size > options_.holders_max) from.refuse();
  for (std::uint32_t i = 0; i < size && from.ok(); ++i) {
    const HolderKey key{from.take<Holder>(), from.take<std::uint32_t>()};
    if (index_or_new(key) != i) return from.refuse();
    for (auto& windows : holders_[i].columns) {
      if (!from.take<bool>()) continue;
      windows = std::make_unique<Windows>();
      from.get(*windows);
    }
  }
  if (from.ok()) pairs_.read(from, now_s_);
}

}  // namespace bulkhead
