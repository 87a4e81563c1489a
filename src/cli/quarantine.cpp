// bulkhead quarantine lift.
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"

namespace bulkhead::cli {
namespace {

struct QuarantineOptions {
  Operator who;
  bool json = false;
  std::string operation;
};

int lift(const QuarantineOptions& options) {
  if (options.operation.size() > 32) return complain("there is no such operation");
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto done =
      connection->call<wire::Done>(wire::LiftQuarantine{.operation = {options.operation}});
  if (!done && connection->last_reason() == Reason::kNotThere)
    return complain("{} is not quarantined; see bulkhead status", options.operation);
  if (!done) return complain("{}: {}", options.operation, done.error().context);
  if (options.json)
    print_json({{"operation", options.operation}, {"quarantined", false}});
  else
    print(fmt::format("{} is answered again.\n", options.operation));
  return kDone;
}

}  // namespace

void add_quarantine(CLI::App& app, Chosen& chosen) {
  auto* const quarantine = app.add_subcommand(
      "quarantine", "Operations refused since they ended the keeper three times in ten minutes");
  quarantine->require_subcommand(1);
  add_command<QuarantineOptions>(
      *quarantine, chosen, "lift", "Answer an operation again, once its cause is mended",
      [](CLI::App& command, QuarantineOptions& options) {
        add_operator(command, options.who);
        command.add_flag("--json", options.json, "One line of JSON");
        command.add_option("OPERATION", options.operation, "As bulkhead status names it")
            ->required();
      },
      lift);
}

}  // namespace bulkhead::cli
