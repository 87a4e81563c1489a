// bench start: how long a keeper needs until it is ready, with a month of entries behind it, from
// its snapshot and without, and how much memory it then holds. It must never touch a directory that
// it did not make. Owned by cli.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace bulkhead::cli {

struct BenchStartOptions {
  std::string parent_folder;
  std::uint64_t entries = 10'000'000;
  std::uint32_t customers = 1'000'000;
  std::uint32_t agents = 500;
};

struct BenchStartResult {
  std::uint64_t entries = 0;  // of the whole ledger
  std::uint64_t pairs = 0;    // distinct pairs of holder and customer in the meters
  double ready_s = 0;
  double ready_without_snapshot_s = 0;
  std::uint32_t keeper_rss_mib = 0;
  std::uint32_t idle_rss_mib = 0;  // the same customers, before the month
  std::uint64_t snapshot_bytes = 0;
  bool cache_dropped = false;
};

Result<BenchStartResult> bench_start(const BenchStartOptions& options);

}  // namespace bulkhead::cli
