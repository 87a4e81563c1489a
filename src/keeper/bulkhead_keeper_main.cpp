// bulkhead-keeper: wires the keeper's parts together and runs its loop. It takes descriptors and
// its folder from the supervisor and opens nothing else.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/log.h"
#include "confine/confine.h"
#include "crypto/encoding.h"
#include "crypto/random.h"
#include "keeper/adopt.h"
#include "keeper/keeper_setup.h"
#include "keeper/resident.h"
#include "keeper/restore.h"
#include "keeper/service.h"
#include "vault/root_key.h"

namespace bulkhead {
namespace {

constexpr const char* kUsage =
    "usage: bulkhead-keeper --data DIR (--key-fd N | --key FILE) --control-fd N [--without "
    "PROTECTION]... [--recompute] [--second-place FILE] [--unanchored] [--replica DIR] "
    "[--clock-ahead S] "
    "[--ledger-space BYTES]\n"
    "       bulkhead-keeper --restore FILE --backup-key FILE --ledger DIR --data DIR --key FILE "
    "[--key-owner UID]\n"
    "       bulkhead-keeper --init --data DIR --key FILE (--demo | --drill | --origin NAME)\n"
    "       bulkhead-keeper --adopt --data DIR --key FILE [--second-place FILE]\n"
    "The supervisor (`bulkhead serve`) and `bulkhead init` start it; people seldom do.\n";

struct Arguments {
  std::string data;
  std::string key;
  std::string origin;
  int key_fd = -1;
  int control_fd = -1;
  bool init = false;
  bool adopt = false;
  RestorePlan restore;
  std::optional<uid_t> key_owner;
  bool recompute = false;
  int clock_ahead_s = 0;
  Anchor anchor;
  std::vector<std::string> without;
};

std::optional<int> number(const char* text) {
  int value = 0;
  for (const char* at = text; *at != 0; ++at) {
    if (*at < '0' || *at > '9' || value > 10'000'000) return std::nullopt;
    value = value * 10 + (*at - '0');
  }
  return *text == 0 ? std::nullopt : std::optional(value);
}

std::string stamped_origin(std::string_view head) {
  std::array<std::uint8_t, 4> bytes{};
  random_bytes(bytes);
  return std::string(head) + to_hex(bytes);
}

std::optional<Arguments> parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const char* value = i + 1 < count ? words[i + 1] : nullptr;
    if (word == "--init") {
      arguments.init = true;
    } else if (word == "--adopt") {
      arguments.adopt = true;
    } else if (word == "--demo") {
      if (arguments.origin.empty()) arguments.origin = stamped_origin(kDemoOriginHead);
    } else if (word == "--recompute") {
      arguments.recompute = true;
    } else if (word == "--unanchored") {
      arguments.anchor.unanchored = true;
    } else if (word == "--drill") {
      arguments.origin = stamped_origin(kDrillOriginHead);
    } else if (value == nullptr) {
      return std::nullopt;
    } else {
      ++i;
      if (word == "--data")
        arguments.data = value;
      else if (word == "--key")
        arguments.key = value;
      else if (word == "--origin")
        arguments.origin = value;
      else if (word == "--second-place")
        arguments.anchor.second_place = value;
      else if (word == "--replica")
        arguments.anchor.replica = value;
      else if (word == "--ledger-space" && number(value))
        arguments.anchor.ledger_space = static_cast<std::uint64_t>(*number(value));
      else if (word == "--restore")
        arguments.restore.backup = value;
      else if (word == "--backup-key")
        arguments.restore.backup_key = value;
      else if (word == "--ledger")
        arguments.restore.ledger = value;
      else if (word == "--key-owner" && number(value))
        arguments.key_owner = static_cast<uid_t>(*number(value));
      else if (word == "--without")
        arguments.without.emplace_back(value);
      else if (word == "--key-fd" && number(value))
        arguments.key_fd = *number(value);
      else if (word == "--control-fd" && number(value))
        arguments.control_fd = *number(value);
      else if (word == "--clock-ahead" && number(value))
        arguments.clock_ahead_s = *number(value);
      else
        return std::nullopt;
    }
  }
  const bool has_key = !arguments.key.empty() || arguments.key_fd >= 0;
  const auto& restore = arguments.restore;
  const bool restores =
      !restore.backup.empty() && !restore.backup_key.empty() && !restore.ledger.empty();
  const bool has_way = arguments.init ? !arguments.origin.empty()
                                      : arguments.adopt || restores || arguments.control_fd >= 0;
  if (arguments.data.empty() || !has_key || !has_way) return std::nullopt;
  return arguments;
}

