// The subcommands of `bulkhead`, one file each. A command must never act while the line is still
// being parsed: it leaves what to do in Chosen, and main does it. Owned by cli.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace bulkhead::cli {

// What the line asked for: answers the exit code (0 done, 1 failed or a problem was found, 2 the
// line makes no sense).
struct Chosen {
  std::function<int()> run;
};

void add_init(CLI::App& app, Chosen& chosen);
void add_serve(CLI::App& app, Chosen& chosen);
void add_stop(CLI::App& app, Chosen& chosen);
void add_status(CLI::App& app, Chosen& chosen);
void add_staff(CLI::App& app, Chosen& chosen);
void add_client(CLI::App& app, Chosen& chosen);
void add_auditor(CLI::App& app, Chosen& chosen);
void add_proposals(CLI::App& app, Chosen& chosen);
void add_quarantine(CLI::App& app, Chosen& chosen);
void add_canary(CLI::App& app, Chosen& chosen);
void add_policy(CLI::App& app, Chosen& chosen);
void add_passwords(CLI::App& app, Chosen& chosen);
void add_import(CLI::App& app, Chosen& chosen);
void add_demo(CLI::App& app, Chosen& chosen);
void add_scope(CLI::App& app, Chosen& chosen);
void add_erasure(CLI::App& app, Chosen& chosen);
void add_keys(CLI::App& app, Chosen& chosen);
void add_backup(CLI::App& app, Chosen& chosen);
void add_restore(CLI::App& app, Chosen& chosen);
void add_ledger(CLI::App& app, Chosen& chosen);
void add_ledger_custody(CLI::App& ledger, Chosen& chosen);  // its witness and adoption
void add_opening(CLI::App& ledger, Chosen& chosen);         // what one entry hides
void add_verify(CLI::App& app, Chosen& chosen);
void add_proof(CLI::App& app, Chosen& chosen);
void add_login(CLI::App& app, Chosen& chosen);  // and logout
void add_api(CLI::App& app, Chosen& chosen);
void add_bench(CLI::App& app, Chosen& chosen);

// Makes a subcommand whose options live as long as what it will do: `Options` is made here, `add`
// names its options, `run` does the work.
template <class Options, class Add>
CLI::App* add_command(CLI::App& app, Chosen& chosen, const char* name, const char* description,
                      Add add, int (*run)(const Options&)) {
  auto* const command = app.add_subcommand(name, description);
  const auto options = std::make_shared<Options>();
  add(*command, *options);
  command->callback([&chosen, command, options, run] {
    // A subcommand of its own has chosen already: callbacks run from the inside out.
    if (command->get_subcommands().empty()) {
      chosen.run = [options, run] { return run(*options); };
    }
  });
  return command;
}

}  // namespace bulkhead::cli
