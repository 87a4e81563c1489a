// bulkhead ledger witness: who cosigns this ledger's checkpoints. bulkhead ledger adopt and
// confirm: a ledger of which entries were lost goes on.
#include <filesystem>

#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/run_keeper.h"
#include "cli/standing_text.h"
#include "ledger/note.h"

namespace bulkhead::cli {
namespace {

struct WitnessOptions {
  Operator who;
  std::string key;
  bool json = false;
};

struct AdoptOptions {
  Places places;
  std::string second_place;
  bool json = false;
};

struct ConfirmOptions {
  Operator who;
  std::uint64_t first_entry = 0;
  bool json = false;
};

int give_witness(const WitnessOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto done = connection->call_widening<wire::Done>(wire::SetWitness{.key = {options.key}});
  if (!done) return complain(done.error());
  if (options.json)
    print_json({{"witness", options.key}});
  else if (options.key.empty())
    print("No witness is set.\n");
  else
    print("Set. Have it cosign every minute, best from another machine: bulkhead ledger anchor\n");
  return kDone;
}

int set_witness(const WitnessOptions& options) {
  const auto key = NoteVerifier::parse(options.key);
  if (!key || key->type() != NoteKeyType::kCosignature ||
      options.key.size() > wire::kWitnessKeyBytesMax)
    return complain("that is no key of a witness: NAME+ID+KEY of type 04, from its operator");
  return give_witness(options);
}

int show_witness(const WitnessOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto status = connection->call<wire::StatusAnswer>(wire::StatusQuery{});
  if (!status) return complain(status.error());
  const auto& standing = status->standing;
  if (options.json) {
    print_json({{"witness", standing.witness.value},
                {"anchored_size", standing.anchored_size},
                {"anchored_age_s", standing.anchored_age_s},
                {"budget_divisor", standing.witness_divisor}});
    return kDone;
  }
  print(standing.witness.value.empty()
            ? std::string("No witness is set.\n")
            : fmt::format("{}\n{}\n", standing.witness.value, anchored_text(standing)));
  return kDone;
}

void witness_options(CLI::App& command, WitnessOptions& options) {
  add_operator(command, options.who);
  command.add_flag("--json", options.json, "One line of JSON");
}

int adopt(const AdoptOptions& options) {
  std::vector<std::string> arguments{"--adopt", "--data", keeper_folder(options.places), "--key",
                                     options.places.key};
  if (!options.second_place.empty()) {
    arguments.emplace_back("--second-place");
    arguments.push_back(options.second_place);
  }
  const auto said = run_keeper(arguments, keeper_user());
  if (!said) return complain("{}: {}", options.places.data, said.error().context);
  boost::system::error_code error;
  const auto json = boost::json::parse(*said, error);
  if (error || !json.is_object()) return complain("the keeper's answer is not JSON");
  if (options.json) {
    print_json(json);
    return kDone;
  }
  const auto& told = json.get_object();
  const auto text = [&](std::string_view name) {
    const auto* const value = told.if_contains(name);
    if (value == nullptr) return std::string();
    return value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
  };
  print(fmt::format("{} ends with entry {} missing, of at least {}; it goes on as {}.\n",
                    text("old_origin"), text("first_lost_entry"), text("known_size"),
                    text("origin")));
  if (text("confirmed") == "false")
    print(
        fmt::format("Nothing is shown to anybody before two admins confirmed that. Next: "
                    "bulkhead serve, then bulkhead ledger confirm {}\n",
                    text("first_lost_entry")));
  return kDone;
}

int confirm(const ConfirmOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto done = connection->call_widening<wire::Done>(
      wire::ConfirmAdoption{.first_entry = options.first_entry});
  if (!done && connection->last_reason() == Reason::kNotThere)
    return complain("no adoption with that first lost entry waits; see bulkhead status");
  if (!done) return complain(done.error());
  if (options.json)
    print_json({{"first_entry", options.first_entry}, {"confirmed", true}});
  else
    print("Confirmed: the house shows customers again.\n");
  return kDone;
}

}  // namespace

void add_ledger_custody(CLI::App& ledger, Chosen& chosen) {
  auto* const witness = ledger.add_subcommand(
      "witness", "Who outside cosigns this ledger's checkpoints: set, clear, show");
  witness->require_subcommand(1);
  add_command<WitnessOptions>(
      *witness, chosen, "set",
      "Name the witness; without its word, budgets without contact shrink after an hour",
      [](CLI::App& command, WitnessOptions& options) {
        witness_options(command, options);
        command.add_option("KEY", options.key, "NAME+ID+KEY, from the witness's operator")
            ->required();
      },
      set_witness);
  add_command<WitnessOptions>(*witness, chosen, "clear", "Have none", witness_options,
                              give_witness);
  add_command<WitnessOptions>(*witness, chosen, "show", "Who it is, and what it has seen",
                              witness_options, show_witness);
  add_command<AdoptOptions>(
      ledger, chosen, "adopt",
      "After a loss, while nothing runs: the ledger goes on under a new origin that names the old "
      "one and what is missing; budgets start as spent",
      [](CLI::App& command, AdoptOptions& options) {
        add_places(command, options.places);
        command
            .add_option("--second-place", options.second_place,
                        "The file that bulkhead serve is given")
            ->transform([](const std::string& path) { return std::filesystem::absolute(path); });
        command.add_flag("--json", options.json, "One line of JSON");
      },
      adopt);
  add_command<ConfirmOptions>(
      ledger, chosen, "confirm", "Confirm an adoption, so that customers are shown again",
      [](CLI::App& command, ConfirmOptions& options) {
        add_operator(command, options.who);
        command.add_option("FIRST", options.first_entry, "The first lost entry, as adopt said")
            ->required();
        command.add_flag("--json", options.json, "One line of JSON");
      },
      confirm);
}

}  // namespace bulkhead::cli
