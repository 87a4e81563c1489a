// The act threads: they take what has become durable, unseal what was asked and answer it, one
// write per channel. They must never be given work whose entries are not on the disk. Owned by
// keeper.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "keeper/turn.h"
#include "vault/vault.h"
#include "vault/vault_reader.h"

namespace bulkhead {

inline constexpr std::size_t kActThreads = 2;
inline constexpr std::size_t kActChunk = 24;  // pendings one thread takes at once

class ActPool {
 public:
  // Each thread opens its own reader with `open_reader`.
  static Result<std::unique_ptr<ActPool>> start(
      const std::function<Result<std::unique_ptr<VaultReader>>()>& open_reader);
  ~ActPool();

  // From the committer thread, after the entries are durable.
  void run(std::vector<Pending> durable);
  // Answers everything that was given, then ends the threads.
  void stop();

 private:
  ActPool() = default;
  void work(VaultReader& reader);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Pending> queue_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<VaultReader>> readers_;
  std::vector<std::thread> threads_;
};

// Runs the acts of `batch` and sends each channel its answers in one write.
void answer(std::vector<Pending>& batch, ActContext& context);

}  // namespace bulkhead
