#include "keeper/case_index.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace bulkhead {

std::vector<std::uint32_t>& CaseIndex::list_of(PrincipalNumber assignee, bool closed) {
  auto& lists = by_assignee_[assignee.value];
  return closed ? lists.closed : lists.open;
}

// Numbers rise as cases are opened, so they nearly always go to the end.
void CaseIndex::add(CaseNumber number, PrincipalNumber assignee, bool closed) {
  auto& list = list_of(assignee, closed);
  list.insert(std::ranges::upper_bound(list, number.value), number.value);
}

void CaseIndex::remove(CaseNumber number, PrincipalNumber assignee, bool closed) {
  auto& list = list_of(assignee, closed);
  const auto at = std::ranges::lower_bound(list, number.value);
  CHECK(at != list.end() && *at == number.value);
  list.erase(at);
}

CaseIndex::Numbers CaseIndex::of(PrincipalNumber assignee, bool closed) const {
  const auto at = by_assignee_.find(assignee.value);
  if (at == by_assignee_.end()) return {};
  return closed ? at->second.closed : at->second.open;
}

std::vector<std::uint32_t> newest_of(std::span<const CaseIndex::Numbers> lists, std::uint32_t below,
                                     std::size_t count) {
  std::vector<std::uint32_t> found;
  for (const auto& list : lists) {
    const auto older =
        static_cast<std::size_t>(std::ranges::lower_bound(list, below) - list.begin());
    const auto taken = list.first(older).last(std::min(count, older));
    found.insert(found.end(), taken.begin(), taken.end());
  }
  std::ranges::sort(found, std::greater());
  if (found.size() > count) found.resize(count);
  return found;
}

}  // namespace bulkhead
