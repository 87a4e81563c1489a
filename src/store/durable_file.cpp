#include "store/durable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace bulkhead {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

Status write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(ErrorCode::kIo, "a file cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Status write_new_file_durably(const std::filesystem::path& path, ByteView bytes) {
  const auto folder = path.parent_path().empty() ? std::filesystem::path(".") : path.parent_path();
  const auto temporary = path.string() + ".new";
  // A leftover of an interrupted attempt was never anybody's file.
  ::unlink(temporary.c_str());
  {
    const Descriptor file(::open(temporary.c_str(),
                                 O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
                                 S_IRUSR | S_IWUSR));
    if (file.number() < 0) return fail(ErrorCode::kIo, "a file cannot be made");
    TRY_STATUS(write_all(file.number(), bytes));
    if (::fsync(file.number()) != 0) return fail(ErrorCode::kIo, "a file cannot be synced");
  }
  // link() fails where rename() would silently replace.
  const bool linked = ::link(temporary.c_str(), path.c_str()) == 0;
  const int error = errno;
  ::unlink(temporary.c_str());
  if (!linked) {
    return error == EEXIST ? fail(ErrorCode::kConflict, "the file exists already")
                           : fail(ErrorCode::kIo, "a file cannot be put in place");
  }
  return sync_folder(folder);
}

Status sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() < 0 || ::fsync(opened.number()) != 0)
    return fail(ErrorCode::kIo, "a folder cannot be synced");
  return {};
}

Status destroy_file_durably(const std::filesystem::path& path) {
  const auto doomed = path.string() + std::string(kDoomedEnding);
  // Under another name first, so that nobody ever finds zeros where a file should be.
  if (::rename(path.c_str(), doomed.c_str()) != 0 && errno != ENOENT)
    return fail(ErrorCode::kIo, "a file cannot be renamed");
  TRY_STATUS(sync_folder(path.parent_path()));
  {
    const Descriptor file(::open(doomed.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.number() < 0) {
      if (errno == ENOENT) return {};
      return fail(ErrorCode::kIo, "a file cannot be opened");
    }
    struct stat status{};
    if (::fstat(file.number(), &status) != 0) return fail(ErrorCode::kIo, "a file has no size");
    TRY_STATUS(write_all(file.number(), Bytes(static_cast<std::size_t>(status.st_size), 0)));
    if (::fsync(file.number()) != 0) return fail(ErrorCode::kIo, "a file cannot be synced");
  }
  if (::unlink(doomed.c_str()) != 0) return fail(ErrorCode::kIo, "a file cannot be removed");
  return sync_folder(path.parent_path());
}

Result<Bytes> read_small_file(const std::filesystem::path& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    return errno == ENOENT ? fail(ErrorCode::kNotFound, "there is no such file")
                           : fail(ErrorCode::kIo, "a file cannot be opened");
  }
  return read_small_file(file.number(), bytes_max);
}

Result<Bytes> read_small_file(int descriptor, std::size_t bytes_max) {
  Bytes bytes(bytes_max + 1);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const auto got = ::read(descriptor, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kIo, "a file cannot be read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > bytes_max) return fail(ErrorCode::kTooLarge, "a file is larger than allowed");
  bytes.resize(size);
  return bytes;
}

}  // namespace bulkhead
