#include "keeper/meters_window.h"

#include <algorithm>
#include <limits>

namespace bulkhead {

void Windows::advance(std::uint32_t now_s) {
  for (std::size_t h = 0; h < kHorizonCount; ++h) {
    const auto shape = kWindowShapes[h];
    const std::uint32_t number = now_s / shape.bucket_s;
    if (number <= newest_[h]) continue;
    if (number - newest_[h] >= shape.buckets) {
      std::fill_n(buckets_.begin() + static_cast<std::ptrdiff_t>(kFirst[h]), shape.buckets,
                  Bucket{});
      totals_[h] = {};
    } else {
      for (std::uint32_t next = newest_[h] + 1; next <= number; ++next) {
        auto& bucket = at(h, next);
        totals_[h].customers -= bucket.customers;
        totals_[h].weight -= bucket.weight;
        bucket = {};
      }
    }
    newest_[h] = number;
  }
}

void Windows::add_customer(Horizon horizon, std::uint32_t now_s) {
  const auto h = static_cast<std::size_t>(horizon);
  ++at(h, now_s / shape_of(horizon).bucket_s).customers;
  ++totals_[h].customers;
}

void Windows::move_customer(Horizon horizon, std::uint32_t from_s, std::uint32_t now_s) {
  const auto h = static_cast<std::size_t>(horizon);
  const auto shape = shape_of(horizon);
  if (from_s / shape.bucket_s == now_s / shape.bucket_s) return;
  --at(h, from_s / shape.bucket_s).customers;
  ++at(h, now_s / shape.bucket_s).customers;
}

void Windows::add_weight(std::uint32_t weight, std::uint32_t now_s) {
  for (std::size_t h = 0; h < kHorizonCount; ++h) {
    auto& bucket = at(h, now_s / kWindowShapes[h].bucket_s);
    // A full bucket stays full, so that the total and the sum of the buckets never part.
    const auto added = std::min(weight, std::numeric_limits<std::uint32_t>::max() - bucket.weight);
    bucket.weight += added;
    totals_[h].weight += added;
  }
}

Windows::Count Windows::total(Horizon horizon, std::uint32_t now_s) const {
  const auto h = static_cast<std::size_t>(horizon);
  const auto shape = shape_of(horizon);
  const std::uint32_t number = now_s / shape.bucket_s;
  if (number <= newest_[h]) return totals_[h];
  const std::uint32_t gone = number - newest_[h];
  if (gone >= shape.buckets) return {};
  auto total = totals_[h];
  for (std::uint32_t next = newest_[h] + 1; next <= number; ++next) {
    total.customers -= at(h, next).customers;
    total.weight -= at(h, next).weight;
  }
  return total;
}

std::uint32_t Windows::wait_s(Horizon horizon, std::uint32_t customers, std::uint64_t weight,
                              std::uint32_t now_s) const {
  const auto h = static_cast<std::size_t>(horizon);
  const auto shape = shape_of(horizon);
  auto left = total(horizon, now_s);
  const std::uint32_t newest = now_s / shape.bucket_s;
  for (std::uint32_t back = shape.buckets; back-- > 0;) {
    if (left.customers <= customers && left.weight <= weight) return 0;
    if (back > newest || !holds(h, newest - back)) continue;
    const std::uint32_t number = newest - back;
    left.customers -= at(h, number).customers;
    left.weight -= at(h, number).weight;
    if (left.customers <= customers && left.weight <= weight) {
      return (number + shape.buckets) * shape.bucket_s - now_s;
    }
  }
  return 0;
}

}  // namespace bulkhead
