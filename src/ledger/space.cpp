#include "ledger/space.h"

#include <algorithm>

namespace bulkhead {
namespace {

constexpr std::uint64_t kSteps = 64;  // in which the reserve is given up
constexpr std::uint64_t kPlenty = 4;  // so many times low_bytes: nothing need be certain

}  // namespace

std::uint64_t Space::step() const {
  return std::max<std::uint64_t>(limits_.reserve_bytes / kSteps, 4096);
}

void Space::open() {
  if (limits_.reserve_bytes == 0) return;
  {
    std::lock_guard held(mutex_);
    // One that a run before this left smaller is what there is until restock().
    for (auto bytes = limits_.reserve_bytes; bytes >= step(); bytes -= step()) {
      if (!disk_.take_space(path(), bytes)) continue;
      held_ = bytes;
      break;
    }
    // Recovery writes a few small files of its own.
    give_up_until(limits_.low_bytes / 4);
  }
  look();
}

// Called with the mutex held.
void Space::give_up_until(std::uint64_t free_bytes) {
  for (;;) {
    const auto free = disk_.free_bytes(directory_);
    if (!free || *free >= free_bytes || !shrink()) return;
  }
}

bool Space::look() {
  if (limits_.reserve_bytes == 0) return false;
  const auto free = disk_.free_bytes(directory_);
  if (!free) return low();  // what cannot be told has not changed
  // Coming back takes more than was missed when it began, or it would go to and fro.
  const auto missing = limits_.reserve_bytes - held_back();
  const auto wanted = low() ? 2 * limits_.low_bytes + missing + waiting_.load() : limits_.low_bytes;
  const bool is_low = *free < wanted;
  low_.store(is_low, std::memory_order_relaxed);
  return is_low;
}

void Space::restock() {
  if (limits_.reserve_bytes == 0 || low()) return;
  std::lock_guard held(mutex_);
  if (held_ == limits_.reserve_bytes) return;
  if (disk_.take_space(path(), limits_.reserve_bytes)) held_ = limits_.reserve_bytes;
}

// Called with the mutex held.
bool Space::shrink() {
  if (held_ == 0) return false;
  const auto rest = held_ - std::min<std::uint64_t>(held_, step());
  if (!disk_.take_space(path(), rest)) return false;
  held_ = rest;
  return true;
}

Status Space::make_room(AppendFile& file, std::uint64_t end) {
  if (limits_.reserve_bytes == 0) return {};
  const auto free = disk_.free_bytes(directory_);
  if (free && *free > kPlenty * limits_.low_bytes) return {};
  std::lock_guard held(mutex_);
  for (;;) {
    if (file.make_room(end + step())) return {};
    const auto made = file.make_room(end);
    // A file system that cannot promise is not worse than none that was asked.
    if (made || made.error().code != ErrorCode::kUnavailable) return {};
    low_.store(true, std::memory_order_relaxed);
    if (!shrink()) return made;
  }
}

}  // namespace bulkhead
