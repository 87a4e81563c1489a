// The bench behind `bulkhead bench ledger`: how long one durable append takes with 1, 10 and 64
// callers, beside the disk's own fdatasync. It must never report a run whose ledger does not verify
// afterwards. Owned by ledger.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/disk.h"

namespace bulkhead {

struct BenchRun {
  unsigned callers = 0;
  double per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
};

struct BenchLedgerOptions {
  std::string directory;  // of the bench alone; its ledgers are removed at the end
  double run_s = 5;       // each run lasts at least this long
  std::vector<unsigned> callers{1, 10, 64};
};

struct BenchLedgerResult {
  double fdatasync_p50_us = 0;
  double fdatasync_p99_us = 0;
  std::vector<BenchRun> append;
  // The bar: appends a second with the most callers, times the fdatasync p50. 16 or more is good.
  double appends_per_fdatasync = 0;
};

// Each caller waits until its entry is durable before it makes the next; one loop plays them all,
// as the keeper's does. kIo; kCrypto when a ledger does not verify or does not hold exactly the
// entries acknowledged.
Result<BenchLedgerResult> bench_ledger(Disk& disk, const BenchLedgerOptions& options);

// {"name":"ledger","fdatasync_us":{"p50","p99"},"append":[{"callers","per_s","p50_us","p99_us"}...]}
std::string to_json(const BenchLedgerResult& result);

}  // namespace bulkhead
