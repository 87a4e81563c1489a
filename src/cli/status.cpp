// bulkhead status.
#include "cli/commands.h"
#include "cli/ledger_source.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/standing_text.h"

namespace bulkhead::cli {
namespace {

struct StatusOptions {
  Operator who;
  bool json = false;
};

boost::json::value replica_json(const wire::StatusAnswer& status) {
  const auto& standing = status.standing;
  if (!standing.has_replica) return nullptr;
  return {{"size", standing.replica_size}, {"trouble", standing.replica_trouble.value}};
}

template <class Line>
void add_standing(const wire::StatusAnswer& status, const Line& line) {
  const auto& standing = status.standing;
  line("witness", anchored_text(standing));
  line("second place", standing.second_place ? "holds the last checkpoint" : "none");
  if (standing.has_replica && standing.replica_trouble.value.empty())
    line("replica", fmt::format("{} entries", count_text(standing.replica_size)));
  else
    line(standing.has_replica ? "REPLICA" : "replica",
         standing.has_replica ? standing.replica_trouble.value : "none");
  if (standing.clocks_apart)
    line("CLOCKS APART", "erasures, changes of keys and proposals wait; put the clock right");
  if (standing.space_low)
    line("DISK FULL", fmt::format("nothing is shown or added; {} MiB are held back to narrow",
                                  standing.space_held_back >> 20));
  for (const auto& window : standing.unknown.items)
    line(window.confirmed ? "lost entries" : "NOT CONFIRMED", window_text(window));
}

boost::json::value to_json(const wire::StatusAnswer& status) {
  boost::json::array without;
  for (const auto& name : status.without.items) without.emplace_back(name.value);
  boost::json::array quarantined;
  for (const auto& name : status.quarantined.items) quarantined.emplace_back(name.value);
  boost::json::array fronts;
  for (const auto& front : status.fronts.items)
    fronts.push_back({{"face", name_of(front.face)}, {"instance", front.instance.value}});
  return {{"running", true},
          {"origin", status.origin.value},
          {"demo", status.demo},
          {"ledger_size", status.ledger_size},
          {"checkpoint_size", status.checkpoint_size},
          {"ledger_key", ledger_key(status)},
          {"witness", witness_name(status.standing)},
          {"anchored_size", status.standing.anchored_size},
          {"anchored_age_s", status.standing.anchored_age_s},
          {"budget_divisor", status.standing.witness_divisor},
          {"second_place", status.standing.second_place},
          {"clocks_apart", status.standing.clocks_apart},
          {"disk_full", status.standing.space_low},
          {"held_back_mib", status.standing.space_held_back >> 20},
          {"replica", replica_json(status)},
          {"unknown_windows", windows_json(status.standing.unknown.items)},
          {"customers", status.customers},
          {"open_cases", status.open_cases},
          {"staff", status.staff},
          {"clients", status.clients},
          {"sessions", status.sessions},
          {"policy", status.policy},
          {"breached_passwords", status.breached_passwords},
          {"up_s", status.up_s},
          {"rss_mib", status.rss_mib},
          {"fronts", std::move(fronts)},
          {"quarantined", std::move(quarantined)},
          {"without", std::move(without)}};
}

std::string to_text(const wire::StatusAnswer& status) {
  std::string out;
  const auto line = [&out](std::string_view name, const std::string& value) {
    out += fmt::format("{:<20}{}\n", name, value);
  };
  line("origin",
       status.origin.value + (status.demo ? "  (a demo or drill: nobody here is real)" : ""));
  line("up", duration_text(status.up_s));
  line("ledger", fmt::format("{} entries, {} under the last checkpoint",
                             count_text(status.ledger_size), count_text(status.checkpoint_size)));
  line("ledger's key", ledger_key(status));
  add_standing(status, line);
  line("customers", count_text(status.customers));
  line("open cases", count_text(status.open_cases));
  line("staff, clients",
       fmt::format("{}, {}", count_text(status.staff), count_text(status.clients)));
  line("sessions", count_text(status.sessions));
  std::string fronts;
  for (const auto& front : status.fronts.items) {
    fronts += fmt::format("{}{}, instance {}", fronts.empty() ? "" : "; ", name_of(front.face),
                          front.instance.value);
  }
  line("fronts", fronts.empty() ? "none" : fronts);
  line("policy", fmt::format("number {}", status.policy));
  line("breached passwords",
       status.breached_passwords ? "loaded" : "not loaded (bulkhead passwords load FILE)");
  line("keeper's memory", fmt::format("{} MiB", status.rss_mib));
  for (const auto& name : status.quarantined.items)
    line("QUARANTINED", name.value + "  (bulkhead quarantine lift " + name.value + ")");
  for (const auto& name : status.without.items) line("SWITCHED OFF", name.value);
  return out;
}

int run(const StatusOptions& options) {
  // How the house is, production admins are told only after they signed in.
  auto connection = connect(options.who);
  if (!connection && connection.error().code == ErrorCode::kNotFound) {
    if (options.json) print_json({{"running", false}});
    return complain("nothing runs on {}; start it with: bulkhead serve", options.who.places.data);
  }
  if (!connection) return complain(connection.error());
  const auto status = connection->call<wire::StatusAnswer>(wire::StatusQuery{});
  if (!status) return complain(status.error());
  if (options.json)
    print_json(to_json(*status));
  else
    print(to_text(*status));
  return kDone;
}

}  // namespace

void add_status(CLI::App& app, Chosen& chosen) {
  add_command<StatusOptions>(
      app, chosen, "status", "How a running system is: sizes, ledger, policy, what is switched off",
      [](CLI::App& command, StatusOptions& options) {
        add_operator(command, options.who);
        command.add_flag("--json", options.json, "One line of JSON");
      },
      run);
}

}  // namespace bulkhead::cli
