#include "supervisor/setup.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/log.h"
#include "supervisor/dev_certificate.h"
#include "supervisor/pid_file.h"

namespace bulkhead {
namespace {

namespace files = std::filesystem;

Result<ProcessUser> look_up_user(const std::string& name) {
  errno = 0;
  const passwd* found = getpwnam(name.c_str());
  if (found == nullptr) {
    log_error(
        "there is no user {}: script/server makes it, or start with --same-user or as an ordinary "
        "user",
        name);
    return fail(ErrorCode::kNotFound, "a user of Bulkhead's is missing");
  }
  if (found->pw_uid == 0) {
    log_error("user {} is root: a child must not be", name);
    return fail(ErrorCode::kRefused, "a user of Bulkhead's is root");
  }
  return ProcessUser{found->pw_uid, found->pw_gid};
}

Result<ChildUsers> choose_users(const ServeOptions& options) {
  ChildUsers users;
  if (geteuid() != 0 || options.same_user) return users;
  users.keeper = TRY(look_up_user(options.keeper_user));
  users.front = TRY(look_up_user(options.front_user));
  if (users.keeper->uid == users.front->uid) {
    log_error("keeper and front must not share user {}", options.keeper_user);
    return fail(ErrorCode::kRefused, "keeper and front share a user");
  }
  return users;
}

Status make_folder(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
    log_error("folder {} cannot be made: {}", path, std::strerror(errno));
    return fail(ErrorCode::kIo, "a folder cannot be made");
  }
  if (chmod(path.c_str(), mode) != 0) {
    log_error("folder {} cannot be given its mode: {}", path, std::strerror(errno));
    return fail(ErrorCode::kIo, "a folder belongs to somebody else");
  }
  return {};
}

// What `init` made as root becomes the keeper's, once: later the folder is the keeper's own and
// root never walks it.
Status hand_to_keeper(const std::string& folder, const ProcessUser& keeper) {
  struct stat what{};
  if (lstat(folder.c_str(), &what) != 0 || !S_ISDIR(what.st_mode)) {
    log_error("{} is no folder", folder);
    return fail(ErrorCode::kIo, "the keeper's folder is no folder");
  }
  if (what.st_uid == keeper.uid && what.st_gid == keeper.gid) return {};
  std::error_code error;
  for (auto at = files::recursive_directory_iterator(folder, error); !error && at != files::end(at);
       at.increment(error)) {
    if (lchown(at->path().c_str(), keeper.uid, keeper.gid) != 0)
      error = std::error_code(errno, std::generic_category());
  }
  // The folder last, so that an interrupted hand-over is taken up again.
  if (error || lchown(folder.c_str(), keeper.uid, keeper.gid) != 0) {
    log_error("folder {} cannot be handed to the keeper's user", folder);
    return fail(ErrorCode::kIo, "the keeper's folder cannot be handed over");
  }
  return {};
}

// Tried rather than reasoned about: a child becomes the user and opens the folder.
bool reachable_by(const ProcessUser& user, const std::string& folder) {
  const pid_t child = fork();
  if (child == 0) {
    const bool reached = switch_user(user) && access(folder.c_str(), R_OK | W_OK | X_OK) == 0;
    _exit(reached ? 0 : 1);
  }
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

// Without its capabilities even root's keeper could not open another user's files.
Status refuse_foreign_folder(const std::string& folder, uid_t expected) {
  struct stat what{};
  if (lstat(folder.c_str(), &what) != 0 || !S_ISDIR(what.st_mode) || what.st_uid != expected) {
    log_error(
        "{} belongs to another user than the keeper's: start Bulkhead as it was started before",
        folder);
    return fail(ErrorCode::kRefused, "the keeper's folder belongs to another user");
  }
  return {};
}

Status prepare_folders(Setup& setup) {
  const auto& paths = setup.paths;
  const auto keeper = setup.users.keeper;
  // Children under users of their own must be able to walk through; what they may not see is closed
  // below.
  TRY_STATUS(make_folder(paths.data, keeper ? 0755 : 0700));
  if (mkdir(paths.keeper().c_str(), 0700) != 0 && errno != EEXIST) {
    log_error("folder {} cannot be made: {}", paths.keeper(), std::strerror(errno));
    return fail(ErrorCode::kIo, "a folder cannot be made");
  }
  TRY_STATUS(make_folder(paths.keeper(), 0700));
  if (keeper) {
    TRY_STATUS(hand_to_keeper(paths.keeper(), *keeper));
    if (!reachable_by(*keeper, paths.keeper())) {
      log_error(
          "user {} cannot reach {}: choose a data directory whose parents everybody may enter",
          setup.options.keeper_user, paths.keeper());
      return fail(ErrorCode::kRefused, "the keeper cannot reach its folder");
    }
  }
  TRY_STATUS(refuse_foreign_folder(paths.keeper(), keeper ? keeper->uid : geteuid()));
  return make_folder(paths.tls(), 0700);
}

files::path beside_programs(const ServeOptions& options, const char* name) {
  std::error_code error;
  auto folder = files::path(options.program_folder);
  if (folder.empty()) folder = files::read_symlink("/proc/self/exe", error).parent_path();
  return folder / name;
}

Result<Descriptor> open_program(const ServeOptions& options, const char* name) {
  const auto path = beside_programs(options, name);
  Descriptor program(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!program || access(path.c_str(), X_OK) != 0) {
    log_error("program {} is missing: script/build makes it", path.string());
    return fail(ErrorCode::kNotFound, "a program is missing");
  }
  return program;
}

// Pages that were not built are no reason not to serve: the desk then shows a plain page.
std::string find_pages(const ServeOptions& options) {
  auto path = beside_programs(options, "desk.pages").string();
  if (access(path.c_str(), R_OK) == 0) return path;
  log_info("{} is missing, so the desk answers programs alone: script/build makes it", path);
  return {};
}

Result<Listener> open_port(const std::string& address, std::uint16_t port) {
  auto listener = listen_on(address, port);
  if (!listener) log_error("cannot listen on {}:{}: {}", address, port, listener.error().context);
  return listener;
}

Result<Descriptor> open_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    log_error("the data directory's path is too long for a socket: {}", path);
    return fail(ErrorCode::kTooLarge, "the data directory's path is too long for a socket");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // The lock is held, so a socket that is there is a dead supervisor's.
  unlink(path.c_str());
  const auto mask = umask(0177);
  const bool bound = listener && bind(listener.get(), reinterpret_cast<const sockaddr*>(&address),
                                      sizeof address) == 0;
  umask(mask);
  if (!bound || listen(listener.get(), kAdminQueueMax) != 0) {
    log_error("{} cannot be made: {}", path, std::strerror(errno));
    return fail(ErrorCode::kIo, "a socket in the data directory cannot be made");
  }
  return listener;
}

Result<ServeOptions> with_absolute_paths(ServeOptions options) {
  std::error_code error;
  if (options.data_dir.empty() || options.key_file.empty()) {
    return fail(ErrorCode::kMalformed, "a data directory and a root key are needed");
  }
  options.data_dir = files::weakly_canonical(options.data_dir, error).string();
  if (!error) options.key_file = files::weakly_canonical(options.key_file, error).string();
  if (!error && options.tap_path)
    options.tap_path = files::weakly_canonical(*options.tap_path, error).string();
  if (error) return fail(ErrorCode::kNotFound, "a path cannot be resolved");
  return options;
}

}  // namespace

