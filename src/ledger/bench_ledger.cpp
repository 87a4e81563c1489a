#include "ledger/bench_ledger.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>

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

// Callers who each wait until their entry is durable before they make the next, all told of it once
// per turn as the keeper's loop is. A thread for each would measure the scheduler: docs/LEDGER.md
// has those figures too.
class Callers {
 public:
  explicit Callers(unsigned count) : started_(count) {}

  // On the calling thread, until `end` and every answer is in.
  void run(GroupCommitter& committer, SteadyClock::time_point end) {
    for (unsigned caller = 0; caller < started_.size(); ++caller) call(committer, caller);
    std::vector<unsigned> answered;
    while (outstanding_ != 0) {
      {
        std::unique_lock held(mutex_);
        there_.wait(held, [&] { return !answered_.empty(); });
        answered.swap(answered_);
      }
      outstanding_ -= answered.size();
      for (const auto caller : answered) {
        const auto now = SteadyClock::now();
        took_us_.push_back(
            std::chrono::duration<double, std::micro>(now - started_[caller]).count());
        if (now < end && !failed_) call(committer, caller);
      }
      answered.clear();
    }
  }

  // On the committer thread, after the answers of a turn.
  void turn_over() {
    {
      std::lock_guard held(mutex_);
      answered_.insert(answered_.end(), turn_.begin(), turn_.end());
    }
    turn_.clear();
    there_.notify_one();
  }

  bool failed() const { return failed_; }
  std::vector<double>& took_us() { return took_us_; }  // of each durable append

 private:
  void call(GroupCommitter& committer, unsigned caller) {
    started_[caller] = SteadyClock::now();
    const auto submitted =
        committer.submit({bench_entry()}, [this, caller](const Result<LeafIndex>& result) {
          if (!result) failed_ = true;
          turn_.push_back(caller);
        });
    if (submitted) {
      ++outstanding_;
    } else {
      failed_ = true;
    }
  }

  std::vector<SteadyClock::time_point> started_;
  std::vector<double> took_us_;
  std::size_t outstanding_ = 0;
  std::atomic<bool> failed_ = false;
  std::vector<unsigned> turn_;  // the committer thread's own
  std::mutex mutex_;
  std::condition_variable there_;
  std::vector<unsigned> answered_;
};

Status check_ledger(Ledger& ledger, const std::string& directory, std::size_t entries) {
  TRY_STATUS(ledger.close());
  DirectorySource source(directory);
  const auto report = verify_ledger(source, {.verifier_key = ledger.verifier_key()});
  if (!report.ok || report.size.value != entries) {
    return fail(ErrorCode::kCrypto, "the bench's ledger does not hold what was acknowledged");
  }
  return {};
}

Result<BenchRun> run_callers(Disk& disk, const std::string& directory, unsigned callers,
                             double run_s) {
  std::filesystem::remove_all(directory);
  auto ledger = TRY(Ledger::open({.directory = directory,
                                  .origin = "bench.bulkhead.example/ledger",
                                  .key = SigningKey::generate(),
                                  .disk = &disk,
                                  .second_place = {},
                                  .on_broken = {}}));
  Callers waiting(callers);
  const auto start = SteadyClock::now();
  {
    GroupCommitter committer(*ledger, [&] { waiting.turn_over(); });
    waiting.run(committer, start + std::chrono::duration_cast<SteadyClock::duration>(
                                       std::chrono::duration<double>(run_s)));
  }
  const std::chrono::duration<double> elapsed = SteadyClock::now() - start;
  if (waiting.failed()) return fail(ErrorCode::kIo, "an append of the bench failed");
  auto& all = waiting.took_us();
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
    result.append.push_back(
        TRY(run_callers(disk, options.directory + "/ledger", callers, options.run_s)));
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
  auto json =
      fmt::format(R"({{"name":"ledger","fdatasync_us":{{"p50":{:.1f},"p99":{:.1f}}},"append":[)",
                  result.fdatasync_p50_us, result.fdatasync_p99_us);
  for (const auto& run : result.append) {
    if (json.back() != '[') json += ',';
    json += fmt::format(R"({{"callers":{},"per_s":{:.0f},"p50_us":{:.1f},"p99_us":{:.1f}}})",
                        run.callers, run.per_s, run.p50_us, run.p99_us);
  }
  return json + "]}";
}

}  // namespace bulkhead
