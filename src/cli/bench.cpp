// bulkhead bench gate, ledger, seal, import, start, demo.
#include <filesystem>

#include "cli/bench_demo.h"
#include "cli/bench_fill.h"
#include "cli/bench_gate.h"
#include "cli/bench_house.h"
#include "cli/bench_month.h"
#include "cli/bench_start.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "ledger/bench_ledger.h"
#include "ledger/durable_file.h"
#include "vault/bench_seal.h"

namespace bulkhead::cli {
namespace {

struct BenchOptions {
  std::string folder = "/var/tmp";
  std::uint32_t customers = 0;
  std::uint64_t entries = 10'000'000;
  double run_s = 5;
  bool json = false;
};

void add_common(CLI::App& command, BenchOptions& options) {
  command
      .add_option("--dir", options.folder,
                  "A folder on the disk to be measured; a new one is made in it and removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command.add_flag("--json", options.json, "One line of JSON");
  // script/bench hands the same options to every bench.
  command.add_option("--customers", options.customers, "How many; default: the bench's own")
      ->check(CLI::Range(std::uint32_t{1}, std::uint32_t{20'000'000}));
  command.add_option("--seconds", options.run_s, "How long each run lasts")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
}

int gate(const BenchOptions& options) {
  const auto result =
      bench_gate({.parent_folder = options.folder,
                  .customers = options.customers == 0 ? 1'000'000 : options.customers,
                  .run_s = options.run_s});
  if (!result) return complain(result.error());
  if (options.json)
    print_json(to_json(*result));
  else
    print(describe(*result));
  return kDone;
}

int ledger(const BenchOptions& options) {
  PosixDisk disk;
  auto folder = options.folder + "/bulkhead-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr)
    return complain("no folder can be made in {}", options.folder);
  const auto result = bench_ledger(disk, {.directory = folder, .run_s = options.run_s});
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (!result) return complain(result.error());
  if (options.json) {
    print(to_json(*result) + "\n");
    return kDone;
  }
  Table table({"callers", "appends/s", "p50 us", "p99 us"});
  for (const auto& run : result->append) {
    table.add({std::to_string(run.callers), count_text(static_cast<std::uint64_t>(run.per_s)),
               fmt::format("{:.0f}", run.p50_us), fmt::format("{:.0f}", run.p99_us)});
  }
  print(
      fmt::format("fdatasync of 128 bytes: p50 {:.0f} us, p99 {:.0f} us\n\n{}\n{:.1f} x "
                  "1/fdatasync with the most callers "
                  "(target: 16)\n",
                  result->fdatasync_p50_us, result->fdatasync_p99_us, table.text(),
                  result->appends_per_fdatasync));
  return kDone;
}

int show(const BenchOptions& options, std::string_view name, double per_s, double rss_mib,
         std::string_view target) {
  if (options.json)
    print_json({{"name", name}, {"per_s", per_s}, {"rss_mib", rss_mib}});
  else
    print(fmt::format("{}: {} customers/s, {:.0f} MiB{}\n", name,
                      count_text(static_cast<std::uint64_t>(per_s)), rss_mib, target));
  return kDone;
}

int seal(const BenchOptions& options) {
  const auto result = bench_seal(static_cast<std::uint64_t>(options.run_s * 1000));
  return result ? show(options, "seal", result->per_s, result->rss_mib, " (one core, no disk)")
                : complain(result.error());
}

Result<std::pair<double, std::uint32_t>> import_once(const BenchOptions& options) {
  auto house = TRY(BenchHouse::create(options.folder));
  TRY_STATUS(house.start_keeper());
  auto connection = TRY(house.operator_connection());
  const auto count = options.customers == 0 ? 200'000 : options.customers;
  Progress progress("Customers", "customers", count);
  const auto per_s = TRY(import_bench_customers(connection, count, progress));
  progress.finish();
  const auto status = TRY(connection.call<wire::StatusAnswer>(wire::StatusQuery{}));
  TRY_STATUS(house.drain_keeper());
  return std::pair{per_s, status.rss_mib};
}

int import_bench(const BenchOptions& options) {
  const auto result = import_once(options);
  if (!result) return complain(result.error());
  return show(options, "import", result->first, result->second,
              " (target: 10,000 customers/s with all six compartments)");
}

void add_start(CLI::App& command, BenchOptions& options) {
  add_common(command, options);
  command.add_option("--entries", options.entries, "Entries of the month")
      ->check(CLI::Range(kContactEntriesMin, std::uint64_t{1'000'000'000}))
      ->capture_default_str();
}

int start(const BenchOptions& options) {
  const auto result =
      bench_start({.parent_folder = options.folder,
                   .entries = options.entries,
                   .customers = options.customers == 0 ? 1'000'000 : options.customers});
  if (!result) return complain(result.error());
  if (options.json) {
    print_json({{"name", "start"},
                {"entries", result->entries},
                {"pairs", result->pairs},
                {"ready_s", result->ready_s},
                {"ready_without_snapshot_s", result->ready_without_snapshot_s},
                {"keeper_rss_mib", result->keeper_rss_mib}});
    return kDone;
  }
  print(fmt::format(
      "{} entries, {} pairs of holder and customer\n"
      "ready after {:.2f} s from a snapshot of {:.0f} MiB (target: 5), {:.2f} s without; page "
      "cache "
      "{}\nkeeper {} MiB (target: 192); idle before the month {} MiB (target: 64)\n",
      count_text(result->entries), count_text(result->pairs), result->ready_s,
      static_cast<double>(result->snapshot_bytes) / (1 << 20), result->ready_without_snapshot_s,
      result->cache_dropped ? "dropped" : "kept (only root may drop it)", result->keeper_rss_mib,
      result->idle_rss_mib));
  return kDone;
}

int demo(const BenchOptions& options) {
  const auto result =
      bench_demo({.parent_folder = options.folder,
                  .customers = options.customers == 0 ? 1'000'000 : options.customers});
  if (!result) return complain(result.error());
  if (options.json) {
    print_json({{"name", "demo"},
                {"customers", result->customers},
                {"bookings", result->bookings},
                {"cases", result->cases},
                {"messages", result->messages},
                {"seconds", result->seconds},
                {"disk_mib", result->disk_mib},
                {"idle_rss_mib", result->idle_rss_mib}});
    return kDone;
  }
  print(fmt::format(
      "{} customers, {} bookings, {} cases, {} messages in {:.1f} s (target: 180 for a million)\n"
      "{} MiB on disk; an idle keeper on it takes {} MiB (target: 64)\n",
      count_text(result->customers), count_text(result->bookings), count_text(result->cases),
      count_text(result->messages), result->seconds, count_text(result->disk_mib),
      result->idle_rss_mib));
  return kDone;
}

}  // namespace

void add_bench(CLI::App& app, Chosen& chosen) {
  auto* const bench = app.add_subcommand(
      "bench", "Measure this machine: gate (reveals), ledger, seal, import, start, demo");
  bench->require_subcommand(1);
  add_command<BenchOptions>(
      *bench, chosen, "gate",
      "Reveals a second over the channel and through HTTPS, with 1, 10 and 64 "
      "callers, 1,000,000 customers",
      add_common, gate);
  add_command<BenchOptions>(*bench, chosen, "ledger",
                            "Durable appends a second, with 1, 10 and 64 callers", add_common,
                            ledger);
  add_command<BenchOptions>(*bench, chosen, "seal", "Customers sealed a second", add_common, seal);
  add_command<BenchOptions>(*bench, chosen, "import",
                            "Customers imported a second through a keeper, 200,000 of them",
                            add_common, import_bench);
  add_command<BenchOptions>(
      *bench, chosen, "start",
      "Seconds until a keeper is ready, and its memory, with 500 agents, 30 days, "
      "1,000,000 customers and 10,000,000 entries",
      add_start, start);
  add_command<BenchOptions>(*bench, chosen, "demo",
                            "Seconds until a synthetic airline of 1,000,000 customers is in, and "
                            "what it takes on disk",
                            add_common, demo);
}

}  // namespace bulkhead::cli
