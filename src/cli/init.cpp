// bulkhead init.
#include "cli/commands.h"
#include "cli/make_directory.h"
#include "cli/output.h"
#include "cli/run_keeper.h"

namespace bulkhead::cli {
namespace {

struct InitOptions {
  Places places;
  bool demo = false, drill = false, json = false;
  std::string origin;
};

std::string text_at(const boost::json::value& value, std::string_view pointer) {
  boost::system::error_code error;
  const auto* const found = value.find_pointer(pointer, error);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

void show(const InitOptions& options, const boost::json::value& said) {
  print(
      fmt::format("A {} directory: {}\n  origin    {}\n  root key  {}  (keep a copy elsewhere: "
                  "without it the data is lost)\n",
                  options.demo    ? "demo"
                  : options.drill ? "drill"
                                  : "production",
                  options.places.data, text_at(said, "/origin"), options.places.key));
  if (const auto name = text_at(said, "/admin/name"); !name.empty()) {
    const auto otpauth = text_at(said, "/admin/otpauth");
    print(
        fmt::format("The first administrator, shown once:\n  name      {}\n  password  {}\n  "
                    "second factor, to be scanned "
                    "by an authenticator app:\n{}  {}\n",
                    name, text_at(said, "/admin/password"), qr_text(otpauth), otpauth));
  }
  print("Next: bulkhead serve\n");
}

int run(const InitOptions& options) {
  DirectoryPlan plan{.places = options.places, .origin = options.origin};
  if (options.demo) plan.kind = DirectoryKind::kDemo;
  if (options.drill) plan.kind = DirectoryKind::kDrill;
  if (plan.kind == DirectoryKind::kProduction && plan.origin.empty()) {
    complain(
        "a production directory needs --origin, the name of its ledger for ever, such as "
        "ledger.example.com/2026 "
        "(or --demo to try things out)");
    return kUsage;
  }
  if (plan.origin.size() > 128 || plan.origin.starts_with("demo.invalid") ||
      plan.origin.find_first_of(" +\n\"\\") != std::string::npos) {
    complain(
        "--origin has at most 128 characters without blanks, quotes and +, and does not begin with "
        "demo.invalid");
    return kUsage;
  }
  const auto said = make_directory(plan);
  if (!said) return kFailed;
  return tell_answer(*said, options.json, [&](const auto& answer) { show(options, answer); });
}

}  // namespace

void add_init(CLI::App& app, Chosen& chosen) {
  add_command<InitOptions>(
      app, chosen, "init",
      "Make a data directory with its keys; in production also the first administrator",
      [](CLI::App& command, InitOptions& options) {
        add_places(command, options.places);
        auto* const demo = command.add_flag("--demo", options.demo,
                                            "For a demo airline; it can never become production");
        auto* const drill = command.add_flag("--drill", options.drill,
                                             "For drills, where protections can be switched off");
        auto* const origin = command.add_option("--origin", options.origin,
                                                "Production: the ledger's name for ever");
        demo->excludes(drill)->excludes(origin);
        drill->excludes(origin);
        command.add_flag("--json", options.json, "One line of JSON");
      },
      run);
}

}  // namespace bulkhead::cli
