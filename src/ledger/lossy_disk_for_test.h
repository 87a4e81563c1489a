// LossyDisk is a disk in memory whose power goes at a chosen operation: from then on every call
// fails, and after_power_loss() tells what the next start may find. It must take the same steps as
// PosixDisk, each of them a moment at which the power can go. Never for product code. Owned by
// ledger.
#pragma once

#include <climits>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "ledger/disk.h"
#include "ledger/lossy_files_for_test.h"
#include "ledger/verify.h"

namespace bulkhead {

class LossyDisk final : public Disk {
 public:
  explicit LossyDisk(LossyNodePtr files = LossyFiles::empty_folder(), int power_off_at = INT_MAX)
      : root_(std::move(files)), power_off_at_(power_off_at) {}
  // From now on it says that it synced, and did not.
  void lie() { lies_ = true; }

  int operations() const {
    const auto held = hold();
    return operations_;
  }
  bool is_off() const {
    const auto held = hold();
    return off_;
  }
  // As a killed process leaves them: nothing is lost yet, and what was not synced still is not.
  LossyNodePtr files() const { return root_; }
  LossyNodePtr after_power_loss(std::uint64_t seed) const {
    const auto held = hold();
    return LossyFiles::after_power_loss(*root_, seed);
  }

  Status make_directories(const std::string& directory) override {
    const auto held = hold();
    for (const auto& missing : missing_folders(directory)) {
      TRY_STATUS(step([&](bool) { link(missing, LossyFiles::empty_folder()); }));
      TRY_STATUS(sync_folder_of(missing));
    }
    return {};
  }

  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override {
    const auto held = hold();
    TRY(open(path, false));
    return std::make_unique<DirectoryLock>();
  }

  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    const auto held = hold();
    auto node = TRY(open(path, false));
    TRY_STATUS(sync_folder_of(path));
    return std::make_unique<File>(*this, std::move(node));
  }

  Result<Bytes> read(const std::string& path, std::uint64_t bytes_max) override {
    const auto held = hold();
    if (off_) return power_is_off();
    const auto node = find(path);
    if (node == nullptr) return fail(ErrorCode::kNotFound, "a file is absent");
    if (node->is_folder) return fail(ErrorCode::kIo, "not a file");
    if (node->now.size() > bytes_max) return fail(ErrorCode::kTooLarge, "a file is too long");
    return node->now;
  }

  Status write_durably(const std::string& path, ByteView bytes) override {
    const auto held = hold();
    const auto temp = path + ".new";
    const auto node = TRY(open(temp, true));
    TRY_STATUS(step([&](bool) { LossyFiles::change(*node, {false, 0, copy(bytes)}); }));
    TRY_STATUS(sync(node));
    TRY_STATUS(step([](bool) {}));  // close
    TRY_STATUS(step(
        [&](bool) { LossyFiles::change(*folder_of(path), {name_of(path), node, name_of(temp)}); }));
    return sync_folder_of(path);
  }

  Status write_loosely(const std::string& path, ByteView bytes) override {
    const auto held = hold();
    for (const auto& missing : missing_folders(path.substr(0, path.rfind('/')))) {
      TRY_STATUS(step([&](bool) { link(missing, LossyFiles::empty_folder()); }));
    }
    const auto node = TRY(open(path, true));
    TRY_STATUS(step([&](bool) { LossyFiles::change(*node, {false, 0, copy(bytes)}); }));
    return step([](bool) {});  // close
  }

  Status sync_all(const std::string&) override {
    const auto held = hold();
    return step([&](bool cut) {
      if (!cut && !lies_) LossyFiles::sync_everything(*root_);
    });
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    const auto held = hold();
    if (off_) return power_is_off();
    std::vector<std::string> names;
    if (const auto node = find(directory)) {
      for (const auto& [name, child] : node->names) {
        names.push_back(child->is_folder ? name + '/' : name);
      }
    }
    return names;
  }

  Status remove(const std::string& path) override {
    const auto held = hold();
    const auto node = find(path);
    if (node != nullptr && !node->names.empty())
      return fail(ErrorCode::kIo, "a folder is not empty");
    return step([&](bool) {
      if (node != nullptr) LossyFiles::change(*folder_of(path), {name_of(path), nullptr, {}});
    });
  }

