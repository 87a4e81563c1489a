#include "drills/drill_command.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/clock.h"
#include "cli/output.h"
#include "drills/drill.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;

// Below, the cast of the drills and the leaked lists would overlap.
constexpr std::uint32_t kCustomersMin = 500;

struct Options {
  std::string name, without, keep;
  std::uint32_t customers = 2000;
  std::uint64_t seed = 1;
  bool all = false, list = false, json = false;
};

// The folder of this run; removed at the end unless it is to be kept.
class Folder {
 public:
  static Result<Folder> make(const std::string& keep) {
    std::error_code error;
    if (!keep.empty()) {
      const auto path = files::absolute(keep, error).string();
      if (files::exists(path, error) && !files::is_empty(path, error)) {
        return fail(ErrorCode::kConflict, "the folder of --keep is not empty");
      }
      files::create_directories(path, error);
      if (error || chmod(path.c_str(), 0755) != 0)
        return fail(ErrorCode::kIo, "the folder of --keep cannot be made");
      return Folder(path, true);
    }
    auto path = (files::temp_directory_path(error) / "bulkhead-drill-XXXXXX").string();
    // The keeper's own user must be able to walk through.
    if (error || mkdtemp(path.data()) == nullptr || chmod(path.c_str(), 0755) != 0) {
      return fail(ErrorCode::kIo, "no temporary folder can be made");
    }
    return Folder(path, false);
  }
  Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, {})), keep_(other.keep_) {}
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code error;
    if (!path_.empty() && !keep_) files::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  Folder(std::string path, bool keep) : path_(std::move(path)), keep_(keep) {}
  std::string path_;
  bool keep_;
};

std::vector<std::string> all_protections() {
  std::set<std::string> names;
  for (const auto& drill : all_drills())
    names.insert(drill.protections.begin(), drill.protections.end());
  return {names.begin(), names.end()};
}

int list() {
  cli::Table table({"drill", "catalogue", "protections", "what happens"});
  for (const auto& drill : all_drills()) {
    table.add({std::string(drill.name), std::to_string(drill.catalogue),
               fmt::format("{}", fmt::join(drill.protections, " ")), std::string(drill.about)});
  }
  cli::print(table.text());
  return cli::kDone;
}

void say(std::string_view line) { fmt::print(stderr, "{}\n", line); }

// What an accident leaves: a drill that could not be run has not passed.
DrillReport not_run(const Drill& drill, std::uint32_t customers, const Error& error) {
  DrillReport report;
  report.name = drill.name;
  report.catalogue = drill.catalogue;
  report.customers = customers;
  report.problems.push_back(fmt::format("it could not be run: {}", error.context));
  return report;
}

int run_drills(const Options& options, const std::vector<Drill>& drills) {
  auto folder = Folder::make(options.keep);
  if (!folder) return cli::complain(folder.error());
  const auto today = static_cast<std::int32_t>(SystemClock().wall_ms() / kMsPerDay);
  const auto stage = make_stage({.folder = folder->path(),
                                 .customers = options.customers,
                                 .seed = options.seed,
                                 .today = today,
                                 .keep = !options.keep.empty()},
                                say);
  if (!stage) return cli::complain(stage.error());
  std::vector<DrillReport> reports;
  bool passed = true;
  for (const auto& drill : drills) {
    auto report = options.without.empty() ? run_in_full(drill, *stage, say)
                                          : run_once(drill, *stage, options.without, say);
    reports.push_back(report ? std::move(*report)
                             : not_run(drill, options.customers, report.error()));
    passed = passed && reports.back().passed;
  }
  cli::print(options.json ? to_json(reports) : to_table(reports));
  return passed ? cli::kDone : cli::kFailed;
}

int run(const Options& options) {
  if (options.list) return list();
  if (options.all == !options.name.empty()) {
    cli::complain("name one drill, or --all, or --list");
    return cli::kUsage;
  }
  if (options.all) return run_drills(options, {all_drills().begin(), all_drills().end()});
  const auto* const drill = find_drill(options.name);
  if (drill == nullptr) {
    cli::complain("there is no drill {}; see: bulkhead drill --list", options.name);
    return cli::kUsage;
  }
  if (!options.without.empty() &&
      std::ranges::find(drill->protections, options.without) == drill->protections.end()) {
    cli::complain("{} shows what {} is worth, not {}", drill->name,
                  fmt::join(drill->protections, " and "), options.without);
    return cli::kUsage;
  }
  return run_drills(options, {*drill});
}

}  // namespace

void add_drill(CLI::App& app, cli::Chosen& chosen) {
  cli::add_command<Options>(
      app, chosen, "drill",
      "Attack a house of its own in the ways that real ones were attacked, and show what the thief "
      "got. Exit code 1 when a "
      "drill fails",
      [](CLI::App& command, Options& options) {
        command.add_option("NAME", options.name, "One drill");
        command.add_flag("--all", options.all, "All of them");
        command.add_flag("--list", options.list, "Tell which there are");
        command.add_option("--customers", options.customers, "Of the house's airline")
            ->check(CLI::Range(kCustomersMin, std::uint32_t{1'000'000}))
            ->capture_default_str();
        command.add_option("--seed", options.seed, "The same seed and day make the same airline")
            ->capture_default_str();
        command
            .add_option("--without", options.without,
                        "Run it once with this protection off; it should fail")
            ->check(CLI::IsMember(all_protections()));
        command.add_option("--keep", options.keep,
                           "Leave all files in this folder, which must be empty or new");
        command.add_flag("--json", options.json, "One line of JSON instead of the table");
      },
      run);
}

}  // namespace bulkhead::drills
