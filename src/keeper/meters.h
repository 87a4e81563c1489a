// Meters count the distinct customers and weighted fields that each holder was shown over the last
// minute, hour, day and 30 days. They must be a pure fold: the same entries give the same state
// live and at start, and `check` changes nothing that can be seen. Owned by keeper; what the limits
// are is policy.h's business.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "keeper/meters_pairs.h"
#include "keeper/meters_window.h"
#include "keeper/policy.h"

namespace bulkhead {

inline constexpr std::size_t kMeterHoldersMax = 1u << 16;  // principals, teams and faces together
inline constexpr std::size_t kMeterPairsMax = 256u
                                              << 20;  // (holder, column, customer) within 30 days

// `number`: of the principal, the team or the face; 0 for the house.
struct HolderKey {
  Holder kind{};
  std::uint32_t number = 0;
  bool operator==(const HolderKey&) const = default;
};

// At most one holder of each kind, the person or client first.
class MeterHolders {
 public:
  void add(HolderKey holder);
  std::span<const HolderKey> all() const { return {holders_.data(), size_}; }

 private:
  std::array<HolderKey, kHolderCount> holders_{};
  std::size_t size_ = 0;
};

// One disclosure, as it stands in an entry. A customer of 0 (a miss, or a lookup not yet resolved)
// counts every time.
struct MeterEvent {
  Column column{};
  CustomerNumber customer;
  FieldSet fields;
  MeterHolders holders;
};

// What an entry records of its charge.
struct Charge {
  std::uint32_t bits =
      0;  // bit holder * 4 + horizon: a customer new to that holder in that horizon
  std::uint16_t weight = 0;  // newly charged to the first holder
  bool operator==(const Charge&) const = default;
};

struct BudgetRefusal {
  Holder holder{};
  Horizon horizon{};
  std::uint32_t retry_after_s = 0;  // 0: waiting does not help
};

struct Usage {
  std::uint32_t customers = 0;
  std::uint64_t weight = 0;
};

class Meters {
 public:
  struct Options {
    std::size_t holders_max = kMeterHoldersMax;
    std::size_t pairs_max = kMeterPairsMax;
  };
  Meters() : Meters(Options{}) {}
  explicit Meters(Options options);

  // Whether the event fits into every holder's limits; `limits` goes with event.holders, item by
  // item. When it does not fit in several, the longest wait is told. A field charged to the same
  // holder and customer on the same day of keeper time weighs nothing again.
  std::expected<Charge, BudgetRefusal> check(const MeterEvent& event,
                                             std::span<const Limits* const> limits,
                                             const FieldWeights& weights,
                                             std::uint64_t now_keeper_ms) const;

  // Counts the event, whatever the limits say: it has happened. Weights are those of the policy in
  // force then. Keeper time may not fall between calls; an earlier time is taken as the latest one.
  Charge apply(const MeterEvent& event, const FieldWeights& weights, std::uint64_t keeper_ms);

  Usage usage(HolderKey holder, Column column, Horizon horizon, std::uint64_t now_keeper_ms) const;

  std::size_t pairs() const { return pairs_.size(); }
  std::size_t memory_bytes() const;
  // Equal for equal state as seen from `now`; order of insertion and what was swept do not matter.
  // Not cryptographic.
  std::uint64_t fingerprint(std::uint64_t now_keeper_ms) const;

  // For snapshots (meters_snapshot.cpp). What was read behaves as what was written, for ever after.
  void write(StateWriter& to) const;
  void read(StateReader& from);

 private:
  using HolderIndex = std::uint32_t;
  static constexpr HolderIndex kNoHolder = 0xffff'ffff;
  struct HolderWindows {
    HolderKey key;
    std::array<std::unique_ptr<Windows>, kColumnCount> columns;
  };
  HolderIndex index_of(HolderKey holder) const;
  HolderIndex index_or_new(HolderKey holder);
  const Windows* windows(HolderIndex holder, Column column) const;

  Options options_;
  std::unordered_map<std::uint64_t, HolderIndex> holder_index_;
  std::vector<HolderWindows> holders_;
  PairTable pairs_;
  std::uint32_t now_s_ = 0;
};

}  // namespace bulkhead
