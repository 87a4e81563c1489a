// bulkhead verify and bulkhead proof.
#include "ledger/verify.h"

#include <filesystem>
#include <fstream>

#include "cli/commands.h"
#include "cli/ledger_source.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "ledger/tlog_proof.h"

namespace bulkhead::cli {
namespace {

struct VerifyOptions {
  Operator who;
  std::string source, token, key, certificate, out;
  std::uint64_t index = 0;
  bool json = false, foreign = false;
};

// The key of the ledger that runs here; for a ledger from elsewhere it must be given.
Result<std::string> key_of(const VerifyOptions& options) {
  if (!options.key.empty()) return options.key;
  auto connection = connect(options.who);
  if (!connection) {
    return fail(
        ErrorCode::kNotFound,
        "the ledger's key is needed: --key VKEY, as `bulkhead status` shows it while it runs");
  }
  const auto status = TRY(connection->call<wire::StatusAnswer>(wire::StatusQuery{}));
  return ledger_key(status);
}

boost::json::value to_json(const VerifyReport& report) {
  boost::json::array problems(report.problems.begin(), report.problems.end());
  return {{"origin", report.origin},
          {"size", report.size.value},
          {"root", report.root},
          {"ok", report.ok},
          {"problems", std::move(problems)}};
}

void show(const VerifyReport& report) {
  print(fmt::format("origin  {}\nsize    {}\nroot    {}\n", report.origin,
                    count_text(report.size.value), report.root));
  if (report.journal_entries > 0) {
    print(fmt::format("        and {} durable entries after the checkpoint\n",
                      count_text(report.journal_entries)));
  }
  for (const auto& problem : report.problems) print(fmt::format("PROBLEM {}\n", problem));
  print(report.ok
            ? "The ledger is whole: every entry, tile and signature fits.\n"
            : fmt::format("The ledger does NOT verify: {} problems.\n", report.problems.size()));
}

int verify(const VerifyOptions& options) {
  const auto key = key_of(options);
  if (!key) return complain(key.error());
  const auto where = options.source.empty() ? ledger_folder(options.who.places) : options.source;
  auto source =
      open_ledger_source(where, options.token, options.certificate, options.who.places.data);
  if (!source) return complain("{}: {}", where, source.error().context);
  if (const auto there = (*source)->read("checkpoint"); !there)
    return complain("{}: {}", where, there.error().context);
  Progress progress("Verifying", "entries", 0, progress_style(options.json));
  const auto report =
      verify_ledger(**source, {.verifier_key = *key, .decode_entries = !options.foreign},
                    [&](std::uint64_t done, std::uint64_t total) {
                      progress.set_total(total);
                      progress.at(done);
                    });
  progress.finish();
  if (options.json)
    print_json(to_json(report));
  else
    show(report);
  return report.ok ? kDone : kFailed;
}

// That the keeper's proof holds is checked here, with the key and nothing else of the keeper's.
Result<Checkpoint> check_proof(const std::string& text, std::string_view leaf,
                               const std::string& key) {
  const auto verifier = TRY(NoteVerifier::parse(key));
  const auto proof = TRY(parse_tlog_proof(text));
  return verify_tlog_proof(proof, view_of(leaf), verifier);
}

int proof(const VerifyOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto status = connection->call<wire::StatusAnswer>(wire::StatusQuery{});
  if (!status) return complain(status.error());
  const auto answer = connection->call<wire::ProveAnswer>(wire::Prove{.index = options.index});
  if (!answer) {
    return complain("there is no entry {} under the last checkpoint, which covers {}",
                    options.index, status->checkpoint_size);
  }
  const auto key = options.key.empty() ? ledger_key(*status) : options.key;
  const auto checkpoint = check_proof(answer->proof.value, answer->leaf.value, key);
  if (!checkpoint)
    return complain("the keeper's proof does not hold: {}", checkpoint.error().context);
  const auto path = options.out.empty() ? fmt::format("{}.tlog-proof", options.index) : options.out;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << answer->proof.value;
  file.close();
  if (!file) return complain("{} cannot be written", path);
  if (options.json) {
    print_json({{"index", options.index},
                {"origin", checkpoint->origin},
                {"size", checkpoint->size.value},
                {"ok", true},
                {"file", path}});
  } else {
    print(fmt::format("{} shows that entry {} stands among the first {} entries of {}. Checked.\n",
                      path, options.index, count_text(checkpoint->size.value), checkpoint->origin));
  }
  return kDone;
}

}  // namespace

void add_verify(CLI::App& app, Chosen& chosen) {
  add_command<VerifyOptions>(
      app, chosen, "verify",
      "Derive a whole ledger anew from its entries and compare every file and signature",
      [](CLI::App& command, VerifyOptions& options) {
        add_operator(command, options.who);
        command.add_option("SOURCE", options.source,
                           "A ledger's folder, or an URL such as https://api.localhost:8444; "
                           "default: the data directory's own");
        command
            .add_option("--token", options.token,
                        "For an URL: an auditor's token (bulkhead auditor add)")
            ->envname(kTokenVariable);
        command.add_option("--certificate", options.certificate,
                           "For an URL: PEM file that the server must show");
        command.add_option(
            "--key", options.key,
            "The ledger's key ORIGIN+ID+KEY, from somewhere its owner cannot change");
        command.add_flag("--foreign", options.foreign,
                         "A tlog-tiles log whose entries are not Bulkhead's");
        command.add_flag("--json", options.json, "One line of JSON");
      },
      verify);
}

void add_proof(CLI::App& app, Chosen& chosen) {
  add_command<VerifyOptions>(
      app, chosen, "proof",
      "Write the proof (C2SP tlog-proof) that an entry stands in the ledger, and check it",
      [](CLI::App& command, VerifyOptions& options) {
        add_operator(command, options.who);
        command.add_option("INDEX", options.index, "The entry's place, from 0")->required();
        command.add_option("--out", options.out, "Default: INDEX.tlog-proof");
        command.add_option("--key", options.key,
                           "The ledger's key; default: what the running system says");
        command.add_flag("--json", options.json, "One line of JSON");
      },
      proof);
}

}  // namespace bulkhead::cli
