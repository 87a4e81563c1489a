#include "ledger/durable_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace bulkhead {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;

// A file descriptor whose close can be asked for its result; the destructor is for the paths that
// failed already.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }
  Status close() {
    const int fd = fd_;
    fd_ = -1;
    if (::close(fd) != 0) return fail(ErrorCode::kIo, "closing a file failed");
    return {};
  }

 private:
  int fd_;
};

int open_retrying(const std::string& path, int flags) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, kFileMode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

Status write_all(int fd, std::uint64_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(ErrorCode::kIo, "writing a file failed");
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// The kernel's word that a range cannot find the disk full any more.
Status allocate(int fd, int mode, std::uint64_t from, std::uint64_t bytes) {
  int done = 0;
  do {
    done = ::fallocate(fd, mode, static_cast<off_t>(from), static_cast<off_t>(bytes));
  } while (done != 0 && errno == EINTR);
  if (done == 0) return {};
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
    return fail(ErrorCode::kUnavailable, "the disk is full");
  return fail(ErrorCode::kIo, "the file system does not set space aside");
}

std::string parent_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status sync_directory(const std::string& directory) {
  Descriptor fd(open_retrying(directory, O_RDONLY | O_DIRECTORY));
  if (!fd.is_open()) return fail(ErrorCode::kIo, "opening a directory failed");
  if (::fsync(fd.get()) != 0) return fail(ErrorCode::kIo, "syncing a directory failed");
  return fd.close();
}

class PosixFile final : public AppendFile {
 public:
  explicit PosixFile(int fd) : fd_(fd) {}
  Status write_at(std::uint64_t offset, ByteView bytes) override {
    const auto written =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written != static_cast<ssize_t>(bytes.size()))
      return fail(ErrorCode::kIo, "appending to a file failed");
    return {};
  }
  Status sync_data() override {
    if (::fdatasync(fd_.get()) != 0) return fail(ErrorCode::kIo, "syncing a file failed");
    return {};
  }
  Status truncate(std::uint64_t length) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(length)) != 0)
      return fail(ErrorCode::kIo, "cutting a file failed");
    return {};
  }
  Status make_room(std::uint64_t end) override {
    return allocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, end);
  }
  Status close() override { return fd_.close(); }

 private:
  Descriptor fd_;
};

class PosixLock final : public DirectoryLock {
 public:
  explicit PosixLock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;  // the lock ends when this closes
};

}  // namespace

Status PosixDisk::make_directories(const std::string& directory) {
  if (::mkdir(directory.c_str(), kDirectoryMode) == 0) return sync_directory(parent_of(directory));
  if (errno == EEXIST) return {};
  if (errno != ENOENT || directory.empty())
    return fail(ErrorCode::kIo, "making a directory failed");
  TRY_STATUS(make_directories(parent_of(directory)));
  if (::mkdir(directory.c_str(), kDirectoryMode) != 0)
    return fail(ErrorCode::kIo, "making a directory failed");
  return sync_directory(parent_of(directory));
}

Result<std::unique_ptr<DirectoryLock>> PosixDisk::lock(const std::string& path) {
  const int fd = open_retrying(path, O_RDWR | O_CREAT);
  if (fd < 0) return fail(ErrorCode::kIo, "opening a lock file failed");
  auto held = std::make_unique<PosixLock>(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::kConflict, "another process uses this directory");
  return held;
}

Result<std::unique_ptr<AppendFile>> PosixDisk::open_append(const std::string& path) {
  const int fd = open_retrying(path, O_RDWR | O_CREAT);
  if (fd < 0) return fail(ErrorCode::kIo, "opening a file failed");
  auto file = std::make_unique<PosixFile>(fd);
  TRY_STATUS(sync_directory(parent_of(path)));
  return file;
}

