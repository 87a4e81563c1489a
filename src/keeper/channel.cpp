#include "keeper/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace bulkhead {

Channel::~Channel() { ::close(fd_); }

void Channel::send(ByteView frames) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (unsent_.size() - unsent_start_ + frames.size() > kUnsentBytesMax) {
    closed_ = true;
    return;
  }
  // The common case sends from the caller's buffer, without a copy.
  if (unsent_start_ == unsent_.size()) {
    const auto sent = ::send(fd_, frames.data(), frames.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      closed_ = true;
      return;
    }
    frames = frames.subspan(sent > 0 ? static_cast<std::size_t>(sent) : 0);
  }
  unsent_.insert(unsent_.end(), frames.begin(), frames.end());
  flush_locked();
}

bool Channel::flush() {
  const std::lock_guard lock(mutex_);
  return flush_locked();
}

bool Channel::flush_locked() {
  while (!closed_ && unsent_start_ < unsent_.size()) {
    const auto sent = ::send(fd_, unsent_.data() + unsent_start_, unsent_.size() - unsent_start_,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) closed_ = true;
      break;
    }
    unsent_start_ += static_cast<std::size_t>(sent);
  }
  if (closed_ || unsent_start_ == unsent_.size()) {
    unsent_.clear();
    unsent_start_ = 0;
  }
  return unsent_start_ < unsent_.size();
}

void Channel::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

bool Channel::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool Channel::has_unsent() const {
  const std::lock_guard lock(mutex_);
  return unsent_start_ < unsent_.size();
}

}  // namespace bulkhead
