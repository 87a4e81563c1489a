#include "keeper/meters_pairs.h"

#include <algorithm>

#include "keeper/meters_window.h"

namespace bulkhead {
namespace {

constexpr std::size_t kSlotsMin = 16;
// New pairs are examined against so many old ones: the whole table is swept each time it would have
// grown by a third.
constexpr std::size_t kSlotsSweptPerPair = 4;

// The finaliser of SplitMix64; numbers are the keeper's own, so nobody outside can choose
// collisions.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e37'79b9'7f4a'7c15;
  value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9;
  value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11eb;
  return value ^ (value >> 31);
}
std::uint64_t hash_of(std::uint32_t holder_column, std::uint32_t customer) {
  return mix(static_cast<std::uint64_t>(holder_column) << 32 | customer);
}
// Spreads 32 bits of the hash over any number of slots, which then need not be a power of two.
std::size_t home_of(std::uint64_t hash, std::size_t slots) {
  return static_cast<std::size_t>((hash & 0xffff'ffff) * slots >> 32);
}
bool crowded(std::size_t used, std::size_t slots) { return used * 5 >= slots * 4; }

}  // namespace

bool PairTable::expired(const Pair& pair, std::uint32_t now_s) {
  return pair.touched_s < now_s && !in_window(Horizon::kMonth, pair.touched_s, now_s);
}

// The slot of this pair, or the empty one where it belongs. The part has at least one empty slot.
std::size_t PairTable::place(const Part& part, std::uint32_t holder_column,
                             std::uint32_t customer) {
  auto slot = home_of(hash_of(holder_column, customer), part.slots.size());
  while (part.slots[slot].customer != 0 && (part.slots[slot].customer != customer ||
                                            part.slots[slot].holder_column != holder_column)) {
    if (++slot == part.slots.size()) slot = 0;
  }
  return slot;
}

void PairTable::prefetch(std::uint32_t holder_column, std::uint32_t customer) const {
  const auto hash = hash_of(holder_column, customer);
  const auto& slots = parts_[hash >> 56].slots;
  if (!slots.empty()) __builtin_prefetch(&slots[home_of(hash, slots.size())]);
}

const Pair* PairTable::find(std::uint32_t holder_column, std::uint32_t customer) const {
  const auto& part = parts_[hash_of(holder_column, customer) >> 56];
  if (part.slots.empty()) return nullptr;
  const auto& pair = part.slots[place(part, holder_column, customer)];
  return pair.customer != 0 ? &pair : nullptr;
}

Pair& PairTable::find_or_add(std::uint32_t holder_column, std::uint32_t customer,
                             std::uint32_t now_s) {
  auto& part = parts_[hash_of(holder_column, customer) >> 56];
  if (!part.slots.empty()) {
    auto& pair = part.slots[place(part, holder_column, customer)];
    if (pair.customer != 0) return pair;
  }
  sweep(now_s);
  if (crowded(part.used + 1, part.slots.size())) grow(part, now_s);
  auto& pair = part.slots[place(part, holder_column, customer)];
  pair = {.holder_column = holder_column, .customer = customer, .touched_s = now_s};
  ++part.used;
  ++size_;
  return pair;
}

void PairTable::grow(Part& part, std::uint32_t now_s) {
  Part larger;
  larger.slots.resize(std::max(kSlotsMin, part.slots.size() + part.slots.size() / 4));
  for (const auto& pair : part.slots) {
    if (pair.customer == 0) continue;
    if (expired(pair, now_s)) {
      --size_;
      continue;
    }
    larger.slots[place(larger, pair.holder_column, pair.customer)] = pair;
    ++larger.used;
  }
  part = std::move(larger);
}

// Closes the gap, so that no search stops early: later pairs of the same run move up when their
// home allows it.
void PairTable::remove(Part& part, std::size_t slot) {
  const auto slots = part.slots.size();
  const auto distance = [slots](std::size_t from, std::size_t to) {
    return to >= from ? to - from : to + slots - from;
  };
  for (std::size_t next = slot;;) {
    if (++next == slots) next = 0;
    const auto& pair = part.slots[next];
    if (pair.customer == 0) break;
    const auto home = home_of(hash_of(pair.holder_column, pair.customer), slots);
    if (distance(home, next) >= distance(slot, next)) {
      part.slots[slot] = pair;
      slot = next;
    }
  }
  part.slots[slot] = {};
  --part.used;
  --size_;
}

void PairTable::sweep(std::uint32_t now_s) {
  for (std::size_t i = 0; i < kSlotsSweptPerPair; ++i) {
    auto& part = parts_[sweep_part_];
    if (sweep_slot_ >= part.slots.size()) {
      sweep_part_ = (sweep_part_ + 1) % parts_.size();
      sweep_slot_ = 0;
    } else if (part.slots[sweep_slot_].customer != 0 && expired(part.slots[sweep_slot_], now_s)) {
      remove(part,
             sweep_slot_);  // Another pair may have moved here, so this slot is looked at again.
    } else {
      ++sweep_slot_;
    }
  }
}

std::size_t PairTable::memory_bytes() const {
  std::size_t slots = 0;
  for (const auto& part : parts_) slots += part.slots.capacity();
  return slots * sizeof(Pair) + sizeof *this;
}

}  // namespace bulkhead
