#include "crypto/locked.h"

#include <sodium.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "base/check.h"

namespace bulkhead {
namespace {

std::atomic<int> allocation_count{0};

}  // namespace

Result<void*> allocate_locked(std::size_t bytes) {
  CHECK(sodium_init() >= 0);
  if (allocation_count.fetch_add(1) >= kLockedAllocationsMax) {
    allocation_count.fetch_sub(1);
    return fail(ErrorCode::kTooLarge, "a process may hold at most 12 locked allocations");
  }
  void* const memory = sodium_malloc(bytes);
  if (memory == nullptr) {
    allocation_count.fetch_sub(1);
    return fail(ErrorCode::kUnavailable, "no memory for keys");
  }
  // Locking what is locked already costs nothing and succeeds; it fails where sodium_malloc failed
  // silently. The system is asked directly: sanitizers put an mlock that does nothing in its place.
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(memory) / page * page;
  const auto size = reinterpret_cast<std::uintptr_t>(memory) + bytes - begin;
  auto* const pages = reinterpret_cast<void*>(begin);
  if (::syscall(SYS_mlock, pages, size) != 0) {
    free_locked(memory);
    return fail(
        ErrorCode::kRefused,
        "key memory cannot be locked: raise the limit (ulimit -l 64, LimitMEMLOCK=64K in systemd, "
        "--ulimit memlock=65536 for a container)");
  }
  if (madvise(pages, size, MADV_DONTDUMP) != 0) {
    free_locked(memory);
    return fail(ErrorCode::kIo, "key memory cannot be kept out of core dumps");
  }
  return memory;
}

void free_locked(void* memory) {
  if (memory == nullptr) return;
  sodium_free(memory);  // wipes it first
  allocation_count.fetch_sub(1);
}

int locked_allocations() { return allocation_count.load(); }

Status forbid_dumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(ErrorCode::kIo, "core dumps cannot be switched off");
  }
  return {};
}

}  // namespace bulkhead
