#include "crypto/random.h"

#include <pthread.h>
#include <sodium.h>

#include <array>
#include <atomic>
#include <cstring>

#include "base/check.h"

namespace bulkhead {
namespace {

constexpr std::size_t kRandomBlockBytes = 4096;

// Counts the forks that lead to this process; a block drawn before the last one is not used.
std::atomic<std::uint64_t> fork_count{0};

void start_once() {
  static const bool started = [] {
    CHECK(sodium_init() >= 0);
    CHECK(pthread_atfork(nullptr, nullptr,
                         [] { fork_count.fetch_add(1, std::memory_order_relaxed); }) == 0);
    return true;
  }();
  (void)started;
}

struct Block {
  std::array<std::uint8_t, kRandomBlockBytes> bytes;
  std::size_t used = kRandomBlockBytes;
  std::uint64_t drawn_in_fork = 0;

  ~Block() { sodium_memzero(bytes.data(), bytes.size()); }
  void refill() {
    start_once();
    randombytes_buf(bytes.data(), bytes.size());
    used = 0;
    drawn_in_fork = fork_count.load(std::memory_order_relaxed);
  }
};

}  // namespace

void random_bytes(std::span<std::uint8_t> to) {
  thread_local Block block;
  if (to.size() > kRandomBlockBytes / 4) {
    start_once();
    randombytes_buf(to.data(), to.size());
    return;
  }
  if (to.empty()) return;
  if (kRandomBlockBytes - block.used < to.size() ||
      block.drawn_in_fork != fork_count.load(std::memory_order_relaxed)) {
    block.refill();
  }
  // Bytes given out are wiped here, so that a later look at this memory does not show earlier keys.
  std::memcpy(to.data(), block.bytes.data() + block.used, to.size());
  std::memset(block.bytes.data() + block.used, 0, to.size());
  block.used += to.size();
}

SecretBytes random_secret(std::size_t bytes) {
  Bytes drawn(bytes);
  random_bytes(drawn);
  SecretBytes secret{ByteView(drawn)};
  sodium_memzero(drawn.data(), drawn.size());
  return secret;
}

}  // namespace bulkhead
