// Windows count customers and weight of one holder in one column over the four horizons, as rings
// of buckets. A window spans whole buckets and never less than its horizon, so that it errs on the
// strict side; it must never give a customer back early. Owned by meters.
#pragma once

#include <array>
#include <cstdint>

#include "keeper/policy.h"

namespace bulkhead {

struct WindowShape {
  std::uint32_t bucket_s;
  std::uint32_t buckets;  // the horizon's and one more, since the newest bucket is not full yet
};
inline constexpr std::array<WindowShape, kHorizonCount> kWindowShapes{
    {{1, 61}, {10, 361}, {300, 289}, {3600, 721}}};

constexpr WindowShape shape_of(Horizon horizon) {
  return kWindowShapes[static_cast<std::size_t>(horizon)];
}
// Whether something at `then_s` still counts at `now_s`.
constexpr bool in_window(Horizon horizon, std::uint32_t then_s, std::uint32_t now_s) {
  const auto shape = shape_of(horizon);
  return now_s / shape.bucket_s - then_s / shape.bucket_s < shape.buckets;
}

class StateReader;
class StateWriter;

class Windows {
 public:
  struct Count {
    std::uint32_t customers = 0;
    std::uint64_t weight = 0;
  };

  // Times may not fall. add and move put a customer into the bucket of `now_s`; all of them expect
  // advance(now_s) first.
  void advance(std::uint32_t now_s);
  void add_customer(Horizon horizon, std::uint32_t now_s);
  void move_customer(Horizon horizon, std::uint32_t from_s, std::uint32_t now_s);
  void add_weight(std::uint32_t weight, std::uint32_t now_s);

  Count total(Horizon horizon, std::uint32_t now_s) const;

  // For snapshots (meters_snapshot.cpp): the buckets that are not empty.
  void write(StateWriter& to) const;
  void read(StateReader& from);
  // Seconds until at most `customers` and `weight` are left.
  std::uint32_t wait_s(Horizon horizon, std::uint32_t customers, std::uint64_t weight,
                       std::uint32_t now_s) const;

  // Calls visit(horizon, bucket number, customers, weight) for each bucket that counts at `now_s`
  // and is not empty.
  template <class Visit>
  void for_each(std::uint32_t now_s, Visit visit) const {
    for (std::size_t h = 0; h < kHorizonCount; ++h) {
      const auto shape = kWindowShapes[h];
      const std::uint32_t newest = now_s / shape.bucket_s;
      for (std::uint32_t back = 0; back < shape.buckets && back <= newest; ++back) {
        const std::uint32_t number = newest - back;
        if (!holds(h, number)) continue;
        const auto& bucket = at(h, number);
        if (bucket.customers != 0 || bucket.weight != 0)
          visit(h, number, bucket.customers, bucket.weight);
      }
    }
  }

 private:
  struct Bucket {
    std::uint32_t customers = 0;
    std::uint32_t weight = 0;
  };
  static constexpr std::array<std::size_t, kHorizonCount> kFirst{0, 61, 61 + 361, 61 + 361 + 289};
  static constexpr std::size_t kBuckets = 61 + 361 + 289 + 721;

  // Whether a bucket of that number is in the ring now; those after the newest are not, since the
  // difference wraps.
  bool holds(std::size_t h, std::uint32_t number) const {
    return newest_[h] - number < kWindowShapes[h].buckets;
  }
  Bucket& at(std::size_t h, std::uint32_t number) {
    return buckets_[kFirst[h] + number % kWindowShapes[h].buckets];
  }
  const Bucket& at(std::size_t h, std::uint32_t number) const {
    return buckets_[kFirst[h] + number % kWindowShapes[h].buckets];
  }

  std::array<std::uint32_t, kHorizonCount> newest_{};  // number of the newest bucket
  std::array<Count, kHorizonCount> totals_{};
  std::array<Bucket, kBuckets> buckets_{};
};

}  // namespace bulkhead
