// bulkhead import.
#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/commands.h"
#include "cli/import_run.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "crypto/encoding.h"
#include "records/embedded.h"

namespace bulkhead::cli {
namespace {

struct ImportOptions {
  Operator who;
  std::string file, format, map, reject, state;
  bool json = false;
};

struct LoadedMap {
  ImportMap map;
  std::string text;
};

// A file, or the name of a map that is built in.
Result<LoadedMap> load_map(const std::string& name) {
  std::error_code error;
  if (!std::filesystem::exists(name, error)) {
    auto map = ImportMap::built_in(name);
    if (!map)
      return fail(ErrorCode::kNotFound, "there is neither such a file nor such a built-in map");
    return LoadedMap{std::move(*map), name};
  }
  std::ifstream file(name, std::ios::binary);
  std::string text(kImportMapBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto map = TRY(ImportMap::parse(text));
  return LoadedMap{std::move(map), std::move(text)};
}

void show(const ImportOptions& options, const ImportState& state, std::uint64_t before,
          double seconds) {
  const auto fresh = state.taken - before;
  if (options.json) {
    print_json({{"name", "import"},
                {"job", to_hex(state.job)},
                {"taken", state.taken},
                {"rejected", state.rejected},
                {"reject_file", state.rejected > 0 ? boost::json::value(options.reject)
                                                   : boost::json::value(nullptr)},
                {"done", state.done},
                {"seconds", seconds},
                {"per_s", seconds > 0 ? static_cast<double>(fresh) / seconds : 0.0}});
    return;
  }
  print(fmt::format(
      "{} customers taken{}.\n", count_text(state.taken),
      before > 0 ? fmt::format(", {} of them by an earlier run", count_text(before)) : ""));
  if (state.rejected > 0) {
    print(fmt::format("{} rows rejected; line, column and reason stand in {}\n",
                      count_text(state.rejected), options.reject));
  }
}

// Where the import stands; complains when the state belongs to another one.
Result<ImportState> where_it_stands(const ImportOptions& options, const ImportJobId& job) {
  const auto stored = load_import_state(options.state);
  if (!stored) {
    complain("{}: {}", options.state, stored.error().context);
    return std::unexpected(stored.error());
  }
  ImportState fresh;
  fresh.job = job;
  if (!*stored) return fresh;
  if ((**stored).job == job) return **stored;
  complain(
      "{} belongs to another import, or the file or map has changed since; remove it to begin anew",
      options.state);
  return fail(ErrorCode::kConflict, "the state belongs to another import");
}

int import_file(ImportOptions options) {
  if (options.state.empty()) options.state = options.file + ".bulkhead-import";
  if (options.reject.empty()) options.reject = options.file + ".rejects.csv";
  auto loaded = load_map(options.map);
  if (!loaded) return complain("map {}: {}", options.map, loaded.error().context);
  const Descriptor file(open(options.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return complain("{} cannot be read", options.file);
  const FileByteSource source(file.get());
  const auto format = options.format == "csv" ? ImportFormat::kCsv : ImportFormat::kNdjson;
  const auto job = import_job_id(source, format, loaded->text);
  if (!job) return complain("{}: {}", options.file, job.error().context);
  const auto state = where_it_stands(options, *job);
  if (!state) return kFailed;
  if (state->done) {
    if (!options.json) print("This file was imported already.\n");
    show(options, *state, state->taken, 0);
    return kDone;
  }
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());

  const SystemClock clock;
  const auto started_ms = clock.boot_ms();
  ImportRun run(*connection, source,
                {.map = std::move(loaded->map),
                 .format = format,
                 .state_path = options.state,
                 .reject_path = options.reject},
                *state);
  Progress progress("Importing", "KiB", source.size_bytes() / 1024);
  progress.go_on_from(state->position.byte_offset / 1024);
  const auto ended =
      run.run([&](const ImportState& at) { progress.at(at.position.byte_offset / 1024); });
  if (!ended) {
    complain("{}: {}", options.file, ended.error().context);
    return complain("{} customers are taken; the same command goes on from there",
                    count_text(run.state().taken));
  }
  progress.finish();
  show(options, run.state(), state->taken,
       static_cast<double>(clock.boot_ms() - started_ms) / 1000);
  return kDone;
}

int run(const ImportOptions& options) { return import_file(options); }

}  // namespace

void add_import(CLI::App& app, Chosen& chosen) {
  add_command<ImportOptions>(
      app, chosen, "import",
      "Take customers from a file. Nothing is half-imported; after an interruption the same "
      "command goes on",
      [](CLI::App& command, ImportOptions& options) {
        add_operator(command, options.who);
        command.add_option("FILE", options.file, "The file")->required()->check(CLI::ExistingFile);
        command
            .add_option("--format", options.format, "csv (RFC 4180 with a header line) or ndjson")
            ->required()
            ->check(CLI::IsMember({"csv", "ndjson"}));
        command
            .add_option("--map", options.map,
                        "Which column becomes which field: a TOML file, or bulkhead, "
                        "salesforce-contact, zendesk-users")
            ->required();
        command.add_option("--reject", options.reject,
                           "Line, column and reason of what was not taken, never the value "
                           "(default: FILE.rejects.csv)");
        command.add_option("--state", options.state,
                           "How far it came (default: FILE.bulkhead-import)");
        command.add_flag("--json", options.json, "One line of JSON at the end");
      },
      run);
}

}  // namespace bulkhead::cli
