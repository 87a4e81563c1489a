// Disks that misbehave on purpose, in front of the real one: one refuses from its n-th change on,
// one can be held up in fdatasync. Never for product code. Owned by ledger.
#pragma once

#include <condition_variable>
#include <mutex>

#include "ledger/durable_file.h"

namespace bulkhead {

// Counts every call that changes something and refuses from call number `fail_from` on, as a dying
// disk does.
class FailingDisk final : public PosixDisk {
 public:
  explicit FailingDisk(int fail_from) : fail_from_(fail_from) {}
  int calls() const { return calls_; }

  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    TRY_STATUS(step());
    return std::make_unique<File>(*this, TRY(PosixDisk::open_append(path)));
  }
  Status write_durably(const std::string& path, ByteView bytes) override {
    TRY_STATUS(step());
    return PosixDisk::write_durably(path, bytes);
  }
  Status write_loosely(const std::string& path, ByteView bytes) override {
    if (const auto ok = step(); !ok) {
      // A full disk leaves half a file behind.
      TRY_STATUS(PosixDisk::write_loosely(path, bytes.first(bytes.size() / 2)));
      return ok;
    }
    return PosixDisk::write_loosely(path, bytes);
  }
  Status sync_all(const std::string& directory) override {
    TRY_STATUS(step());
    return PosixDisk::sync_all(directory);
  }
  Status remove(const std::string& path) override {
    TRY_STATUS(step());
    return PosixDisk::remove(path);
  }

 private:
  class File final : public AppendFile {
   public:
    File(FailingDisk& disk, std::unique_ptr<AppendFile> file)
        : disk_(disk), file_(std::move(file)) {}
    Status write_at(std::uint64_t offset, ByteView bytes) override {
      if (const auto ok = disk_.step(); !ok) {
        TRY_STATUS(file_->write_at(offset, bytes.first(bytes.size() / 2)));
        return ok;
      }
      return file_->write_at(offset, bytes);
    }
    Status sync_data() override {
      TRY_STATUS(disk_.step());
      return file_->sync_data();
    }
    Status truncate(std::uint64_t length) override {
      TRY_STATUS(disk_.step());
      return file_->truncate(length);
    }
    Status close() override {
      const auto ok = disk_.step();
      const auto closed = file_->close();
      return ok ? closed : ok;
    }

   private:
    FailingDisk& disk_;
    std::unique_ptr<AppendFile> file_;
  };

  Status step() {
    std::lock_guard held(mutex_);
    if (++calls_ >= fail_from_) return fail(ErrorCode::kIo, "the test's disk refuses");
    return {};
  }
  int fail_from_;
  int calls_ = 0;
  std::mutex mutex_;
};

// Holds every fdatasync of an append file up while closed.
class HeldDisk final : public PosixDisk {
 public:
  void hold() { set(true); }
  void release() { set(false); }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    return std::make_unique<File>(*this, TRY(PosixDisk::open_append(path)));
  }

 private:
  class File final : public AppendFile {
   public:
    File(HeldDisk& disk, std::unique_ptr<AppendFile> file) : disk_(disk), file_(std::move(file)) {}
    Status write_at(std::uint64_t offset, ByteView bytes) override {
      return file_->write_at(offset, bytes);
    }
    Status sync_data() override {
      std::unique_lock held(disk_.mutex_);
      disk_.changed_.wait(held, [&] { return !disk_.held_; });
      return file_->sync_data();
    }
    Status truncate(std::uint64_t length) override { return file_->truncate(length); }
    Status close() override { return file_->close(); }

   private:
    HeldDisk& disk_;
    std::unique_ptr<AppendFile> file_;
  };

  void set(bool held) {
    std::lock_guard locked(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

}  // namespace bulkhead
