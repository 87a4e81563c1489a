#include "ledger/quota_disk.h"

#include <algorithm>
#include <filesystem>

namespace bulkhead {

class QuotaDisk::File final : public AppendFile {
 public:
  File(QuotaDisk& disk, std::string path, std::unique_ptr<AppendFile> file)
      : disk_(disk), path_(std::move(path)), file_(std::move(file)) {}
  Status write_at(std::uint64_t offset, ByteView bytes) override {
    TRY_STATUS(grow(offset + bytes.size()));
    return file_->write_at(offset, bytes);
  }
  Status make_room(std::uint64_t end) override {
    TRY_STATUS(grow(end));
    return file_->make_room(end);
  }
  Status sync_data() override { return file_->sync_data(); }
  Status truncate(std::uint64_t length) override {
    TRY_STATUS(disk_.charge(path_, length));
    return file_->truncate(length);
  }
  Status close() override { return file_->close(); }

 private:
  Status grow(std::uint64_t end) {
    return end > disk_.charged(path_) ? disk_.charge(path_, end) : Status();
  }

  QuotaDisk& disk_;
  std::string path_;
  std::unique_ptr<AppendFile> file_;
};

QuotaDisk::QuotaDisk(std::string folder, std::uint64_t bytes_max)
    : folder_(std::move(folder) + "/"), limit_(bytes_max) {
  namespace files = std::filesystem;
  std::error_code error;
  for (const auto& item : files::recursive_directory_iterator(folder_, error)) {
    if (!item.is_regular_file(error)) continue;
    used_ += files_[item.path().string()] = item.file_size(error);
  }
}

Status QuotaDisk::charge(const std::string& path, std::uint64_t bytes) {
  if (!is_inside(path)) return {};
  std::lock_guard held(mutex_);
  auto& now = files_[path];
  if (bytes > now && used_ - now + bytes > limit_)
    return fail(ErrorCode::kUnavailable, "the disk is full");
  used_ = used_ - now + bytes;
  now = bytes;
  return {};
}

std::uint64_t QuotaDisk::charged(const std::string& path) {
  std::lock_guard held(mutex_);
  const auto at = files_.find(path);
  return at == files_.end() ? 0 : at->second;
}

Result<std::unique_ptr<AppendFile>> QuotaDisk::open_append(const std::string& path) {
  return std::make_unique<File>(*this, path, TRY(PosixDisk::open_append(path)));
}

// The old file and the new one stand beside each other for a moment.
Status QuotaDisk::write_durably(const std::string& path, ByteView bytes) {
  TRY_STATUS(charge(path + ".new", bytes.size()));
  const auto written = PosixDisk::write_durably(path, bytes);
  TRY_STATUS(charge(path + ".new", 0));
  TRY_STATUS(charge(path, bytes.size()));
  return written;
}

Status QuotaDisk::write_loosely(const std::string& path, ByteView bytes) {
  TRY_STATUS(charge(path, bytes.size()));
  return PosixDisk::write_loosely(path, bytes);
}

Status QuotaDisk::remove(const std::string& path) {
  TRY_STATUS(PosixDisk::remove(path));
  return charge(path, 0);
}

Result<std::uint64_t> QuotaDisk::free_bytes(const std::string& directory) {
  const auto real = TRY(PosixDisk::free_bytes(directory));
  std::lock_guard held(mutex_);
  return std::min(real, used_ < limit_ ? limit_ - used_ : 0);
}

Status QuotaDisk::take_space(const std::string& path, std::uint64_t bytes) {
  TRY_STATUS(charge(path, bytes));
  return PosixDisk::take_space(path, bytes);
}

}  // namespace bulkhead
