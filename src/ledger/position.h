// LeafIndex is where an entry stands, from 0; TreeSize is how many entries there are. One must
// never be passed for the other: the entry at index i is in every tree of size > i. Owned by
// ledger.
#pragma once

#include <compare>
#include <cstdint>

namespace bulkhead {

struct LeafIndex {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const LeafIndex&) const = default;
};

struct TreeSize {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const TreeSize&) const = default;
};

// A tree of this size does not hold the entry yet.
constexpr bool holds(TreeSize size, LeafIndex index) { return index.value < size.value; }

}  // namespace bulkhead