 private:
  class File final : public AppendFile {
   public:
    File(LossyDisk& disk, LossyNodePtr node) : disk_(disk), node_(std::move(node)) {}
    Status write_at(std::uint64_t offset, ByteView bytes) override {
      const auto held = disk_.hold();
      return disk_.step([&](bool) { LossyFiles::change(*node_, {false, offset, copy(bytes)}); });
    }
    Status sync_data() override {
      const auto held = disk_.hold();
      return disk_.sync(node_);
    }
    Status truncate(std::uint64_t length) override {
      const auto held = disk_.hold();
      return disk_.step([&](bool) { LossyFiles::change(*node_, {true, length, {}}); });
    }
    Status close() override {
      const auto held = disk_.hold();
      return disk_.step([](bool) {});
    }

   private:
    LossyDisk& disk_;
    LossyNodePtr node_;
  };

  std::unique_lock<std::mutex> hold() const { return std::unique_lock(mutex_); }
  static Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
  static std::unexpected<Error> power_is_off() { return fail(ErrorCode::kIo, "the power is off"); }

  // One operation. The one at which the power goes was begun: what it wrote may survive, but a sync
  // did not come to its end.
  template <class Effect>
  Status step(Effect effect) {
    if (off_) return power_is_off();
    off_ = ++operations_ == power_off_at_;
    effect(off_);
    if (off_) return power_is_off();
    return {};
  }
  Status sync(const LossyNodePtr& node) {
    return step([&](bool cut) {
      if (!cut && !lies_) LossyFiles::sync(*node);
    });
  }
  Status sync_folder_of(const std::string& path) { return sync(folder_of(path)); }

  // open(2) with O_CREAT, and O_TRUNC when asked.
  Result<LossyNodePtr> open(const std::string& path, bool empty) {
    auto node = find(path);
    TRY_STATUS(step([&](bool) {
      if (node == nullptr) {
        node = std::make_shared<LossyNode>();
        link(path, node);
      } else if (empty) {
        LossyFiles::change(*node, {true, 0, {}});
      }
    }));
    return node;
  }

  void link(const std::string& path, LossyNodePtr node) {
    LossyFiles::change(*folder_of(path), {name_of(path), std::move(node), {}});
  }
  static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }
  LossyNodePtr folder_of(const std::string& path) const {
    auto node = find(path.substr(0, path.rfind('/')));
    CHECK(node != nullptr && node->is_folder);
    return node;
  }
  // "/a/b" from the root on; nothing when it is absent.
  LossyNodePtr find(const std::string& path) const {
    auto node = root_;
    for (std::size_t at = 0; at < path.size() && node != nullptr;) {
      const auto end = std::min(path.find('/', at + 1), path.size());
      const auto child = node->names.find(path.substr(at + 1, end - at - 1));
      node = child == node->names.end() ? nullptr : child->second;
      at = end;
    }
    return node;
  }
  std::vector<std::string> missing_folders(const std::string& directory) const {
    std::vector<std::string> missing;
    for (auto path = directory; !path.empty() && find(path) == nullptr;
         path = path.substr(0, path.rfind('/'))) {
      missing.insert(missing.begin(), path);
    }
    return missing;
  }

  mutable std::mutex mutex_;
  LossyNodePtr root_;
  int power_off_at_;
  int operations_ = 0;
  bool off_ = false;
  bool lies_ = false;
};

// The files of a ledger on such a disk, for verify_ledger.
class LossySource final : public Source {
 public:
  LossySource(LossyDisk& disk, std::string directory)
      : disk_(disk), directory_(std::move(directory)) {}
  Result<Bytes> read(const std::string& name) override {
    return disk_.read(directory_ + "/" + name, kDiskFileBytesMax);
  }
  bool is_directory() const override { return true; }
  Result<std::vector<std::string>> list(const std::string& below) override {
    std::vector<std::string> names;
    TRY_STATUS(collect(below.substr(0, below.rfind('/')), names));
    std::ranges::sort(names);
    return names;
  }

 private:
  Status collect(const std::string& below, std::vector<std::string>& names) {
    for (auto& name : TRY(disk_.list(directory_ + "/" + below))) {
      const bool is_folder = name.ends_with('/');
      if (is_folder) name.pop_back();
      const auto path = below + "/" + name;
      if (is_folder)
        TRY_STATUS(collect(path, names));
      else
        names.push_back(path);
    }
    return {};
  }

  LossyDisk& disk_;
  std::string directory_;
};

}  // namespace bulkhead
