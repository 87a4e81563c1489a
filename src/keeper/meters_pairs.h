// PairTable remembers when a holder last saw a customer in a column, and which fields were charged
// on that day: 20 bytes a pair in open addressing. Growing must never stop the loop for long, so it
// is split into 256 parts that grow by a quarter, one by one; pairs older than the longest horizon
// are swept as new ones come. Owned by meters.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/catalogue.h"

namespace bulkhead {

struct Pair {
  std::uint32_t holder_column = 0;  // holder index * 8 + column
  std::uint32_t customer = 0;       // 0: an empty slot
  std::uint32_t touched_s = 0;
  std::uint32_t fields_high = 0;  // two halves: a 64-bit member would cost four bytes of padding
  std::uint32_t fields_low = 0;

  FieldSet fields() const { return {static_cast<std::uint64_t>(fields_high) << 32 | fields_low}; }
  void set_fields(FieldSet set) {
    fields_high = static_cast<std::uint32_t>(set.bits >> 32);
    fields_low = static_cast<std::uint32_t>(set.bits);
  }
};
static_assert(sizeof(Pair) == 20);

// Fields count as charged for the rest of their day of keeper time.
constexpr bool same_day(std::uint32_t a_s, std::uint32_t b_s) {
  constexpr std::uint32_t kSecondsPerDay = 24 * 3600;
  return a_s / kSecondsPerDay == b_s / kSecondsPerDay;
}

class StateReader;
class StateWriter;

class PairTable {
 public:
  // Asks memory for the pair ahead of find(): the table is far larger than the caches, and one
  // disclosure reads several.
  void prefetch(std::uint32_t holder_column, std::uint32_t customer) const;
  const Pair* find(std::uint32_t holder_column, std::uint32_t customer) const;
  // The pair, new ones with touched_s = now_s and no fields. May move others; sweeps some expired
  // ones.
  Pair& find_or_add(std::uint32_t holder_column, std::uint32_t customer, std::uint32_t now_s);

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const;

  // For snapshots (meters_snapshot.cpp): the table comes back slot by slot as it was. Fields of
  // earlier days than now_s's count no more and are left out.
  void write(StateWriter& to, std::uint32_t now_s) const;
  void read(StateReader& from, std::uint32_t now_s);

  // Calls visit(pair) for each pair that still counts at `now_s`.
  template <class Visit>
  void for_each(std::uint32_t now_s, Visit visit) const {
    for (const auto& part : parts_) {
      for (const auto& pair : part.slots) {
        if (pair.customer != 0 && !expired(pair, now_s)) visit(pair);
      }
    }
  }

 private:
  struct Part {
    std::vector<Pair> slots;
    std::size_t used = 0;
  };
  static void write_part(StateWriter& to, const Part& part, std::uint32_t now_s);
  static void read_part(StateReader& from, Part& part, std::uint32_t now_s);
  static bool expired(const Pair& pair, std::uint32_t now_s);
  static std::size_t place(const Part& part, std::uint32_t holder_column, std::uint32_t customer);
  void grow(Part& part, std::uint32_t now_s);
  void remove(Part& part, std::size_t slot);
  void sweep(std::uint32_t now_s);

  std::array<Part, 256> parts_;
  std::size_t size_ = 0;
  std::size_t sweep_part_ = 0;
  std::size_t sweep_slot_ = 0;
};

}  // namespace bulkhead
