// A month of a contact centre as ledger entries, for benches of a start: contacts of agents with
// customers, each a lookup, a case, a number of reveals and the case's end. It must give what a
// keeper's fold takes, and the same each time; nobody in it is real. Owned by cli.
#pragma once

#include <cstdint>
#include <vector>

#include "ledger/entry.h"

namespace bulkhead::cli {

inline constexpr std::uint64_t kMonthMs = 30ull * 24 * 3'600'000;
inline constexpr std::uint64_t kContactEntriesMin = 13;
// Person, team, face and house: so many holders see each contact's customer, in one column.
inline constexpr std::uint64_t kHoldersOfContact = 4;

struct BenchMonthOptions {
  std::uint64_t entries = 0;          // at least kContactEntriesMin
  std::uint32_t customers = 0;        // three in four at most are talked to, each by one agent
  std::vector<std::uint32_t> agents;  // numbers of principals with a team
  std::uint64_t start_ms = 0;         // wall and keeper time
};

class BenchMonth {
 public:
  explicit BenchMonth(BenchMonthOptions options);

  struct Made {
    Entry entry;
    CustomerNumber customer;  // to be sealed with the entry's salt by whoever has the key
  };
  bool done() const { return at_ == options_.entries; }
  Made next();

  // Distinct pairs of holder and customer that the whole month leaves in the meters.
  std::uint64_t pairs() const { return contacts_ * kHoldersOfContact; }

 private:
  std::uint64_t first_of(std::uint64_t contact) const;

  BenchMonthOptions options_;
  std::uint64_t contacts_;
  std::uint64_t contact_ = 0;
  std::uint64_t at_ = 0;
};

}  // namespace bulkhead::cli
