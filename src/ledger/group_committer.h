// GroupCommitter gathers what many callers submit and makes it durable with one fdatasync per turn
// on its own thread. It must never report an entry durable before it is, nor out of order, nor
// accept without bound. Owned by ledger; the keeper and the bench commit through it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "ledger/ledger.h"

namespace bulkhead {

inline constexpr std::size_t kCommitQueueEntriesMax = 262'144;

class GroupCommitter {
 public:
  // Called on the committer thread, in the order of submission: index of the batch's first entry
  // once all of it is durable, or the ledger's final error. It must be quick, since the next turn
  // waits for it.
  using Completion = std::move_only_function<void(Result<LeafIndex>)>;

  // `on_turn`, if given, runs after the completions of every turn on the committer thread (to wake
  // an event loop once).
  explicit GroupCommitter(Ledger& ledger, std::function<void()> on_turn = {});
  ~GroupCommitter();
  GroupCommitter(const GroupCommitter&) = delete;
  GroupCommitter& operator=(const GroupCommitter&) = delete;

  // Entries of one batch stay together and in order. From any thread; never blocks on the disk. A
  // batch may be empty: its completion then waits for everything submitted before. kTooLarge when
  // the queue is full, kMalformed for an entry no ledger takes, kConflict after stop(); the
  // completion is not called then.
  Status submit(std::vector<Entry> entries, Completion completion);

  // Waits until so many entries surely fit into the queue, or it has stopped.
  void wait_for_room(std::size_t entries);

  // Commits what was accepted, answers it, and ends the thread. Idempotent.
  void stop();

 private:
  struct Batch {
    std::vector<Entry> entries;
    Completion completion;
  };
  void run();
  void commit_turn(std::vector<Batch>& turn);

  Ledger& ledger_;
  std::function<void()> on_turn_;
  std::mutex mutex_;
  std::condition_variable work_, room_;
  std::vector<Batch> queue_;
  std::size_t queued_entries_ = 0;
  bool sleeping_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bulkhead