Result<SecretBytes> load_root(const Arguments& arguments) {
  if (arguments.key_fd < 0) return load_root_key_file(arguments.key, arguments.key_owner);
  auto root = read_root_key(arguments.key_fd);
  close(arguments.key_fd);
  return root;
}

Status init(const Arguments& arguments) {
  struct stat there{};
  if (stat(arguments.key.c_str(), &there) != 0) TRY_STATUS(make_root_key_file(arguments.key));
  const auto root = TRY(load_root(arguments));
  const auto admin = TRY(make_keeper_folder(arguments.data, root, arguments.origin));
  if (admin) {
    fmt::print(
        "{{\"origin\":\"{}\",\"admin\":{{\"name\":\"{}\",\"password\":\"{}\",\"otpauth\":\"{}\"}}}}"
        "\n",
        arguments.origin, admin->name, admin->password, admin->otpauth);
  } else {
    fmt::print("{{\"origin\":\"{}\"}}\n", arguments.origin);
  }
  return {};
}

Status adopt(const Arguments& arguments) {
  const auto root = TRY(load_root(arguments));
  const SystemClock clock;
  PosixDisk disk;
  const auto adopted =
      TRY(adopt_ledger(arguments.data, root, arguments.anchor.second_place, clock, disk));
  fmt::print(
      "{{\"old_origin\":\"{}\",\"origin\":\"{}\",\"first_lost_entry\":{},\"known_size\":{},"
      "\"confirmed\":{}}}\n",
      adopted.old_origin, adopted.new_origin, adopted.size, adopted.known_size, adopted.confirmed);
  return {};
}

Status restore(const Arguments& arguments) {
  const auto root = TRY(load_root(arguments));
  auto plan = arguments.restore;
  plan.data = arguments.data;
  const auto done = TRY(restore_keeper_folder(plan, root));
  fmt::print(
      "{{\"origin\":\"{}\",\"backup_entries\":{},\"entries\":{},\"customers\":{},\"messages\":{},"
      "\"left_out\":{},\"damaged\":{},\"customers_missing\":{},\"principals_missing\":{},"
      "\"teams_missing\":{},\"canaries_missing\":{},\"contacts_lost\":{},\"rekeyed_since\":{}}}\n",
      done.origin, done.backup_entries, done.entries, done.vault.customers, done.vault.messages,
      done.vault.left_out, done.vault.damaged, done.customers_missing, done.principals_missing,
      done.teams_missing, done.canaries_missing, done.contacts_lost, done.rekeyed_since ? 1 : 0);
  return {};
}

Status serve(const Arguments& arguments) {
  open_resident_figure();
  const auto root = TRY(load_root(arguments));
  std::vector<std::string> folders{arguments.data};
  const auto second = std::filesystem::path(arguments.anchor.second_place).parent_path();
  // One that is not there is not reachable, which opening the ledger, or the replica, tells.
  for (const auto& folder : {second, std::filesystem::path(arguments.anchor.replica)}) {
    if (std::error_code error; !folder.empty() && std::filesystem::is_directory(folder, error))
      folders.push_back(folder.string());
  }
  TRY_STATUS(
      confine({.user = {}, .read_write = folders, .read_only = {}, .network = NetworkUse::kNone}));
  return run_keeper({.data = arguments.data,
                     .without = arguments.without,
                     .recompute = arguments.recompute,
                     .anchor = arguments.anchor,
                     .notes_crashes = true,
                     .clock_ahead_s = static_cast<std::uint64_t>(arguments.clock_ahead_s)},
                    root, arguments.control_fd);
}

}  // namespace
}  // namespace bulkhead

int main(int count, char** words) {
  using namespace bulkhead;
  set_log_name("bulkhead-keeper");
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);  // the supervisor decides when to stop
  const auto arguments = parse(count, words);
  if (!arguments) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto done = arguments->init                      ? init(*arguments)
                    : arguments->adopt                   ? adopt(*arguments)
                    : !arguments->restore.backup.empty() ? restore(*arguments)
                                                         : serve(*arguments);
  if (done) return 0;
  log_error("{}: {}", to_string(done.error().code), done.error().context);
  return 1;
}
