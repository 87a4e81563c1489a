#include "cli/make_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/output.h"
#include "cli/run_keeper.h"
#include "vault/root_key.h"

namespace bulkhead::cli {
namespace {

namespace files = std::filesystem;

std::unexpected<Error> complain_of(const std::string& path, const char* what) {
  complain("{}: {}", path, what);
  return fail(ErrorCode::kRefused, "the directory was not made");
}

Status check_places(const Places& places) {
  std::error_code error;
  if (files::exists(keeper_folder(places), error)) {
    return complain_of(places.data,
                       "a data directory is there already; start it with: bulkhead serve");
  }
  if ((places.key + "/").starts_with(places.data + "/")) {
    return complain_of(places.key, "the root key must lie outside the data directory");
  }
  return {};
}

// Parents as the mask has them; the folder itself with this mode.
Status make_folder(const std::string& path, mode_t mode, const std::optional<ChildUser>& owner) {
  std::error_code error;
  files::create_directories(path, error);
  if (error || chmod(path.c_str(), mode) != 0)
    return complain_of(path, "the folder cannot be made");
  if (owner && chown(path.c_str(), owner->uid, owner->gid) != 0) {
    return complain_of(path, "the folder cannot be given to the keeper's user");
  }
  return {};
}

Status make_key(const std::string& path, const std::optional<ChildUser>& owner) {
  std::error_code error;
  const auto folder = files::path(path).parent_path().string();
  if (files::exists(path, error)) return {};
  if (!files::exists(folder, error))
    TRY_STATUS(make_folder(folder, owner ? 0711 : 0700, std::nullopt));
  if (const auto made = make_root_key_file(path); !made)
    return complain_of(path, made.error().context);
  if (owner && chown(path.c_str(), owner->uid, owner->gid) != 0) {
    return complain_of(path, "the key cannot be given to the keeper's user");
  }
  return {};
}

}  // namespace

Result<std::string> make_directory(const DirectoryPlan& plan) {
  const auto& places = plan.places;
  TRY_STATUS(check_places(places));
  const auto user = keeper_user();
  TRY_STATUS(make_key(places.key, user));
  // Children under users of their own must be able to walk through the data directory.
  TRY_STATUS(make_folder(places.data, user ? 0755 : 0700, std::nullopt));
  TRY_STATUS(make_folder(keeper_folder(places), 0700, user));
  std::vector<std::string> arguments{"--init", "--data", keeper_folder(places), "--key",
                                     places.key};
  switch (plan.kind) {
    case DirectoryKind::kDemo:
      arguments.emplace_back("--demo");
      break;
    case DirectoryKind::kDrill:
      arguments.emplace_back("--drill");
      break;
    case DirectoryKind::kProduction:
      arguments.emplace_back("--origin");
      arguments.push_back(plan.origin);
      break;
  }
  auto said = run_keeper(arguments, user);
  if (!said) {
    // Nothing can have been lost yet, and an empty folder would stand in the way of the next try.
    std::error_code error;
    files::remove_all(keeper_folder(places), error);
    return complain_of(places.data, said.error().context);
  }
  return said;
}

}  // namespace bulkhead::cli
