#include "cli/bench_start.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "base/clock.h"
#include "cli/bench_fill.h"
#include "cli/bench_house.h"
#include "cli/bench_month.h"
#include "cli/progress.h"
#include "keeper/keeper_setup.h"
#include "vault/references.h"
#include "vault/root_key.h"

namespace bulkhead::cli {
namespace {

namespace files = std::filesystem;

constexpr std::uint64_t kEntriesPerAppend = 16'384;
constexpr std::uint32_t kAgentsPerTeam = 20;

// Whether the kernel let go of all it had read; only root may ask for that.
bool drop_page_cache() {
  sync();
  const Descriptor control(open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC));
  return control && write(control.get(), "3", 1) == 1;
}

Result<std::vector<std::uint32_t>> hire(AdminConnection& connection, std::uint32_t agents) {
  Progress progress("Agents", "agents", agents);
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < agents; ++i) {
    const auto secrets = TRY(connection.call<wire::StaffSecrets>(
        wire::StaffAdd{.name = {fmt::format("agent-{:03}", i + 1)},
                       .role = Role::kAgent,
                       .team = {fmt::format("team-{:02}", i / kAgentsPerTeam + 1)},
                       .password = {},
                       .grown = true}));
    numbers.push_back(secrets.number);
    progress.at(i + 1);
  }
  progress.finish();
  return numbers;
}

// Straight through the library: the gate would take an hour for what it took a month for.
Status write_month(const Places& places, BenchMonth month, std::uint64_t entries) {
  const Descriptor key(open(places.key.c_str(), O_RDONLY | O_CLOEXEC));
  if (!key) return fail(ErrorCode::kIo, "the bench's root key cannot be opened");
  const auto root = TRY(read_root_key(key.get()));
  const auto folder = TRY(open_keeper_folder(keeper_folder(places), root));
  Progress progress("Entries", "entries", entries);
  std::vector<Entry> batch;
  for (std::uint64_t done = 0; !month.done(); done += batch.size()) {
    batch.clear();
    while (!month.done() && batch.size() < kEntriesPerAppend) {
      auto [entry, customer] = month.next();
      entry.sealed_customer = seal_customer(*folder.ring, customer, entry.salt);
      batch.push_back(std::move(entry));
    }
    TRY(folder.ledger->append(batch));
    progress.at(done + batch.size());
  }
  TRY_STATUS(folder.ledger->close());
  progress.finish();
  return {};
}

// What this process wrote as root belongs to the keeper again.
Status give_to_keeper(const std::string& folder) {
  const auto user = keeper_user();
  if (!user) return {};
  std::error_code error;
  for (files::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (lchown(at->path().c_str(), user->uid, user->gid) != 0)
      return fail(ErrorCode::kIo, "a file cannot be given to the keeper's user");
  }
  if (error) return fail(ErrorCode::kIo, "the keeper's folder cannot be walked");
  return {};
}

class Start {
 public:
  Start(const BenchStartOptions& options, BenchHouse& house) : options_(options), house_(house) {}

  Status fill();
  Status measure();
  BenchStartResult result;

 private:
  // Seconds from the start of the process until it can serve.
  Result<double> ready_s() {
    result.cache_dropped = drop_page_cache();
    const auto begun = std::chrono::steady_clock::now();
    TRY_STATUS(house_.start_keeper());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  }
  Result<wire::StatusAnswer> status() {
    auto connection = TRY(house_.operator_connection());
    return connection.call<wire::StatusAnswer>(wire::StatusQuery{});
  }
  std::string snapshots() const { return keeper_folder(house_.places()) + "/snapshots"; }

  const BenchStartOptions& options_;
  BenchHouse& house_;
};

Status Start::fill() {
  std::vector<std::uint32_t> agents;
  TRY_STATUS(house_.start_keeper());
  {
    auto connection = TRY(house_.operator_connection());
    Progress progress("Customers", "customers", options_.customers);
    TRY(import_bench_customers(connection, options_.customers, progress));
    progress.finish();
    agents = TRY(hire(connection, options_.agents));
  }
  TRY_STATUS(house_.drain_keeper());

  TRY(ready_s());
  result.idle_rss_mib = TRY(status()).rss_mib;
  TRY_STATUS(house_.drain_keeper());

  BenchMonth month({.entries = options_.entries,
                    .customers = options_.customers,
                    .agents = std::move(agents),
                    .start_ms = SystemClock().wall_ms()});
  result.pairs = month.pairs();
  TRY_STATUS(write_month(house_.places(), std::move(month), options_.entries));
  return give_to_keeper(keeper_folder(house_.places()));
}

Status Start::measure() {
  std::error_code error;
  files::remove_all(snapshots(), error);
  result.ready_without_snapshot_s = TRY(ready_s());
  TRY_STATUS(house_.drain_keeper());  // leaves a snapshot of everything
  for (const auto& file : files::directory_iterator(snapshots(), error))
    result.snapshot_bytes = std::max<std::uint64_t>(result.snapshot_bytes, file.file_size(error));
  if (result.snapshot_bytes == 0) return fail(ErrorCode::kNotFound, "the keeper left no snapshot");
  result.ready_s = TRY(ready_s());
  const auto answer = TRY(status());
  result.keeper_rss_mib = answer.rss_mib;
  result.entries = answer.ledger_size;
  return house_.drain_keeper();
}

}  // namespace

Result<BenchStartResult> bench_start(const BenchStartOptions& options) {
  auto house = TRY(BenchHouse::create(options.parent_folder));
  Start start(options, house);
  TRY_STATUS(start.fill());
  TRY_STATUS(start.measure());
  return start.result;
}

}  // namespace bulkhead::cli
