#include "ledger/group_committer.h"

#include <iterator>

namespace bulkhead {

GroupCommitter::GroupCommitter(Ledger& ledger, std::function<void()> on_turn)
    : ledger_(ledger), on_turn_(std::move(on_turn)), thread_([this] { run(); }) {}

GroupCommitter::~GroupCommitter() { stop(); }

Status GroupCommitter::submit(std::vector<Entry> entries, Completion completion) {
  if (entries.size() > kAppendEntriesMax)
    return fail(ErrorCode::kTooLarge, "too many entries in one batch");
  for (const auto& entry : entries) TRY_STATUS(check_entry(entry));
  bool wake = false;
  {
    std::lock_guard held(mutex_);
    if (stopping_) return fail(ErrorCode::kConflict, "the committer has stopped");
    if (queued_entries_ + entries.size() > kCommitQueueEntriesMax ||
        queue_.size() >= kCommitQueueEntriesMax) {
      return fail(ErrorCode::kTooLarge, "too many entries wait for the disk");
    }
    queued_entries_ += entries.size();
    queue_.push_back({std::move(entries), std::move(completion)});
    wake = sleeping_;
    sleeping_ = false;
  }
  if (wake) work_.notify_one();
  return {};
}

void GroupCommitter::wait_for_room(std::size_t entries) {
  std::unique_lock held(mutex_);
  room_.wait(held, [&] {
    return stopping_ || (queued_entries_ + entries <= kCommitQueueEntriesMax &&
                         queue_.size() < kCommitQueueEntriesMax);
  });
}

void GroupCommitter::stop() {
  {
    std::lock_guard held(mutex_);
    stopping_ = true;
  }
  room_.notify_all();
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void GroupCommitter::run() {
  std::vector<Batch> turn;
  for (;;) {
    turn.clear();
    {
      std::unique_lock held(mutex_);
      while (queue_.empty() && !stopping_) {
        sleeping_ = true;
        work_.wait(held);
      }
      sleeping_ = false;
      if (queue_.empty()) return;
      turn.swap(queue_);
      queued_entries_ = 0;
    }
    room_.notify_all();
    commit_turn(turn);
    if (on_turn_) on_turn_();
  }
}

// One fdatasync for as many batches as one append may hold.
void GroupCommitter::commit_turn(std::vector<Batch>& turn) {
  std::vector<Entry> entries;
  std::vector<std::size_t> sizes;
  for (std::size_t begin = 0; begin < turn.size();) {
    entries.clear();
    sizes.clear();
    auto end = begin;
    for (; end < turn.size() && entries.size() + turn[end].entries.size() <= kAppendEntriesMax;
         ++end) {
      auto& batch = turn[end].entries;
      sizes.push_back(batch.size());
      entries.insert(entries.end(), std::move_iterator(batch.begin()),
                     std::move_iterator(batch.end()));
    }
    const auto first = ledger_.append(entries);
    std::uint64_t offset = 0;
    for (std::size_t i = begin; i < end; ++i) {
      turn[i].completion(first ? Result<LeafIndex>(LeafIndex{first->value + offset}) : first);
      offset += sizes[i - begin];
    }
    begin = end;
  }
}

}  // namespace bulkhead