Result<Bytes> PosixDisk::read(const std::string& path, std::uint64_t bytes_max) {
  Descriptor fd(open_retrying(path, O_RDONLY));
  if (!fd.is_open()) {
    const bool absent = errno == ENOENT || errno == ENOTDIR;
    return absent ? fail(ErrorCode::kNotFound, "a file is absent")
                  : fail(ErrorCode::kIo, "opening a file failed");
  }
  struct stat about{};
  if (::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return fail(ErrorCode::kIo, "not a file");
  const auto length = static_cast<std::uint64_t>(about.st_size);
  if (length > bytes_max) return fail(ErrorCode::kTooLarge, "a file is longer than it may be");
  Bytes bytes(length);
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto got =
        ::pread(fd.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kIo, "reading a file failed");
    if (got == 0) break;  // it was cut meanwhile; what is there is the answer
    at += static_cast<std::size_t>(got);
  }
  bytes.resize(at);
  return bytes;
}

Status PosixDisk::write_durably(const std::string& path, ByteView bytes) {
  const auto temp = path + ".new";
  {
    Descriptor fd(open_retrying(temp, O_WRONLY | O_CREAT | O_TRUNC));
    if (!fd.is_open()) return fail(ErrorCode::kIo, "opening a temp file failed");
    TRY_STATUS(write_all(fd.get(), 0, bytes));
    if (::fsync(fd.get()) != 0) return fail(ErrorCode::kIo, "syncing a file failed");
    TRY_STATUS(fd.close());
  }
  if (::rename(temp.c_str(), path.c_str()) != 0)
    return fail(ErrorCode::kIo, "renaming a file failed");
  return sync_directory(parent_of(path));
}

Status PosixDisk::write_loosely(const std::string& path, ByteView bytes) {
  int raw = open_retrying(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (raw < 0 && errno == ENOENT) {
    std::error_code error;
    std::filesystem::create_directories(parent_of(path), error);
    if (error) return fail(ErrorCode::kIo, "making a directory failed");
    raw = open_retrying(path, O_WRONLY | O_CREAT | O_TRUNC);
  }
  Descriptor fd(raw);
  if (!fd.is_open()) return fail(ErrorCode::kIo, "opening a file failed");
  TRY_STATUS(write_all(fd.get(), 0, bytes));
  return fd.close();
}

Status PosixDisk::sync_all(const std::string& directory) {
  Descriptor fd(open_retrying(directory, O_RDONLY | O_DIRECTORY));
  if (!fd.is_open()) return fail(ErrorCode::kIo, "opening a directory failed");
  // One syncfs costs the journal's fdatasync far less than a thousand fsyncs of small files:
  // docs/LEDGER.md.
  if (::syncfs(fd.get()) != 0) return fail(ErrorCode::kIo, "syncing a file system failed");
  return fd.close();
}

Result<std::vector<std::string>> PosixDisk::list(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code unknown_kind;
    auto name = at->path().filename().string();
    if (at->is_directory(unknown_kind)) name += '/';
    names.push_back(std::move(name));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail(ErrorCode::kIo, "listing a directory failed");
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status PosixDisk::remove(const std::string& path) {
  if (::remove(path.c_str()) != 0 && errno != ENOENT)
    return fail(ErrorCode::kIo, "removing a file failed");
  return {};
}

Result<std::uint64_t> PosixDisk::free_bytes(const std::string& directory) {
  struct statvfs about{};
  if (::statvfs(directory.c_str(), &about) != 0)
    return fail(ErrorCode::kIo, "the file system does not say how much is free");
  return std::uint64_t{about.f_bavail} * about.f_frsize;
}

Status PosixDisk::take_space(const std::string& path, std::uint64_t bytes) {
  Descriptor fd(open_retrying(path, O_WRONLY | O_CREAT));
  if (!fd.is_open()) return fail(ErrorCode::kIo, "opening a file failed");
  struct stat before{};
  if (::fstat(fd.get(), &before) != 0) return fail(ErrorCode::kIo, "not a file");
  const auto taken = bytes > 0 ? allocate(fd.get(), 0, 0, bytes) : Status();
  // One that failed may have made the file longer all the same.
  if (!taken && ::ftruncate(fd.get(), before.st_size) != 0)
    return fail(ErrorCode::kIo, "cutting a file failed");
  TRY_STATUS(taken);
  if (::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0)
    return fail(ErrorCode::kIo, "cutting a file failed");
  return fd.close();
}

}  // namespace bulkhead
