// Space keeps a full disk from ending the ledger: a file in its folder holds blocks back, which are
// given up in steps when the disk fills, for those entries that must still be written. It must act
// before a write finds the disk full, since a failed write is final. Owned by ledger; who may still
// write is the keeper's business.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "ledger/disk.h"
#include "ledger/space_limits.h"

namespace bulkhead {

class Space {
 public:
  Space(Disk& disk, std::string directory, SpaceLimits limits)
      : disk_(disk), directory_(std::move(directory)), limits_(limits) {}

  // Takes what is to be held back, as far as there is room: once, before anything is written.
  void open();
  // Whether the disk counts as full, as last looked at. From any thread.
  bool low() const { return low_.load(std::memory_order_relaxed); }
  // What is still held back.
  std::uint64_t held_back() const { return held_.load(std::memory_order_relaxed); }
  // Looks at the disk. Answers low(). From any thread.
  bool look();
  // How much is written once the disk is no longer low; it is low until there is room for that too.
  void set_waiting(std::uint64_t bytes) { waiting_.store(bytes, std::memory_order_relaxed); }
  // Holds back again what was given up, once look() found that there is room.
  void restock();
  // So that the file may be written up to `end`. Gives up what is held back, step by step, when the
  // disk is full. kUnavailable: all of it is given up and used.
  Status make_room(AppendFile& file, std::uint64_t end);

 private:
  std::string path() const { return directory_ + "/reserve"; }
  std::uint64_t step() const;
  bool shrink();
  void give_up_until(std::uint64_t free_bytes);

  Disk& disk_;
  std::string directory_;
  SpaceLimits limits_;
  std::mutex mutex_;
  std::atomic<std::uint64_t> held_ = 0;
  std::atomic<std::uint64_t> waiting_ = 0;
  std::atomic<bool> low_ = false;
};

}  // namespace bulkhead
