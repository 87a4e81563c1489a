// bulkhead serve and stop.
#include "supervisor/serve.h"

#include <filesystem>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "supervisor/pid_file.h"

namespace bulkhead::cli {
namespace {

struct Serve {
  Places places;
  ServeOptions options;
  std::string tap;
};

int serve(const Serve& chosen) {
  auto options = chosen.options;
  options.data_dir = chosen.places.data;
  options.key_file = chosen.places.key;
  if (!chosen.tap.empty()) options.tap_path = chosen.tap;
  return run_supervisor(options);
}

int stop(const Places& places) {
  const auto stopped = stop_supervisor(places.data);
  if (stopped) return kDone;
  switch (stopped.error().code) {
    case ErrorCode::kNotFound:
      return complain("nothing runs on {}", places.data);
    case ErrorCode::kRefused:
      return complain("what runs on {} belongs to another user; stop it as that user", places.data);
    default:
      return complain("{}: {}", places.data, stopped.error().context);
  }
}

}  // namespace

void add_serve(CLI::App& app, Chosen& chosen) {
  add_command<Serve>(
      app, chosen, "serve",
      "Start keeper and fronts, keep them running, stay in the foreground until SIGTERM or Ctrl-C",
      [](CLI::App& command, Serve& serve) {
        auto& options = serve.options;
        add_places(command, serve.places);
        command.add_flag("--demo", options.demo,
                         "Expect a demo directory and open the demo's plain port");
        command.add_option("--listen", options.listen_address, "IPv4 address of desk and API")
            ->capture_default_str();
        command.add_option("--desk-port", options.desk_port, "0: any free port")
            ->capture_default_str();
        command.add_option("--api-port", options.api_port, "0: any free port")
            ->capture_default_str();
        command
            .add_option("--plain-port", options.plain_port,
                        "Desk without TLS on loopback, demo directories only")
            ->capture_default_str();
        command.add_flag("--same-user", options.same_user,
                         "As root, without users of their own for the processes");
        command
            .add_option("--second-place", options.second_place,
                        "A file on another machine's disk that also holds the last checkpoint; the "
                        "keeper's user must be able to write in its folder")
            ->transform([](const std::string& path) { return std::filesystem::absolute(path); });
        command.add_flag("--unanchored", options.unanchored,
                         "Start although the second place cannot be reached, or take up an empty "
                         "one");
        command
            .add_option("--replica", options.replica,
                        "An existing folder, best on another machine's disk, that the ledger is "
                        "copied to all the time; the keeper's user must be able to write in it")
            ->transform([](const std::string& path) { return std::filesystem::absolute(path); });
        command
            .add_option("--ledger-space", options.ledger_space,
                        "Drills only: the ledger's folder may hold so many bytes")
            ->check(CLI::Range(0u, 100'000'000u));
        command
            .add_option("--tap", serve.tap,
                        "Drills only: folder for what the keeper sends to the fronts")
            ->check(CLI::ExistingDirectory);
        command
            .add_option("--clock-ahead", options.clock_ahead_s,
                        "Drills only: so many seconds the keeper's wall clock is ahead")
            ->check(CLI::Range(0u, 10'000'000u));
        command.add_flag(
            "--owned-front", options.owned_front,
            "Drills only: whoever connects to front.sock in the data directory holds a "
            "channel to the keeper, as a compromised desk would");
        command.add_option("--without", options.without, "Drills only: protections to switch off")
            ->check(
                CLI::IsMember({"budget", "grant", "proof", "metering", "clock", "young", "space",
                               "adoption", "canary", "growth", "sign-in-guard", "anchor"}));
      },
      serve);
}

void add_stop(CLI::App& app, Chosen& chosen) {
  add_command<Places>(app, chosen, "stop", "Stop what runs on a data directory, cleanly",
                      add_data_option, stop);
}

}  // namespace bulkhead::cli
