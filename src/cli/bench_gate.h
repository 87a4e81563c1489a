// `bulkhead bench gate`: how many reveals the one gate lets through in a second, straight over a
// keeper channel and through HTTPS, beside what the disk takes for one durable append. It must
// never report runs whose ledger does not verify or holds more or fewer entries than were answered.
// Owned by cli.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/bench_ledger.h"

namespace bulkhead::cli {

struct BenchGateOptions {
  std::string parent_folder;  // on the disk that is to be measured
  std::uint32_t customers = 1'000'000;
  double run_s = 5;  // each run lasts at least this long
  std::vector<unsigned> callers{1, 10, 64};
};

struct BenchGateResult {
  double fdatasync_p50_us = 0;
  double fdatasync_p99_us = 0;
  std::vector<BenchRun> channel, http;
  std::uint32_t rss_mib = 0;  // the keeper's, the largest seen
  double import_per_s = 0;    // of the filling beforehand
};

// kIo, kRefused; kCrypto when the ledger does not verify; kConflict when entries and answers
// differ.
Result<BenchGateResult> bench_gate(const BenchGateOptions& options);

// {"name":"gate","fdatasync_us":{"p50","p99"},"channel":[{"callers","per_s","p50_us","p99_us"}...],"http":[...],"rss_mib"}
boost::json::value to_json(const BenchGateResult& result);

// The same for people, beside the targets.
std::string describe(const BenchGateResult& result);

}  // namespace bulkhead::cli
