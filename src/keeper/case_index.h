// CaseIndex finds the cases of an assignee, open and closed ones apart, so that a list never walks
// over everybody's. It must follow the case register entry by entry; it holds nothing that the
// register does not say. Owned by keeper, part of the state but not of snapshots.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/ids.h"

namespace bulkhead {

class CaseIndex {
 public:
  using Numbers = std::span<const std::uint32_t>;  // of cases, rising

  // A case is assigned (0: to nobody) and open or closed from now on; what it was before is removed
  // first.
  void add(CaseNumber number, PrincipalNumber assignee, bool closed);
  void remove(CaseNumber number, PrincipalNumber assignee, bool closed);
  void clear() { by_assignee_.clear(); }

  Numbers of(PrincipalNumber assignee, bool closed) const;
  // Calls visit(assignee, numbers) for everybody who has or had a case.
  template <class Visit>
  void for_each(bool closed, Visit visit) const {
    for (const auto& [assignee, lists] : by_assignee_)
      visit(PrincipalNumber(assignee), Numbers(closed ? lists.closed : lists.open));
  }

 private:
  struct Lists {
    std::vector<std::uint32_t> open, closed;
  };
  std::vector<std::uint32_t>& list_of(PrincipalNumber assignee, bool closed);

  std::unordered_map<std::uint32_t, Lists> by_assignee_;
};

// The highest numbers below `below` that stand in any of the lists, at most `count`, falling.
std::vector<std::uint32_t> newest_of(std::span<const CaseIndex::Numbers> lists, std::uint32_t below,
                                     std::size_t count);

}  // namespace bulkhead
