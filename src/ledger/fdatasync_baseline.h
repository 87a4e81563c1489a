// FdatasyncBaseline measures what the disk itself takes for one durable append: 128 bytes to a
// growing file and one fdatasync, 500 samples before, between and after a bench's runs. It must
// never preallocate, since the journal does not. Owned by ledger; `bench ledger` and `bench gate`
// state their figures beside it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/disk.h"

namespace bulkhead {

inline constexpr int kBaselineSamples = 500;
inline constexpr std::size_t kBaselineAppendBytes = 128;

// The value below which `share` (0 to 1) of the samples lie; 0 without samples. Sorts them.
double percentile(std::vector<double>& samples, double share);

class FdatasyncBaseline {
 public:
  // The file is made in `directory`, which should be the bench's own data directory, and removed at
  // the end. kIo.
  static Result<FdatasyncBaseline> create(Disk& disk, const std::string& directory);

  // Takes another kBaselineSamples. kIo.
  Status sample();
  // Over all samples so far, in microseconds.
  double p50_us() { return percentile(samples_us_, 0.50); }
  double p99_us() { return percentile(samples_us_, 0.99); }
  // Closes and removes the file.
  Status finish();

 private:
  FdatasyncBaseline(Disk& disk, std::string path, std::unique_ptr<AppendFile> file)
      : disk_(&disk), path_(std::move(path)), file_(std::move(file)) {}

  Disk* disk_;
  std::string path_;
  std::unique_ptr<AppendFile> file_;
  std::uint64_t at_ = 0;
  std::vector<double> samples_us_;
};

}  // namespace bulkhead
