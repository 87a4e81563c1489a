// Memory for keys that live as long as the process: never swapped, never dumped, between guard
// pages, wiped at the end. It must never pretend: libsodium hands out memory even where locking
// failed, so each allocation is tested. At most kLockedAllocationsMax exist, since some containers
// allow 64 KiB of locked memory. Owned by crypto.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "base/result.h"

namespace bulkhead {

inline constexpr int kLockedAllocationsMax = 12;

// kTooLarge beyond kLockedAllocationsMax; kRefused, with how to raise the limit, when the memory
// cannot be locked.
Result<void*> allocate_locked(std::size_t bytes);
void free_locked(void* memory);
int locked_allocations();

// Ends core dumps and ptrace by others for this process; called once at start by a process that
// holds keys. kIo.
Status forbid_dumps();

// One zeroed value in locked memory.
template <class T>
  requires std::is_trivially_copyable_v<T>
class Locked {
 public:
  static Result<Locked> create() {
    auto* const memory = TRY(allocate_locked(sizeof(T)));
    return Locked(new (memory) T{});
  }
  T& operator*() const { return *value_; }
  T* operator->() const { return value_.get(); }

 private:
  struct Free {
    void operator()(T* value) const { free_locked(value); }
  };
  explicit Locked(T* value) : value_(value) {}
  std::unique_ptr<T, Free> value_;
};

}  // namespace bulkhead
