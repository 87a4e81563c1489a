// Measures how many customers one core seals in a second: checks, six compartments, seven wrapped
// keys, index tags. It must never touch a real vault: its keys and people are made up and gone at
// the end. Owned by vault.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/record.h"
#include "base/result.h"

namespace bulkhead {

struct SealBench {
  double per_s = 0;
  double rss_mib = 0;  // of this process at the end
};

// Runs for at least `least_ms`. kIo when no temporary folder can be had; what KeyRing::create
// answers.
Result<SealBench> bench_seal(std::uint64_t least_ms);

// A made-up record with values in all six compartments, the same for the same number.
Record sample_record(CustomerNumber customer);

}  // namespace bulkhead
