// bulkhead keys status, rotate, rekey.
#include <chrono>
#include <thread>

#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/watch_keys.h"

namespace bulkhead::cli {
namespace {

constexpr auto kAskEvery = std::chrono::milliseconds(200);

struct KeysOptions {
  Operator who;
  bool json = false;
};

void keys_options(CLI::App& command, KeysOptions& options) {
  add_operator(command, options.who);
  command.add_flag("--json", options.json, "One line of JSON");
}

Result<wire::KeyStatusAnswer> ask_status(AdminConnection& connection) {
  return connection.call<wire::KeyStatusAnswer>(wire::KeyStatus{});
}

boost::json::object status_json(const wire::KeyStatusAnswer& status) {
  return {{"epoch", status.epoch},
          {"change", std::string(name_of(status.change))},
          {"done", status.done},
          {"customers", status.customers},
          {"damaged", status.damaged}};
}

void say_damage(std::uint64_t damaged) {
  if (damaged == 0) return;
  print(
      fmt::format("{} wrapped keys, records or messages did not open and were left as they are.\n",
                  count_text(damaged)));
}

int keys_status(const KeysOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto status = ask_status(*connection);
  if (!status) return complain(status.error());
  if (options.json) {
    print_json(status_json(*status));
    return kDone;
  }
  print(fmt::format("Customers' keys are of epoch {}.\n", status->epoch));
  if (status->change != KeyChange::kNone) {
    print(fmt::format("A {} to epoch {} is under way: {} of {} customers.\n",
                      name_of(status->change), status->epoch + 1, count_text(status->done),
                      count_text(status->customers)));
  }
  say_damage(status->damaged);
  return kDone;
}

int change_with(const KeysOptions& options, KeyChange change) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const wire::ChangeKeys message{change};
  const auto begun = change == KeyChange::kRekey
                         ? connection->call_widening<wire::ChangeKeysAnswer>(message)
                         : connection->call<wire::ChangeKeysAnswer>(message);
  if (!begun && connection->last_reason() == Reason::kState)
    return complain("a change of keys is under way already; see: bulkhead keys status");
  if (!begun) return complain(begun.error());
  return watch_keys(*connection, *begun, options.json);
}
int keys_rotate(const KeysOptions& options) { return change_with(options, KeyChange::kRotate); }
int keys_rekey(const KeysOptions& options) { return change_with(options, KeyChange::kRekey); }

}  // namespace

int watch_keys(AdminConnection& connection, const wire::ChangeKeysAnswer& begun, bool json) {
  auto status = ask_status(connection);
  {
    Progress progress("Changing keys", "customers", status ? status->customers : 0,
                      progress_style(json));
    while (status && status->change != KeyChange::kNone && status->epoch < begun.epoch) {
      progress.at(status->done);
      std::this_thread::sleep_for(kAskEvery);
      status = ask_status(connection);
    }
    if (status) progress.at(status->customers);
    if (status) progress.finish();
  }
  if (!status) {
    return complain("{}; the change goes on with the keeper, see: bulkhead keys status",
                    status.error().context);
  }
  if (json) {
    print_json(status_json(*status));
  } else {
    print(fmt::format("Customers' keys are of epoch {} now; those of before are destroyed.\n",
                      status->epoch));
    say_damage(status->damaged);
  }
  return kDone;
}

void add_keys(CLI::App& app, Chosen& chosen) {
  auto* const keys = app.add_subcommand("keys", "The keys of customers: status, rotate, rekey");
  keys->require_subcommand(1);
  add_command<KeysOptions>(*keys, chosen, "status",
                           "Which epoch they are of, and how far a change is", keys_options,
                           keys_status);
  add_command<KeysOptions>(
      *keys, chosen, "rotate",
      "New key-encryption keys: wrap every customer's keys anew, destroy the old", keys_options,
      keys_rotate);
  add_command<KeysOptions>(
      *keys, chosen, "rekey",
      "New customer keys: encrypt everything anew, which helps against a stolen old database",
      keys_options, keys_rekey);
}

}  // namespace bulkhead::cli
