#include "cli/kept_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/clock.h"
#include "base/descriptor.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace bulkhead::cli {
namespace {

constexpr std::size_t kFileBytesMax = 512;
constexpr std::size_t kNameDigestBytes = 8;

bool is_own_folder(const std::string& path) {
  struct stat about{};
  return lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == geteuid() &&
         (about.st_mode & 077) == 0;
}

// The one file, open and locked for this process alone.
Descriptor open_locked(const std::string& path, int flags) {
  Descriptor file(open(path.c_str(), flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file && flock(file.get(), LOCK_EX) != 0) file.reset();
  return file;
}

Status write_session(int file, const KeptSession& session) {
  const auto bytes = wire::encode(session);
  const bool written = ftruncate(file, 0) == 0 && pwrite(file, bytes.data(), bytes.size(), 0) ==
                                                      static_cast<ssize_t>(bytes.size());
  if (!written) return fail(ErrorCode::kIo, "the sign-in cannot be kept");
  return {};
}

}  // namespace

Result<std::string> kept_session_folder() {
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  auto parent = runtime != nullptr && *runtime == '/' ? std::string(runtime)
                : geteuid() == 0                      ? std::string("/run")
                                                      : fmt::format("/run/user/{}", geteuid());
  auto folder = parent + "/bulkhead";
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(ErrorCode::kNotFound, "there is no runtime folder; set XDG_RUNTIME_DIR to one");
  if (!is_own_folder(folder))
    return fail(ErrorCode::kRefused, "the runtime folder's bulkhead folder is not yours alone");
  return folder;
}

KeptSessions::KeptSessions(std::string folder, const std::string& data_dir)
    : head_(std::move(folder) + "/" +
            to_hex(ByteView(sha256(view_of(data_dir))).first(kNameDigestBytes))) {}

std::string KeptSessions::path_of(KeptKind kind) const {
  return head_ + (kind == KeptKind::kAdmin ? ".admin" : ".staff");
}

Status KeptSessions::keep(KeptKind kind, const KeptSession& session) {
  const auto file = open_locked(path_of(kind), O_CREAT);
  if (!file) return fail(ErrorCode::kIo, "the sign-in cannot be kept");
  return write_session(file.get(), session);
}

Result<KeptSession> KeptSessions::use(KeptKind kind) {
  static constexpr char kNobody[] = "nobody is signed in; begin with: bulkhead login";
  const auto file = open_locked(path_of(kind), 0);
  if (!file) return fail(ErrorCode::kNotFound, kNobody);
  Bytes bytes(kFileBytesMax);
  const auto count = pread(file.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  auto session = wire::decode<KeptSession>(bytes);
  if (!session || session->ends_wall_ms <= SystemClock().wall_ms()) {
    forget(kind);
    return fail(ErrorCode::kNotFound, kNobody);
  }
  auto next = *session;
  ++next.counter;
  TRY_STATUS(write_session(file.get(), next));
  return session;
}

void KeptSessions::forget(KeptKind kind) { unlink(path_of(kind).c_str()); }

}  // namespace bulkhead::cli
