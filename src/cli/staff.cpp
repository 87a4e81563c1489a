// bulkhead staff add, list, disable, reset.
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/secrets_text.h"

namespace bulkhead::cli {
namespace {

struct StaffOptions {
  Operator who;
  bool json = false;
  std::string name, role = "agent", team;
  bool password_from_input = false;
};

void staff_options(CLI::App& command, StaffOptions& options) {
  add_operator(command, options.who);
  command.add_flag("--json", options.json, "One line of JSON");
}

void named_staff_options(CLI::App& command, StaffOptions& options) {
  staff_options(command, options);
  command.add_option("NAME", options.name, "Sign-in name: a-z, 0-9 and -._@")->required();
}

Result<std::string> password_of(const StaffOptions& options) {
  std::string password;
  if (!options.password_from_input) return password;
  if (!std::getline(std::cin, password))
    return fail(ErrorCode::kMalformed, "standard input holds no password");
  if (password.size() > wire::kPasswordBytesMax)
    return fail(ErrorCode::kTooLarge, "a password has at most 256 bytes");
  return password;
}

int staff_add(const StaffOptions& options) {
  if (options.name.size() > wire::kNameBytesMax || options.team.size() > wire::kNameBytesMax) {
    return complain("a name has at most {} characters", wire::kNameBytesMax);
  }
  auto password = password_of(options);
  if (!password) return complain(password.error());
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const wire::StaffAdd message{.name = {options.name},
                               .role = *word_from<Role>(options.role),
                               .team = {options.team},
                               .password = {std::move(*password)}};
  const auto secrets = connection->call_widening<wire::StaffSecrets>(message);
  return secrets ? show_secrets(options.name, *secrets, options.json)
                 : complain("{}: {}", options.name, secrets.error().context);
}

int staff_reset(const StaffOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const wire::StaffChange message{.name = {options.name}, .what = wire::StaffChangeKind::kReset};
  const auto secrets = connection->call_widening<wire::StaffSecrets>(message);
  return secrets ? show_secrets(options.name, *secrets, options.json)
                 : complain("{}: {}", options.name, secrets.error().context);
}

int staff_disable(const StaffOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const wire::StaffChange message{.name = {options.name}, .what = wire::StaffChangeKind::kDisable};
  const auto done = connection->call<wire::Done>(message);
  if (!done) return complain("{}: {}", options.name, done.error().context);
  if (options.json)
    print_json({{"name", options.name}, {"disabled", true}});
  else
    print(fmt::format("{} is disabled; their sessions have ended.\n", options.name));
  return kDone;
}

int staff_list(const StaffOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto answer = connection->call<wire::StaffListAnswer>(wire::StaffList{});
  if (!answer) return complain(answer.error());
  Table table({"number", "name", "role", "team", "state", "last sign-in (UTC)"});
  boost::json::array rows;
  for (const auto& row : answer->rows.items) {
    table.add({std::to_string(row.number), row.name.value, std::string(name_of(row.role)),
               row.team.value, row.disabled ? "disabled" : "active",
               time_text(row.last_sign_in_ms)});
    rows.push_back({{"number", row.number},
                    {"name", row.name.value},
                    {"role", name_of(row.role)},
                    {"team", row.team.value},
                    {"disabled", row.disabled},
                    {"last_sign_in_ms", row.last_sign_in_ms}});
  }
  if (options.json)
    print_json({{"staff", std::move(rows)}});
  else
    print(table.text());
  return kDone;
}

}  // namespace

void add_staff(CLI::App& app, Chosen& chosen) {
  auto* const staff = app.add_subcommand("staff", "Members of staff: add, list, disable, reset");
  staff->require_subcommand(1);
  add_command<StaffOptions>(
      *staff, chosen, "add", "Add a member of staff; shows their password and second factor once",
      [](CLI::App& command, StaffOptions& options) {
        named_staff_options(command, options);
        command.add_option("--role", options.role, "Their role")
            ->check(CLI::IsMember({"agent", "lead", "analyst", "privacy-officer", "admin"}))
            ->capture_default_str();
        command.add_option("--team", options.team, "Their team; it is made when new");
        command.add_flag(
            "--password-stdin", options.password_from_input,
            "Take the password from standard input (15 characters or more) instead of making one");
      },
      staff_add);
  add_command<StaffOptions>(*staff, chosen, "list", "List them", staff_options, staff_list);
  add_command<StaffOptions>(*staff, chosen, "disable",
                            "Close an account and end its sessions, at once", named_staff_options,
                            staff_disable);
  add_command<StaffOptions>(
      *staff, chosen, "reset",
      "New password and second factor; the account's budget is frozen for a day",
      named_staff_options, staff_reset);
}

}  // namespace bulkhead::cli
