// bulkhead bench demo: how long a whole synthetic airline takes to come in, and what it takes on
// disk. Owned by cli.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace bulkhead::cli {

struct BenchDemoOptions {
  std::string parent_folder;
  std::uint32_t customers = 1'000'000;
};

struct BenchDemoResult {
  std::uint32_t customers = 0;
  std::uint64_t bookings = 0;
  std::uint32_t cases = 0;
  std::uint64_t messages = 0;
  double seconds = 0;  // from the first customer to the last case, over the admin channel
  std::uint64_t disk_mib = 0;
  std::uint32_t idle_rss_mib = 0;  // of a keeper started on it afterwards
};

// Errors as the house and the keeper answer them.
Result<BenchDemoResult> bench_demo(const BenchDemoOptions& options);

}  // namespace bulkhead::cli
