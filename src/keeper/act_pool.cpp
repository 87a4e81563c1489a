#include "keeper/act_pool.h"

#include <algorithm>
#include <optional>

#include "keeper/crash_note.h"

namespace bulkhead {

void answer(std::vector<Pending>& batch, ActContext& context) {
  struct Outgoing {
    Channel* channel;
    Bytes frames;
  };
  // One view of the vault for the batch: SQLite's file locks cost as much as the reads themselves.
  // The writer lane changes the vault meanwhile, so it reads without one.
  // A batch without acts may be answered on any thread, which must leave the reader alone.
  const bool reads = std::ranges::any_of(batch, [](const Pending& one) { return bool(one.act); });
  std::optional<ReadWindow> window;
  if (reads && context.writer == nullptr) window.emplace(context.reader);
  std::vector<Outgoing> outgoing;  // a handful of channels, so a linear search is quickest
  for (auto& pending : batch) {
    const InHand in_hand(pending.head.op);
    const AnswerBody body = pending.act ? pending.act(context) : std::move(pending.ready);
    auto at = std::find_if(outgoing.begin(), outgoing.end(), [&](const Outgoing& one) {
      return one.channel == pending.channel.get();
    });
    if (at == outgoing.end()) at = outgoing.insert(at, {pending.channel.get(), {}});
    wire::put_frame(at->frames, pending.head, body);
  }
  for (const auto& one : outgoing) one.channel->send(one.frames);
}

Result<std::unique_ptr<ActPool>> ActPool::start(
    const std::function<Result<std::unique_ptr<VaultReader>>()>& open_reader) {
  std::unique_ptr<ActPool> pool(new ActPool());
  for (std::size_t i = 0; i < kActThreads; ++i) pool->readers_.push_back(TRY(open_reader()));
  for (const auto& reader : pool->readers_) {
    pool->threads_.emplace_back([raw = pool.get(), one = reader.get()] { raw->work(*one); });
  }
  return pool;
}

ActPool::~ActPool() { stop(); }

void ActPool::run(std::vector<Pending> durable) {
  const auto count = durable.size();
  {
    const std::lock_guard lock(mutex_);
    for (auto& one : durable) queue_.push_back(std::move(one));
  }
  wake_.notify_one();
  if (count > kActChunk) wake_.notify_one();
}

void ActPool::work(VaultReader& reader) {
  ActContext context{reader};
  std::vector<Pending> batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto count = std::min(kActChunk, queue_.size());
      for (std::size_t i = 0; i < count; ++i) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    answer(batch, context);
    batch.clear();
  }
}

void ActPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace bulkhead