Result<Setup> set_up(const ServeOptions& options) {
  Setup setup(TRY(with_absolute_paths(options)));
  setup.users = TRY(choose_users(setup.options));
  setup.keeper_program = TRY(open_program(setup.options, "bulkhead-keeper"));
  setup.front_program = TRY(open_program(setup.options, "bulkhead-front"));
  setup.pages = find_pages(setup.options);
  TRY(open_root_key(setup));
  TRY_STATUS(prepare_folders(setup));
  setup.lock = TRY(take_pid_file(setup.paths.data));
  remove_signs(setup);  // of one that was killed
  struct stat data{};
  if (stat(setup.paths.data.c_str(), &data) != 0)
    return fail(ErrorCode::kIo, "the data directory cannot be examined");
  setup.data_owner = data.st_uid;
  TRY_STATUS(ensure_dev_certificate(setup.paths.certificate(), setup.paths.certificate_key()));
  setup.desk = TRY(open_port(setup.options.listen_address, setup.options.desk_port));
  setup.api = TRY(open_port(setup.options.listen_address, setup.options.api_port));
  setup.admin = TRY(open_socket(setup.paths.admin_socket()));
  if (setup.options.owned_front) setup.owned_front = TRY(open_socket(setup.paths.front_socket()));
  return setup;
}

Status open_plain_port(Setup& setup) {
  if (!setup.plain) setup.plain = TRY(open_port("127.0.0.1", setup.options.plain_port));
  return {};
}

Status write_ports_file(const Setup& setup) {
  auto text = fmt::format("{{\"desk\":{},\"api\":{}", setup.desk.port, setup.api.port);
  if (setup.plain) text += fmt::format(",\"plain\":{}", setup.plain->port);
  text += "}\n";
  const auto path = setup.paths.ports_file();
  unlink(path.c_str());
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file || fchmod(file.get(), 0644) != 0 ||
      write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail(ErrorCode::kIo, "ports.json cannot be written");
  }
  return {};
}

Result<Descriptor> open_root_key(const Setup& setup) {
  const auto& path = setup.options.key_file;
  if (path.starts_with(setup.paths.data + "/")) {
    log_error("the root key {} lies in the data directory: whoever copies the data would have both",
              path);
    return fail(ErrorCode::kRefused, "the root key lies in the data directory");
  }
  Descriptor key(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!key) {
    log_error("the root key {} cannot be opened: {}", path, std::strerror(errno));
    return fail(ErrorCode::kNotFound, "the root key cannot be opened");
  }
  struct stat what{};
  if (fstat(key.get(), &what) != 0 || !S_ISREG(what.st_mode) || (what.st_mode & 077) != 0) {
    log_error("the root key {} must be a file that its owner alone may read: chmod 600", path);
    return fail(ErrorCode::kRefused, "the root key can be read by others");
  }
  return key;
}

void remove_signs(const Setup& setup) {
  for (const auto& path : {setup.paths.admin_socket(), setup.paths.front_socket(),
                           setup.paths.ready_file(), setup.paths.ports_file()}) {
    unlink(path.c_str());
  }
}

}  // namespace bulkhead
