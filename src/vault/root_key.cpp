#include "vault/root_key.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/aead.h"
#include "crypto/encoding.h"
#include "crypto/random.h"
#include "crypto/secret_access.h"
#include "crypto/wipe.h"
#include "store/durable_file.h"

namespace bulkhead {
namespace {

Status check_owner_and_mode(int descriptor, std::optional<uid_t> also) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0)
    return fail(ErrorCode::kIo, "the root key file cannot be examined");
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::kRefused, "the root key must be a regular file");
  if (status.st_uid != ::geteuid() && status.st_uid != 0 && status.st_uid != also) {
    return fail(ErrorCode::kRefused, "the root key file belongs to somebody else");
  }
  // systemd credentials are 0400 or 0440 with root's group; nobody else may write, and the world
  // may not read.
  if ((status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0 ||
      ((status.st_mode & S_IRGRP) != 0 && status.st_gid != 0)) {
    return fail(ErrorCode::kRefused, "the root key file is readable by others: chmod 600 it");
  }
  return {};
}

}  // namespace

Status make_root_key_file(const std::filesystem::path& path) {
  const auto key = random_secret(kKeyBytes);
  auto text = to_hex(key.read(SecretAccessForKeyFile::show())) + "\n";
  const auto status = write_new_file_durably(path, view_of(text));
  wipe(text);
  return status;
}

Result<SecretBytes> load_root_key_file(const std::filesystem::path& path,
                                       std::optional<uid_t> also) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return errno == ENOENT ? fail(ErrorCode::kNotFound, "there is no root key file")
                           : fail(ErrorCode::kIo, "the root key file cannot be opened");
  }
  const auto checked = check_owner_and_mode(descriptor, also);
  auto key = checked ? read_root_key(descriptor) : std::unexpected(checked.error());
  ::close(descriptor);
  return key;
}

Result<SecretBytes> read_root_key(int descriptor) {
  auto text = TRY(read_small_file(descriptor, kRootKeyFileBytes));
  Result<SecretBytes> key =
      fail(ErrorCode::kMalformed, "a root key file holds 64 hex digits and a line feed");
  if (text.size() == kRootKeyFileBytes && text.back() == '\n') {
    if (auto bytes = from_hex(text_of(text).substr(0, kRootKeyFileBytes - 1))) {
      key = SecretBytes(ByteView(*bytes));
      wipe(*bytes);
    }
  }
  wipe(text);
  return key;
}

}  // namespace bulkhead
