#include "supervisor/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/bytes.h"
#include "base/descriptor.h"

namespace bulkhead {
namespace {

bool write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// One direction of the copy.
class Flow {
 public:
  Flow(int from, int to) : from_(from), to_(to), buffer_(kRelayBufferBytesMax) {}

  short events_of(int fd) const {
    if (fd == from_ && filled_ == 0) return POLLIN;
    if (fd == to_ && sent_ < filled_) return POLLOUT;
    return 0;
  }
  // What arrived, empty when nothing did; `closed` when the sender is gone.
  ByteView take(bool& closed) {
    if (filled_ != 0) return {};
    const auto got = recv(from_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (got <= 0) {
      closed = true;
      return {};
    }
    filled_ = static_cast<std::size_t>(got);
    return ByteView(buffer_).first(filled_);
  }
  void pass_on(bool& closed) {
    while (sent_ < filled_) {
      const auto sent =
          send(to_, buffer_.data() + sent_, filled_ - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno == EAGAIN) return;
      if (sent <= 0) {
        closed = true;
        return;
      }
      sent_ += static_cast<std::size_t>(sent);
    }
    sent_ = filled_ = 0;
  }

 private:
  int from_;
  int to_;
  Bytes buffer_;
  std::size_t filled_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace

int run_relay(int keeper_side, int front_side, int tap_file) {
  const Descriptor keeper(keeper_side), front(front_side), tap(tap_file);
  Flow answers(keeper_side, front_side), requests(front_side, keeper_side);
  bool closed = false;
  while (!closed) {
    pollfd sides[2] = {
        {keeper_side,
         static_cast<short>(answers.events_of(keeper_side) | requests.events_of(keeper_side)), 0},
        {front_side,
         static_cast<short>(answers.events_of(front_side) | requests.events_of(front_side)), 0}};
    if (poll(sides, 2, -1) < 0 && errno != EINTR) return 1;
    if (const auto arrived = answers.take(closed);
        !arrived.empty() && !write_all(tap_file, arrived))
      return 1;
    requests.take(closed);
    answers.pass_on(closed);
    requests.pass_on(closed);
  }
  return 0;
}

}  // namespace bulkhead
