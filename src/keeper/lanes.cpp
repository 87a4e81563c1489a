#include "keeper/lanes.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/check.h"

namespace bulkhead {

Mailbox::Mailbox() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(fd_ >= 0); }
Mailbox::~Mailbox() { close(fd_); }

void Mailbox::post(Resumption resumption) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(resumption));
  }
  const std::uint64_t one = 1;
  CHECK(write(fd_, &one, sizeof one) == sizeof one);
}

std::vector<Resumption> Mailbox::take() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto drained = read(fd_, &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

WorkLane::WorkLane(std::size_t threads, std::size_t jobs_max) : jobs_max_(jobs_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

bool WorkLane::submit(Job job, std::size_t waiting_max) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= std::min(jobs_max_, waiting_max)) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void WorkLane::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

void WorkLane::stop() {
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
