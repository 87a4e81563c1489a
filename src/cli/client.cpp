// bulkhead client and bulkhead auditor: add, list, revoke.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/secrets_text.h"

namespace bulkhead::cli {
namespace {

struct ClientOptions {
  Operator who;
  bool json = false;
  Role role = Role::kClient;
  std::string name, network;
  std::vector<std::string> on;
};

void client_options(CLI::App& command, ClientOptions& options) {
  add_operator(command, options.who);
  command.add_flag("--json", options.json, "One line of JSON");
}

void named_client_options(CLI::App& command, ClientOptions& options) {
  client_options(command, options);
  command.add_option("NAME", options.name, "Its name: a-z, 0-9 and -._@")->required();
}

int client_add(const ClientOptions& options) {
  wire::ClientAdd message;
  message.name.value = options.name;
  message.role = options.role;
  if (options.name.size() > wire::kNameBytesMax)
    return complain("a name has at most {} characters", wire::kNameBytesMax);
  if (!options.network.empty()) {
    const auto network = parse_network(options.network);
    if (!network) return complain("--network {}: {}", options.network, network.error().context);
    message.network = network->address;
    message.prefix_bits = network->prefix_bits;
  }
  for (const auto& type : options.on)
    message.on_case_opened.items.push_back(*word_from<RequestType>(type));
  if (message.on_case_opened.items.size() > 16) return complain("--on: at most 16 types of case");
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto secret = connection->call_widening<wire::ClientSecret>(message);
  return secret ? show_secret(options.name, options.role, *secret, options.json)
                : complain("{}: {}", options.name, secret.error().context);
}

int client_revoke(const ClientOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto done = connection->call<wire::Done>(wire::ClientRevoke{.name = {options.name}});
  if (!done) return complain("{}: {}", options.name, done.error().context);
  if (options.json)
    print_json({{"name", options.name}, {"revoked", true}});
  else
    print(fmt::format("{} is revoked; its sessions have ended.\n", options.name));
  return kDone;
}

int client_list(const ClientOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto answer = connection->call<wire::ClientListAnswer>(wire::ClientList{});
  if (!answer) return complain(answer.error());
  Table table({"number", "name", "role", "state"});
  boost::json::array rows;
  for (const auto& row : answer->rows.items) {
    if (row.role != options.role) continue;
    table.add({std::to_string(row.number), row.name.value, std::string(name_of(row.role)),
               row.revoked ? "revoked" : "active"});
    rows.push_back({{"number", row.number},
                    {"name", row.name.value},
                    {"role", name_of(row.role)},
                    {"revoked", row.revoked}});
  }
  if (options.json)
    print_json({{options.role == Role::kAuditor ? "auditors" : "clients", std::move(rows)}});
  else
    print(table.text());
  return kDone;
}

}  // namespace

void add_client(CLI::App& app, Chosen& chosen) {
  auto* const client =
      app.add_subcommand("client", "API clients (connected systems): add, list, revoke");
  client->require_subcommand(1);
  add_command<ClientOptions>(
      *client, chosen, "add", "Add an API client; shows its secret once",
      [](CLI::App& command, ClientOptions& options) {
        named_client_options(command, options);
        command
            .add_option("--network", options.network,
                        "The one network it may come from, such as 10.1.0.0/16")
            ->required();
        command
            .add_option("--on", options.on,
                        "Opening a case of this type grants it that customer for 15 minutes")
            ->check(CLI::IsMember(std::vector<std::string>(Words<RequestType>::names.begin(),
                                                           Words<RequestType>::names.end())));
      },
      client_add);
  add_command<ClientOptions>(*client, chosen, "list", "List them", client_options, client_list);
  add_command<ClientOptions>(*client, chosen, "revoke",
                             "Revoke a client for good and end its sessions, at once",
                             named_client_options, client_revoke);
}

void add_auditor(CLI::App& app, Chosen& chosen) {
  auto* const auditor = app.add_subcommand(
      "auditor", "Auditors, who may read the ledger and no customer: add, list, revoke");
  auditor->require_subcommand(1);
  add_command<ClientOptions>(
      *auditor, chosen, "add", "Add an auditor; shows the token once",
      [](CLI::App& command, ClientOptions& options) {
        options.role = Role::kAuditor;
        named_client_options(command, options);
        command.add_option("--network", options.network,
                           "The one network it may come from; default: any");
      },
      client_add);
  const auto common = [](CLI::App& command, ClientOptions& options) {
    options.role = Role::kAuditor;
    client_options(command, options);
  };
  add_command<ClientOptions>(*auditor, chosen, "list", "List them", common, client_list);
  add_command<ClientOptions>(
      *auditor, chosen, "revoke", "Revoke an auditor's token, at once",
      [](CLI::App& command, ClientOptions& options) {
        options.role = Role::kAuditor;
        named_client_options(command, options);
      },
      client_revoke);
}

}  // namespace bulkhead::cli
