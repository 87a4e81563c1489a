#include "keeper/case_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace bulkhead {
namespace {

// Against the plain walk over everybody's cases, through a thousand random changes.
TEST(CaseIndex, ListsWhatAWalkOverAllCasesWould) {
  struct Row {
    PrincipalNumber assignee;
    bool closed = false;
  };
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  std::map<std::uint32_t, Row> cases;
  CaseIndex index;
  for (unsigned step = 0; step < 1000; ++step) {
    const auto number = cases.empty() || below(3) == 0
                            ? static_cast<std::uint32_t>(cases.size()) + 1
                            : 1 + below(static_cast<std::uint32_t>(cases.size()));
    const Row row{PrincipalNumber(below(5)), below(2) == 0};
    if (const auto at = cases.find(number); at != cases.end())
      index.remove(CaseNumber(number), at->second.assignee, at->second.closed);
    index.add(CaseNumber(number), row.assignee, row.closed);
    cases[number] = row;

    const auto who = PrincipalNumber(below(5));
    const bool closed = below(2) == 0;
    const std::array lists{index.of(who, closed), index.of(PrincipalNumber(who.value + 1), closed)};
    const auto from = 1 + below(static_cast<std::uint32_t>(cases.size()) + 3);
    const auto count = below(9);
    std::vector<std::uint32_t> wanted;
    for (auto at = cases.rbegin(); at != cases.rend(); ++at) {
      const auto by = at->second.assignee.value;
      const bool fits = (by == who.value || by == who.value + 1) && at->second.closed == closed;
      if (fits && at->first < from && wanted.size() < count) wanted.push_back(at->first);
    }
    ASSERT_EQ(newest_of(lists, from, count), wanted) << step;
  }
}

TEST(CaseIndex, OfSomebodyUnknownThereIsNothing) {
  const CaseIndex index;
  EXPECT_TRUE(index.of(PrincipalNumber(7), false).empty());
  EXPECT_TRUE(newest_of({}, 10, 10).empty());
}

}  // namespace
}  // namespace bulkhead
