// bulkhead backup: has the keeper make one, and writes it where the operator says.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/clock.h"
#include "base/descriptor.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/progress.h"

namespace bulkhead::cli {
namespace {

namespace files = std::filesystem;

constexpr const char* kAnotherBegun = "another backup was begun meanwhile";
constexpr auto kAskBackupEvery = std::chrono::milliseconds(200);

struct BackupOptions {
  Operator who;
  bool json = false;
  std::string to;
  std::string key_to;
};

std::string backup_name(std::uint64_t wall_ms) {
  const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("bulkhead-{:04}{:02}{:02}-{:02}{:02}{:02}.backup", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

bool write_all_of(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Descriptor make_private(const files::path& path) {
  return Descriptor(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
                           S_IRUSR | S_IWUSR));
}

bool put_in_place(Descriptor& file, const files::path& from, const files::path& to) {
  if (::fsync(file.get()) != 0) return false;
  file.reset();
  if (::rename(from.c_str(), to.c_str()) != 0) return false;
  const Descriptor folder(::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0;
}

Result<wire::ReadBackupAnswer> wait_until_made(AdminConnection& connection, std::uint64_t backup,
                                               bool json) {
  auto answer = connection.call<wire::ReadBackupAnswer>(wire::ReadBackup{backup, 0, true});
  Progress progress("Backing up", "customers", answer ? answer->customers : 0,
                    progress_style(json));
  while (answer && answer->phase == wire::BackupPhase::kMaking) {
    progress.at(answer->done);
    std::this_thread::sleep_for(kAskBackupEvery);
    answer = connection.call<wire::ReadBackupAnswer>(wire::ReadBackup{backup, 0, true});
  }
  if (answer && answer->phase == wire::BackupPhase::kReady) {
    progress.at(answer->customers);
    progress.finish();
  }
  return answer;
}

// All pages after the first, which is at hand.
Status fetch(AdminConnection& connection, std::uint64_t backup, wire::ReadBackupAnswer page,
             int file) {
  const auto size = page.size;
  for (std::uint64_t had = 0;;) {
    if (page.phase != wire::BackupPhase::kReady || page.size != size || page.bytes.value.empty())
      return fail(ErrorCode::kConflict, kAnotherBegun);
    if (!write_all_of(file, page.bytes.value))
      return fail(ErrorCode::kIo, "the backup cannot be written there");
    had += page.bytes.value.size();
    if (had >= size) return {};
    auto next = connection.call<wire::ReadBackupAnswer>(wire::ReadBackup{backup, had, false});
    if (!next && connection.last_reason() == Reason::kState)
      return fail(ErrorCode::kConflict, kAnotherBegun);
    page = TRY(std::move(next));
  }
}

std::optional<std::uint32_t> key_number_in(std::string_view name) {
  constexpr std::string_view kHead = "backup-", kEnd = ".key";
  if (!name.starts_with(kHead) || !name.ends_with(kEnd)) return std::nullopt;
  name.remove_prefix(kHead.size());
  name.remove_suffix(kEnd.size());
  std::uint32_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  if (read.ec != std::errc() || read.ptr != name.data() + name.size()) return std::nullopt;
  return number;
}

// A folder of its own for each house, since all number their keys from one.
std::string folder_of_house(std::string origin) {
  std::ranges::replace(origin, '/', '_');
  return origin;
}

// The key beside others of its house, from which those that the keeper destroyed are removed.
bool keep_key(const wire::ReadBackupAnswer& made, const files::path& folder) {
  std::error_code error;
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return false;
  std::vector<files::path> ended;
  for (const auto& file : files::directory_iterator(folder, error)) {
    const auto number = key_number_in(file.path().filename().string());
    if (number && std::ranges::find(made.keys_alive.items, *number) == made.keys_alive.items.end())
      ended.push_back(file.path());
  }
  for (const auto& path : ended) files::remove(path, error);
  const auto path = folder / made.key_name.value;
  const auto part = files::path(path.string() + ".part");
  files::remove(part, error);
  auto file = make_private(part);
  return file && write_all_of(file.get(), made.key_file.value) && put_in_place(file, part, path);
}

int backup(const BackupOptions& options) {
  std::error_code error;
  for (const auto& folder : {options.to, options.key_to}) {
    if (!folder.empty() && !files::is_directory(folder, error))
      return complain("{}: there is no such folder", folder);
  }
  auto connection = connect(options.who);
  if (!connection) return complain(connection.error());
  const auto begun = connection->call<wire::MakeBackupAnswer>(wire::MakeBackup{});
  if (!begun && connection->last_reason() == Reason::kState)
    return complain("a backup is being made already, or a change of keys is under way");
  if (!begun) return complain(begun.error());
  const auto made = wait_until_made(*connection, begun->backup, options.json);
  if (!made && connection->last_reason() == Reason::kState)
    return complain("no backup was made: {}", kAnotherBegun);
  if (!made) return complain(made.error());
  if (made->phase != wire::BackupPhase::kReady)
    return complain("no backup was made: {}",
                    made->trouble.value.empty() ? "another one was begun" : made->trouble.value);
  const auto path = files::path(options.to) / backup_name(SystemClock().wall_ms());
  const auto part = files::path(path.string() + ".part");
  auto file = make_private(part);
  if (!file) return complain("{} cannot be made", part.string());
  auto fetched = fetch(*connection, begun->backup, *made, file.get());
  if (fetched && !put_in_place(file, part, path))
    fetched = fail(ErrorCode::kIo, "the backup cannot be put in place");
  if (!fetched) {
    files::remove(part, error);
    return complain("{}: {}", path.string(), fetched.error().context);
  }
  const auto keys = files::path(options.key_to) / folder_of_house(made->origin.value);
  if (!options.key_to.empty() && !keep_key(*made, keys))
    return complain("{}: the backup's key cannot be written there", keys.string());
  if (!connection->call<wire::Done>(wire::EndBackup{begun->backup}))
    complain_line("the keeper keeps its copy for an hour");
  if (options.json) {
    print_json({{"file", path.string()}, {"bytes", made->size}, {"key", made->key_name.value}});
  } else {
    print(fmt::format("{}: {} bytes, sealed under {}, which is destroyed when it is 28 days old.\n",
                      path.string(), count_text(made->size), made->key_name.value));
    if (options.key_to.empty())
      print("That key lies in the keeper's own folder only: --key-to keeps a copy elsewhere.\n");
  }
  return kDone;
}

}  // namespace

void add_backup(CLI::App& app, Chosen& chosen) {
  add_command<BackupOptions>(
      app, chosen, "backup", "Write a sealed backup of all records, while everything runs",
      [](CLI::App& command, BackupOptions& options) {
        add_operator(command, options.who);
        command.add_flag("--json", options.json, "One line of JSON");
        command
            .add_option("--to", options.to, "Folder for the backup, which gets a name of its own")
            ->required();
        command.add_option("--key-to", options.key_to,
                           "Folder for a copy of the backup's key (wrapped by the root key), apart "
                           "from the backups: in it one of the house's name, from which keys "
                           "that are over are removed");
      },
      backup);
}

}  // namespace bulkhead::cli
