#include "ledger/bench_ledger.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "crypto/random.h"
#include "ledger/fdatasync_baseline.h"
#include "ledger/group_committer.h"
#include "ledger/ledger.h"
#include "ledger/verify.h"

namespace bulkhead {
namespace {

using SteadyClock = std::chrono::steady_clock;

Entry bench_entry() {
  Entry entry;
  entry.kind = EntryKind::kReveal;
  entry.grade = Grade::kClear;
  entry.purpose = Purpose::kService;
  entry.fields = FieldSet::of(Field::kEmail);
  random_bytes(entry.customer.bytes);
  random_bytes(entry.salt);
  return entry;
}

// Blocks one caller until the committer answers.
class Answer {
 public:
  void give(const Result<LeafIndex>& result) {
    // Notified under the lock: the caller may end its life as soon as it sees the answer.
    std::lock_guard held(mutex_);
    ok_ = result.has_value();
    given_ = true;
    there_.notify_one();
  }
  bool wait() {
    std::unique_lock held(mutex_);
    there_.wait(held, [&] { return given_; });
    given_ = false;
    return ok_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable there_;
  bool given_ = false;
  bool ok_ = false;
};

// Microseconds of each durable append; stops short when one fails.
std::vector<double> call_until(GroupCommitter& committer, SteadyClock::time_point end, std::atomic<bool>& failed) {
  std::vector<double> took_us;
  took_us.reserve(1u << 16);
  Answer answer;
  while (SteadyClock::now() < end && !failed) {
    std::vector<Entry> entries{bench_entry()};
    const auto start = SteadyClock::now();
    const auto submitted =
        committer.submit(std::move(entries), [&](const Result<LeafIndex>& result) { answer.give(result); });
    if (!submitted || !answer.wait()) {
      failed = true;
      break;
    }
    took_us.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - start).count());
  }
  return took_us;
}

Status check_ledger(Ledger& ledger, const std::string& directory, std::size_t entries) {
  TRY_STATUS(ledger.close());
  DirectorySource source(directory);
  const auto report = verify_ledger(source, {.verifier_key = ledger.verifier_key()});
  if (!report.ok || report.size.value != entries) {
    return fail(ErrorCode::kCrypto, "the bench's ledger does not hold what was acknowledged");
  }
  return {};
}

Result<BenchRun> run_callers(Disk& disk, const std::string& directory, unsigned callers, double run_s) {
  std::filesystem::remove_all(directory);
  auto ledger = TRY(Ledger::open({.directory = directory,
                                  .origin = "bench.bulkhead.example/ledger",
                                  .key = SigningKey::generate(),
                                  .disk = &disk,
                                  .second_place = {},
                                  .on_broken = {}}));
  std::vector<std::vector<double>> took_us(callers);
  std::atomic<bool> failed = false;
  const auto start = SteadyClock::now();
  {
    GroupCommitter committer(*ledger);
    const auto end = start + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(run_s));
    std::vector<std::jthread> threads;
    for (auto& samples : took_us) threads.emplace_back([&] { samples = call_until(committer, end, failed); });
  }
  const std::chrono::duration<double> elapsed = SteadyClock::now() - start;
  if (failed) return fail(ErrorCode::kIo, "an append of the bench failed");
  std::vector<double> all;
  for (const auto& samples : took_us) all.insert(all.end(), samples.begin(), samples.end());
  TRY_STATUS(check_ledger(*ledger, directory, all.size()));
  ledger.reset();
  std::filesystem::remove_all(directory);
  const auto per_s = static_cast<double>(all.size()) / elapsed.count();
  return BenchRun{callers, per_s, percentile(all, 0.50), percentile(all, 0.99)};
}

}  // namespace

Result<BenchLedgerResult> bench_ledger(Disk& disk, const BenchLedgerOptions& options) {
  auto baseline = TRY(FdatasyncBaseline::create(disk, options.directory));
  TRY_STATUS(baseline.sample());
  BenchLedgerResult result;
  for (const auto callers : options.callers) {
    result.append.push_back(TRY(run_callers(disk, options.directory + "/ledger", callers, options.run_s)));
    TRY_STATUS(baseline.sample());
  }
  result.fdatasync_p50_us = baseline.p50_us();
  result.fdatasync_p99_us = baseline.p99_us();
  if (!result.append.empty()) {
    result.appends_per_fdatasync = result.append.back().per_s * result.fdatasync_p50_us / 1e6;
  }
  TRY_STATUS(baseline.finish());
  return result;
}

std::string to_json(const BenchLedgerResult& result) {
  auto json = fmt::format(R"({{"name":"ledger","fdatasync_us":{{"p50":{:.1f},"p99":{:.1f}}},"append":[)",
                          result.fdatasync_p50_us, result.fdatasync_p99_us);
  for (const auto& run : result.append) {
    if (json.back() != '[') json += ',';
    json += fmt::format(R"({{"callers":{},"per_s":{:.0f},"p50_us":{:.1f},"p99_us":{:.1f}}})", run.callers, run.per_s,
                        run.p50_us, run.p99_us);
  }
  return json + "]}";
}

}  // namespace bulkhead
