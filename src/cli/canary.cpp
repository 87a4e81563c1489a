// bulkhead canary add, list, remove, release.
#include "cli/canary_record.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "crypto/random.h"

namespace bulkhead::cli {
namespace {

struct CanaryOptions {
  Operator who;
  bool json = false;
  std::uint32_t number = 0;
  std::string name, note;
  std::vector<std::string> chosen;
};

void canary_options(CLI::App& command, CanaryOptions& options) {
  add_operator(command, options.who);
  command.add_flag("--json", options.json, "One line of JSON");
}

std::uint64_t random_seed() {
  std::array<std::uint8_t, 8> bytes{};
  random_bytes(bytes);
  return get_big_endian<std::uint64_t>(bytes.data());
}

int canary_add(const CanaryOptions& options) {
  if (options.note.size() > wire::kCanaryNoteBytesMax)
    return complain("a note has at most {} bytes", wire::kCanaryNoteBytesMax);
  auto record = make_canary_record(random_seed(), options.chosen);
  if (!record) return complain(record.error());
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  wire::Canary message;
  message.note.value = options.note;
  message.values.items = std::move(*record);
  const auto answer = connection->call<wire::CanaryAnswer>(message);
  if (!answer && connection->last_reason() == Reason::kMalformed)
    return complain("a value is not of its field's form, or nothing to find them by is left");
  if (!answer) return complain(answer.error());
  if (answer->canaries.items.size() != 1) return complain("the keeper answered something else");
  const auto number = answer->canaries.items.front().number;
  if (options.json)
    print_json({{"number", number}});
  else
    print(
        fmt::format("Canary {} is there. Whoever is about to be shown anything of it is out at "
                    "once.\n",
                    number));
  return kDone;
}

int canary_list(const CanaryOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  wire::Canary message;
  message.act = wire::CanaryAct::kList;
  const auto answer = connection->call<wire::CanaryAnswer>(message);
  if (!answer) return complain(answer.error());
  Table canaries({"canary", "since (UTC)", "added by", "touched", "note"});
  Table contained({"contained", "touched canary", "entry"});
  boost::json::array rows, people;
  for (const auto& row : answer->canaries.items) {
    canaries.add({std::to_string(row.number), time_text(row.since_ms), row.by.value,
                  std::to_string(row.touches), row.note.value});
    rows.push_back({{"number", row.number},
                    {"since_ms", row.since_ms},
                    {"by", row.by.value},
                    {"touches", row.touches},
                    {"note", row.note.value}});
  }
  for (const auto& row : answer->contained.items) {
    contained.add({row.name.value, std::to_string(row.canary), std::to_string(row.entry)});
    people.push_back({{"name", row.name.value}, {"canary", row.canary}, {"entry", row.entry}});
  }
  if (options.json)
    print_json({{"canaries", std::move(rows)}, {"contained", std::move(people)}});
  else
    print(canaries.text() + (people.empty() ? "" : "\n" + contained.text()));
  return kDone;
}

int canary_remove(const CanaryOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  wire::Canary message;
  message.act = wire::CanaryAct::kRemove;
  message.number = options.number;
  const auto done = connection->call_widening<wire::Done>(message);
  if (!done && connection->last_reason() == Reason::kNotThere)
    return complain("there is no canary {}; see: bulkhead canary list", options.number);
  if (!done) return complain("canary {}: {}", options.number, done.error().context);
  if (options.json)
    print_json({{"number", options.number}, {"removed", true}});
  else
    print(fmt::format("Canary {} is gone, its keys too.\n", options.number));
  return kDone;
}

int canary_release(const CanaryOptions& options) {
  if (options.name.size() > wire::kNameBytesMax)
    return complain("a name has at most {} characters", wire::kNameBytesMax);
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  wire::Canary message;
  message.act = wire::CanaryAct::kRelease;
  message.name.value = options.name;
  const auto done = connection->call_widening<wire::Done>(message);
  if (!done && connection->last_reason() == Reason::kNotThere)
    return complain("{} is not contained; see: bulkhead canary list", options.name);
  if (!done) return complain("{}: {}", options.name, done.error().context);
  if (options.json)
    print_json({{"name", options.name}, {"released", true}});
  else
    print(
        fmt::format("{} is contained no longer. A person may sign in again; a program stays "
                    "revoked.\n",
                    options.name));
  return kDone;
}

}  // namespace

void add_canary(CLI::App& app, Chosen& chosen) {
  auto* const canary = app.add_subcommand(
      "canary",
      "Made-up customers about whom nobody works: whoever touches one is contained at once");
  canary->require_subcommand(1);
  add_command<CanaryOptions>(
      *canary, chosen, "add", "Add one that looks like any other customer",
      [](CLI::App& command, CanaryOptions& options) {
        canary_options(command, options);
        command.add_option("--set", options.chosen,
                           "FIELD=VALUE instead of what is made up, such as contact.email=ADDRESS "
                           "with an address of your own that nobody uses");
        command.add_option("--note", options.note, "For admins: where it was laid out");
      },
      canary_add);
  add_command<CanaryOptions>(*canary, chosen, "list",
                             "List them, and who is contained for having touched one",
                             canary_options, canary_list);
  add_command<CanaryOptions>(
      *canary, chosen, "remove", "Take one away, with a second admin",
      [](CLI::App& command, CanaryOptions& options) {
        canary_options(command, options);
        command.add_option("NUMBER", options.number, "As the list has it")->required();
      },
      canary_remove);
  add_command<CanaryOptions>(
      *canary, chosen, "release", "Let somebody sign in again who touched one, with a second admin",
      [](CLI::App& command, CanaryOptions& options) {
        canary_options(command, options);
        command.add_option("NAME", options.name, "As the list has it")->required();
      },
      canary_release);
}

}  // namespace bulkhead::cli
