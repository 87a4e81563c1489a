// bulkhead restore: a new data directory from a backup and the old ledger.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/run_keeper.h"
#include "vault/backup_file.h"

namespace bulkhead::cli {
namespace {

namespace files = std::filesystem;

struct RestoreOptions {
  Places places;
  bool json = false;
  std::string from, old, ledger, backup_key;
};

// The keeper's folder, and all in it, to the keeper's user: the folder itself last, since whoever
// owns it could put something else in the place of what comes next.
bool give_to(const std::string& folder, const ChildUser& user) {
  std::error_code error;
  files::recursive_directory_iterator one(folder, error);
  for (; !error && one != files::recursive_directory_iterator(); one.increment(error)) {
    if (::lchown(one->path().c_str(), user.uid, user.gid) != 0) return false;
  }
  return !error && ::lchown(folder.c_str(), user.uid, user.gid) == 0;
}

std::uint64_t number_at(const boost::json::value& said, const char* name) {
  const auto* const value = said.is_object() ? said.as_object().if_contains(name) : nullptr;
  return value != nullptr && value->is_int64() ? static_cast<std::uint64_t>(value->as_int64()) : 0;
}

void show(const RestoreOptions& options, const boost::json::value& said) {
  const auto say = [&](const char* name, std::string_view what) {
    if (const auto count = number_at(said, name); count > 0)
      print(fmt::format("  {:>9}  {}\n", count_text(count), what));
  };
  print(fmt::format("Restored into {}:\n", options.places.data));
  say("customers", "customers");
  say("messages", "messages");
  say("left_out", "left out, since they were erased after the backup");
  say("customers_missing", "missing, since they were imported after it: import those files again");
  say("principals_missing",
      "people or clients whose secrets are younger: reset them, add clients anew");
  say("teams_missing", "teams whose names are younger: they are called restored-team-N");
  say("canaries_missing", "canaries laid out after it: remove them and lay out new ones");
  say("contacts_lost", "changes of contact lost, since they were made after it");
  say("damaged", "keys or compartments that do not open");
  if (number_at(said, "rekeyed_since") > 0)
    print("Keys were changed by a rekey after the backup; that is undone: bulkhead keys rekey\n");
  print("Next: bulkhead serve (with the same --second-place, if there is one)\n");
}

Result<std::string> old_or(const std::string& given, const std::string& old, const char* below) {
  if (!given.empty()) return given;
  if (!old.empty()) return old + below;
  return fail(ErrorCode::kRefused, "--old, or both --ledger and --backup-key, are needed");
}

int restore(const RestoreOptions& options) {
  const auto& places = options.places;
  std::error_code error;
  const auto backup = BackupReader::open(options.from);
  if (!backup) return complain("{}: {}", options.from, backup.error().context);
  const auto key_below = "/keeper/keys/" + KeyRing::backup_key_name(backup->key_number());
  const auto ledger = old_or(options.ledger, options.old, "/keeper/ledger");
  const auto key = old_or(options.backup_key, options.old, key_below.c_str());
  if (!ledger || !key) return complain(ledger ? key.error() : ledger.error());
  if (files::exists(keeper_folder(places), error))
    return complain("{}: a data directory is there already; restore into a new one with --data",
                    places.data);
  const auto user = keeper_user();
  const bool made = files::create_directories(keeper_folder(places), error);
  if (!made || ::chmod(places.data.c_str(), user ? 0755 : 0700) != 0 ||
      ::chmod(keeper_folder(places).c_str(), 0700) != 0)
    return complain("{}: the directory cannot be made", places.data);
  // As whoever we are, since backup and old ledger may be root's. The key may be the keeper's.
  std::vector<std::string> arguments{
      "--restore", options.from, "--backup-key",        *key,    "--ledger",
      *ledger,     "--data",     keeper_folder(places), "--key", places.key};
  if (user) arguments.insert(arguments.end(), {"--key-owner", std::to_string(user->uid)});
  const auto said = run_keeper(arguments, std::nullopt);
  if (!said) {
    files::remove_all(keeper_folder(places), error);
    files::remove(places.data, error);  // only when nothing else lies there
    return kFailed;
  }
  if (user && !give_to(keeper_folder(places), *user))
    return complain("{}: it cannot be given to the keeper's user", keeper_folder(places));
  return tell_answer(*said, options.json, [&](const auto& answer) { show(options, answer); });
}

}  // namespace

void add_restore(CLI::App& app, Chosen& chosen) {
  add_command<RestoreOptions>(
      app, chosen, "restore",
      "Make a new data directory from a backup and the ledger, which is followed to its end",
      [](CLI::App& command, RestoreOptions& options) {
        add_places(command, options.places);
        command.add_flag("--json", options.json, "One line of JSON");
        command.add_option("--from", options.from, "The backup")->required();
        command.add_option("--old", options.old,
                           "The old data directory, which is left as it is: its ledger and key");
        command.add_option("--ledger", options.ledger,
                           "Instead: the ledger's folder, or a replica of it");
        command.add_option("--backup-key", options.backup_key,
                           "Instead: the backup's key, as backup --key-to wrote it");
      },
      restore);
}

}  // namespace bulkhead::cli
