#include "confine/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "base/descriptor.h"
#include "confine/confine.h"

namespace bulkhead {
namespace {

// Debian's kernel headers are older than the kernels this runs on, so newer rights are spelled here
// (landlock(7)).
constexpr std::uint64_t kRefer = 1ULL << 13;                  // version 2
constexpr std::uint64_t kTruncate = 1ULL << 14;               // version 3
constexpr std::uint64_t kDeviceControl = 1ULL << 15;          // version 5
constexpr std::uint64_t kNetworkBindAndConnectTcp = 3;        // version 4
constexpr std::uint64_t kScopeAbstractSocketsAndSignals = 3;  // version 6

struct RulesetAttributes {  // struct landlock_ruleset_attr as it grew
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kRead = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kChange = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                  LANDLOCK_ACCESS_FS_MAKE_REG | kRefer | kTruncate;

constexpr std::uint64_t file_rights_known_to(int abi) {
  std::uint64_t rights = kRefer - 1;  // version 1: bits 0 to 12
  if (abi >= 2) rights |= kRefer;
  if (abi >= 3) rights |= kTruncate;
  if (abi >= 5) rights |= kDeviceControl;
  return rights;
}

Status allow(int ruleset, const std::string& path, std::uint64_t rights) {
  const Descriptor place(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place)
    return fail(ErrorCode::kNotFound, "a path this process needs is missing or out of its reach");
  struct stat what{};
  if (fstat(place.get(), &what) != 0)
    return fail(ErrorCode::kIo, "a path this process needs cannot be examined");
  if (!S_ISDIR(what.st_mode)) rights &= kReadFile | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = place.get();
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return fail(ErrorCode::kIo, "Landlock refused a path");
  }
  return {};
}

}  // namespace

int landlock_abi() {
  const auto version =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

Status restrict_paths(const LandlockPaths& paths, int abi) {
  const auto known = file_rights_known_to(abi);
  const RulesetAttributes attributes{known, kNetworkBindAndConnectTcp,
                                     kScopeAbstractSocketsAndSignals};
  const std::size_t size = (abi >= 6 ? 3 : abi >= 4 ? 2 : 1) * sizeof(std::uint64_t);
  const Descriptor ruleset(
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) return fail(ErrorCode::kIo, "Landlock refused its rules");
  for (const auto& path : paths.read_write)
    TRY_STATUS(allow(ruleset.get(), path, (kRead | kChange) & known));
  for (const auto& path : paths.read_only) TRY_STATUS(allow(ruleset.get(), path, kRead & known));
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return fail(ErrorCode::kIo, "Landlock did not take effect");
  }
  return {};
}

}  // namespace bulkhead
