// Lanes are threads for work that would hold up the loop: one that changes the vault and reads the
// ledger at length, two that hash passwords. A job's result comes back to the loop as a resumption,
// since only the loop may touch state. A lane must never queue without bound. Owned by keeper.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bulkhead {

// Runs on the loop thread.
using Resumption = std::move_only_function<void()>;

// Where lanes leave what the loop shall run next.
class Mailbox {
 public:
  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  int fd() const { return fd_; }  // readable while something waits
  void post(Resumption resumption);
  std::vector<Resumption> take();

 private:
  int fd_;
  std::mutex mutex_;
  std::vector<Resumption> waiting_;
};

class WorkLane {
 public:
  using Job = std::move_only_function<void()>;

  WorkLane(std::size_t threads, std::size_t jobs_max);
  ~WorkLane() { stop(); }
  WorkLane(const WorkLane&) = delete;
  WorkLane& operator=(const WorkLane&) = delete;

  // False when `jobs_max` jobs wait already (or so many as `waiting_max` says), or after stop().
  bool submit(Job job, std::size_t waiting_max = SIZE_MAX);
  // Finishes what was taken, then ends the threads.
  void stop();

 private:
  void run();

  const std::size_t jobs_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bulkhead
