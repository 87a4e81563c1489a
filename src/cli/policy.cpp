// bulkhead policy show, check, set.
#include <fstream>
#include <iterator>

#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/policy_text.h"
#include "cli/policy_toml.h"

namespace bulkhead::cli {
namespace {

struct PolicyOptions {
  Operator who;
  std::string file;
  bool json = false;
};

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, "the file cannot be read");
  std::string text(kPolicyTomlBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kPolicyTomlBytesMax)
    return fail(ErrorCode::kTooLarge, "a policy has at most 256 KiB");
  return text;
}

// The policy of the file; complains with file and line when it is none.
std::optional<Policy> load(const std::string& path) {
  const auto text = read_text(path);
  if (!text) {
    complain("{}: {}", path, text.error().context);
    return std::nullopt;
  }
  auto policy = parse_policy_toml(*text);
  if (policy) return std::move(*policy);
  if (policy.error().line > 0)
    complain("{}:{}: {}", path, policy.error().line, policy.error().text);
  else
    complain("{}: {}", path, policy.error().text);
  return std::nullopt;
}

int check(const PolicyOptions& options) {
  const auto policy = load(options.file);
  if (!policy) return kFailed;
  print(fmt::format("{} is a policy; digest {}.\n\n{}", options.file, digest_of(*policy),
                    describe(*policy)));
  return kDone;
}

int set(const PolicyOptions& options) {
  const auto policy = load(options.file);
  if (!policy) return kFailed;
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto answer = connection->call_widening<wire::SetPolicyAnswer>(
      wire::SetPolicy{.policy = {std::string(text_of(wire::encode(*policy)))}});
  if (!answer) return complain("{}: {}", options.file, answer.error().context);
  if (options.json)
    print_json({{"policy", answer->number}});
  else
    print(fmt::format("Policy {} is in force.\n", answer->number));
  return kDone;
}

int show(const PolicyOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto status = connection->call<wire::StatusAnswer>(wire::StatusQuery{});
  if (!status) return complain(status.error());
  if (options.json) {
    print_json(
        {{"policy", status->policy}, {"default", status->policy == default_policy().number.value}});
    return kDone;
  }
  print(fmt::format("Policy {} is in force.\n", status->policy));
  if (status->policy == default_policy().number.value) {
    print("It is the one that comes with Bulkhead (config/policy.toml):\n\n" +
          describe(default_policy()));
  } else {
    print("Its numbers stand in the ledger's policy entry; keep the file it was set from.\n");
  }
  return kDone;
}

}  // namespace

void add_policy(CLI::App& app, Chosen& chosen) {
  auto* const policy =
      app.add_subcommand("policy", "Who may see what and how much: show, check, set");
  policy->require_subcommand(1);
  add_command<PolicyOptions>(
      *policy, chosen, "show", "Which policy is in force",
      [](CLI::App& command, PolicyOptions& options) {
        add_operator(command, options.who);
        command.add_flag("--json", options.json, "One line of JSON");
      },
      show);
  add_command<PolicyOptions>(
      *policy, chosen, "check",
      "Read a policy file and say what it allows, or the line that is wrong",
      [](CLI::App& command, PolicyOptions& options) {
        command.add_option("FILE", options.file, "Such as config/policy.toml")->required();
      },
      check);
  add_command<PolicyOptions>(
      *policy, chosen, "set", "Put a policy in force; its number stands in every later entry",
      [](CLI::App& command, PolicyOptions& options) {
        add_operator(command, options.who);
        command.add_option("FILE", options.file, "Such as config/policy.toml")->required();
        command.add_flag("--json", options.json, "One line of JSON");
      },
      set);
}

}  // namespace bulkhead::cli
