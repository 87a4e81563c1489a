// Runs the checks of many crash points on all processors and says how many there were. It must
// never pass over a bad one, and which points a short run takes is the same each time. Never for
// product code. Owned by ledger; keeper's crash tests share it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bulkhead {

inline constexpr std::size_t kBadPointsShown = 10;

// Whether every point is asked for (BULKHEAD_CRASH_POINTS=all) and not only the short set.
inline bool all_crash_points() {
  const char* const wanted = getenv("BULKHEAD_CRASH_POINTS");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

// `count` of the points, evenly spread, unless all are asked for.
template <class Point>
std::vector<Point> chosen_points(const std::vector<Point>& points, std::size_t count) {
  if (all_crash_points() || points.size() <= count) return points;
  std::vector<Point> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(points[i * points.size() / count]);
  return chosen;
}

struct PointResult {
  std::string problem;  // empty: all is well
  bool reached = true;  // false: the run took another way and ended before the point
};

// `check` runs on several threads at once. Fails when more than one point in `missed_one_in` was
// not reached.
template <class Point>
void check_crash_points(std::string_view kind, const std::vector<Point>& points,
                        const std::function<PointResult(const Point&)>& check,
                        unsigned threads = std::thread::hardware_concurrency(),
                        std::size_t missed_one_in = 8) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::size_t reached = 0;
  std::vector<std::string> bad;
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < std::max(threads, 1u); ++i) {
      workers.emplace_back([&] {
        for (auto at = next++; at < points.size(); at = next++) {
          auto result = check(points[at]);
          const std::lock_guard held(mutex);
          if (result.reached) ++reached;
          if (!result.problem.empty()) bad.push_back(std::move(result.problem));
        }
      });
    }
  }
  fmt::print("{}: crash points: {} checked, {} bad, {} not reached\n", kind, reached, bad.size(),
             points.size() - reached);
  EXPECT_GE(reached, points.size() - points.size() / missed_one_in)
      << "too many points were missed";
  for (std::size_t i = 0; i < std::min(bad.size(), kBadPointsShown); ++i) ADD_FAILURE() << bad[i];
  EXPECT_TRUE(bad.empty());
}

}  // namespace bulkhead
