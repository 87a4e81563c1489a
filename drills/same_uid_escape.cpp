// Drill 26, one step before root: somebody runs code in a process of the keeper's own user. Under
// the confinement of a front it must reach nothing; without it, the same process reads the vault,
// the keys and signals the keeper, which is why no process of the house goes without.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/descriptor.h"
#include "confine/confine.h"
#include "confine/escape.h"
#include "drills/theft.h"
#include "supervisor/serve.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;

struct Reach {
  std::uint32_t attempts = 0, escapes = 0;
};

Result<EscapeTargets> targets_in(const House& house) {
  const DataPaths paths(house.data());
  EscapeTargets targets;
  targets.keeper = TRY(house.keeper());
  targets.folders = {paths.keeper()};
  targets.sockets = {paths.admin_socket()};
  targets.files = {house.folder() + "/key/root.key"};
  std::error_code error;
  for (const auto& item : files::recursive_directory_iterator(paths.keeper(), error)) {
    if (targets.files.size() == kEscapePathsMax / 2) break;
    if (item.is_regular_file(error)) targets.files.push_back(item.path().string());
  }
  return targets;
}

// In a child, since what is taken away stays away.
Result<Reach> try_as_keepers_user(const EscapeTargets& targets, bool confined) {
  struct stat owner{};
  if (stat(targets.folders.front().c_str(), &owner) != 0)
    return fail(ErrorCode::kNotFound, "the keeper's folder is missing");
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::kIo, "no pipe can be made");
  const Descriptor from(ends[0]), to(ends[1]);
  const pid_t child = fork();
  if (child < 0) return fail(ErrorCode::kIo, "no process can be made");
  if (child == 0) {
    if (!switch_user({owner.st_uid, owner.st_gid})) _exit(1);
    if (confined &&
        !confine({.user = {}, .read_write = {}, .read_only = {}, .network = NetworkUse::kAccept}))
      _exit(1);
    const auto report = try_escapes(targets);
    const Reach reach{report.attempts, report.escapes()};
    _exit(write(to.get(), &reach, sizeof reach) == sizeof reach ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  Reach reach;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
      read(from.get(), &reach, sizeof reach) != sizeof reach)
    return fail(ErrorCode::kUnavailable, "the process of the keeper's user did not get to try");
  return reach;
}

}  // namespace

Result<DrillReport> run_same_uid_escape(const DrillRun& run) {
  run.say("starting the house");
  const auto house = TRY(House::start(run.stage, run.name, run.without));
  const auto targets = TRY(targets_in(*house));
  // Before the honest agents, whose threads a forked process would not have.
  const auto reach = TRY(try_as_keepers_user(targets, run.without != kConfinement));
  CaseBook book(run.stage.world);
  HonestTeam honest(run.stage.world, book);
  TRY_STATUS(honest.start(honest_plans(run.stage, *house, false)));
  honest.end();
  const auto outsider = TRY(house->outsider(run.stage));
  TRY_STATUS(house->stop());

  DrillReport report;
  report.honest_reveals = honest.work.reveals;
  report.honest_refused = honest.work.refused;
  report.attempts = reach.attempts;
  // Whoever reaches the keys has everybody.
  report.lost_customers = reach.escapes > 0 ? run.stage.world.options.customers : 0;
  report.exceeded = reach.escapes > 0;
  report.notes.push_back(
      fmt::format("{} of {} attempts on {} files, folder, socket and keeper "
                  "succeeded",
                  reach.escapes, reach.attempts, targets.files.size()));
  if (reach.attempts == 0) report.problems.emplace_back("nothing was tried");
  TRY_STATUS(check_ledger(run.stage, *house, outsider, report));
  return report;
}

}  // namespace bulkhead::drills
