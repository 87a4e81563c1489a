// bulkhead demo, demo code, demo sign-ins.
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/demo_fill.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/progress.h"

namespace bulkhead::cli {
namespace {

struct DemoOptions {
  Operator who;
  DemoPlan plan;
  std::string name;
  bool json = false, all = false;
};

// Those of an earlier run stay known.
Result<DemoSignIns> known_sign_ins(const std::string& path) {
  auto known = load_sign_ins(path);
  if (!known && known.error().code == ErrorCode::kNotFound) return DemoSignIns();
  return known;
}

int fill(const DemoOptions& options) {
  auto plan = options.plan;
  plan.today = static_cast<std::int32_t>(SystemClock().wall_ms() / kMsPerDay);
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  if (!connection->hello().demo)
    return complain("{} is no demo directory; make one with: bulkhead init --demo",
                    options.who.places.data);
  const auto path = sign_ins_file(options.who.places);
  auto sign_ins = known_sign_ins(path);
  if (!sign_ins) return complain("{}: {}", path, sign_ins.error().context);
  const auto staffed = add_demo_staff(*connection, plan.small, *sign_ins);
  // Saved whatever happened: secrets are told once.
  if (const auto saved = save_sign_ins(path, *sign_ins); !saved)
    return complain("{}: {}", path, saved.error().context);
  if (!staffed) return complain(staffed.error());

  Progress customers("Customers", "customers", plan.customers);
  std::optional<Progress> cases;
  const auto filled = fill_demo(*connection, plan, *sign_ins,
                                {.on_customers = [&](std::uint64_t done) { customers.at(done); },
                                 .on_cases =
                                     [&](std::uint64_t done) {
                                       customers.finish();
                                       if (!cases) cases.emplace("Cases", "cases", 0);
                                       cases->at(done);
                                     }});
  if (!filled) return complain(filled.error());
  if (cases) cases->finish();
  if (options.json) {
    print_json({{"first_customer", filled->first_customer},
                {"customers", filled->customers},
                {"cases", filled->cases},
                {"sign_ins", path}});
  } else {
    print(fmt::format("Example Airways: {} customers, {} cases, seed {}.\n",
                      count_text(filled->customers), count_text(filled->cases), plan.seed));
    print(describe(*sign_ins, false));
  }
  return kDone;
}

int code(const DemoOptions& options) {
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  if (options.name.size() > wire::kNameBytesMax)
    return complain("a name has at most {} characters", wire::kNameBytesMax);
  const auto answer =
      connection->call<wire::DemoCodeAnswer>(wire::DemoCode{.name = {options.name}});
  if (!answer) return complain("{}: {}", options.name, answer.error().context);
  if (options.json)
    print_json(
        {{"name", options.name}, {"code", answer->code.value}, {"valid_s", answer->valid_s}});
  else
    print(fmt::format("{}  (for {} s)\n", answer->code.value, answer->valid_s));
  return kDone;
}

int sign_ins(const DemoOptions& options) {
  const auto path = sign_ins_file(options.who.places);
  const auto known = load_sign_ins(path);
  if (!known) return complain("{}: {}", path, known.error().context);
  print(describe(*known, options.all));
  return kDone;
}

}  // namespace

void add_demo(CLI::App& app, Chosen& chosen) {
  auto* const demo = add_command<DemoOptions>(
      app, chosen, "demo",
      "Fill a running demo directory with a made-up airline; codes and sign-ins of its staff",
      [](CLI::App& command, DemoOptions& options) {
        add_operator(command, options.who);
        command.add_option("--customers", options.plan.customers, "How many")
            ->check(CLI::Range(std::uint32_t{1}, kDemoCustomersMax))
            ->capture_default_str();
        command
            .add_option("--seed", options.plan.seed, "The same seed and day make the same airline")
            ->capture_default_str();
        command.add_flag("--small", options.plan.small,
                         "One member of staff for each role instead of 33");
        command.add_flag("--tokens", options.plan.tokens,
                         "Plant unique tokens in every record, for drills that search for them");
        command.add_flag("--json", options.json, "One line of JSON instead of the sign-ins");
      },
      fill);
  demo->require_subcommand(0, 1);
  add_command<DemoOptions>(
      *demo, chosen, "code", "The code that somebody's authenticator app shows now",
      [](CLI::App& command, DemoOptions& options) {
        add_operator(command, options.who);
        command.add_option("NAME", options.name, "Such as agent-01")->required();
        command.add_flag("--json", options.json, "One line of JSON");
      },
      code);
  add_command<DemoOptions>(
      *demo, chosen, "sign-ins",
      "Passwords and QR codes of the demo's staff, secrets of its clients",
      [](CLI::App& command, DemoOptions& options) {
        add_data_option(command, options.who.places);
        command.add_flag("--all", options.all, "Everybody, not only the first of each role");
      },
      sign_ins);
}

}  // namespace bulkhead::cli
