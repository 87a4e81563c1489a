#include "ledger/fdatasync_baseline.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace bulkhead {

double percentile(std::vector<double>& samples, double share) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(samples.size()));
  return samples[std::min(at, samples.size() - 1)];
}

Result<FdatasyncBaseline> FdatasyncBaseline::create(Disk& disk, const std::string& directory) {
  TRY_STATUS(disk.make_directories(directory));
  auto path = directory + "/fdatasync-baseline";
  TRY_STATUS(disk.remove(path));
  auto file = TRY(disk.open_append(path));
  return FdatasyncBaseline(disk, std::move(path), std::move(file));
}

Status FdatasyncBaseline::sample() {
  const std::array<std::uint8_t, kBaselineAppendBytes> bytes{0x42};
  for (int i = 0; i < kBaselineSamples; ++i) {
    const auto start = std::chrono::steady_clock::now();
    TRY_STATUS(file_->write_at(at_, bytes));
    TRY_STATUS(file_->sync_data());
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    samples_us_.push_back(took.count());
    at_ += bytes.size();
  }
  return {};
}

Status FdatasyncBaseline::finish() {
  TRY_STATUS(file_->close());
  return disk_->remove(path_);
}

}  // namespace bulkhead
