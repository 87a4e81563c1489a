// bulkhead passwords load.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "keeper/range_store.h"

namespace bulkhead::cli {
namespace {

struct PasswordsOptions {
  Places places;
  std::string file;
};

int load(const PasswordsOptions& options) {
  const auto keeper = keeper_folder(options.places);
  const auto folder = keeper + "/passwords";
  struct stat owner{};
  if (stat(keeper.c_str(), &owner) != 0)
    return complain("{} is not there; make it with: bulkhead init", keeper);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return complain("{} cannot be made", folder);
  const auto build = RangeStore::build(options.file, folder);
  if (!build) return complain("{}: {}", options.file, build.error().context);
  const auto made = folder + "/" + std::string(kRangeFileName);
  // Root builds it for the keeper's user, who must be able to read it.
  for (const auto& path : {folder, made}) {
    if (geteuid() == 0 && chown(path.c_str(), owner.st_uid, owner.st_gid) != 0) {
      return complain("{} cannot be given to the keeper's user", path);
    }
  }
  print(
      fmt::format("{} passwords known from breaches. The keeper reads them at its next start: "
                  "bulkhead stop, then serve.\n",
                  count_text(build->digests)));
  return kDone;
}

}  // namespace

void add_passwords(CLI::App& app, Chosen& chosen) {
  auto* const passwords =
      app.add_subcommand("passwords", "Passwords known from breaches, which nobody may choose");
  passwords->require_subcommand(1);
  add_command<PasswordsOptions>(
      *passwords, chosen, "load",
      "Build the local store from a file of SHA1:COUNT lines, in any order",
      [](CLI::App& command, PasswordsOptions& options) {
        add_data_option(command, options.places);
        command.add_option("FILE", options.file, "Lines of 40 hex digits, a colon and a count")
            ->required()
            ->check(CLI::ExistingFile);
      },
      load);
}

}  // namespace bulkhead::cli
