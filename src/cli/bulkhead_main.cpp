// bulkhead: the one command people use. It reads the line and runs what was chosen.
#include <csignal>
#include <exception>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/unknown_command.h"
#include "drills/drill_command.h"

namespace {

using namespace bulkhead::cli;  // NOLINT: main is the command line

constexpr const char* kAbout =
    "Bulkhead: customer service that survives its own breach.\n"
    "Begin with script/server, which starts a demo airline; or by hand: bulkhead init --demo, "
    "bulkhead serve --demo, and in another terminal: bulkhead demo";

// Exit codes: 0 done, 1 failed or a problem was found, 2 the line makes no sense.
int run(int count, char** words) {
  CLI::App app{kAbout, "bulkhead"};
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  Chosen chosen;
  add_init(app, chosen);
  add_serve(app, chosen);
  add_stop(app, chosen);
  add_status(app, chosen);
  add_demo(app, chosen);
  add_staff(app, chosen);
  add_client(app, chosen);
  add_auditor(app, chosen);
  add_policy(app, chosen);
  add_proposals(app, chosen);
  add_quarantine(app, chosen);
  add_canary(app, chosen);
  add_passwords(app, chosen);
  add_import(app, chosen);
  add_scope(app, chosen);
  add_erasure(app, chosen);
  add_keys(app, chosen);
  add_backup(app, chosen);
  add_restore(app, chosen);
  add_ledger(app, chosen);
  add_verify(app, chosen);
  add_proof(app, chosen);
  add_login(app, chosen);
  add_api(app, chosen);
  bulkhead::drills::add_drill(app, chosen);
  add_bench(app, chosen);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> line(words + 1, words + count);
    if (const auto sentence = unknown_command(app, line); sentence && error.get_exit_code() != 0) {
      complain_line(*sentence);
      return kUsage;
    }
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return chosen.run ? chosen.run() : static_cast<int>(kUsage);
}

}  // namespace

int main(int count, char** words) {
  bulkhead::set_log_name("bulkhead");
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(count, words);
  } catch (const std::exception& error) {
    return complain("unexpected: {}", error.what());
  }
}
