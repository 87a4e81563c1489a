#include "wire/descriptor.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace bulkhead::wire {
namespace {

// Room for a few descriptors, so that a message with too many is seen and closed rather than cut.
constexpr std::size_t kDescriptorsSeenMax = 8;

struct ControlSpace {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kDescriptorsSeenMax)> bytes{};
};

bool wait_until_writable(int socket) {
  pollfd one{socket, POLLOUT, 0};
  const int ready = poll(&one, 1, kSendWaitMsMax);
  return ready > 0 || (ready < 0 && errno == EINTR);
}

// Takes over every descriptor of the message; the count tells whether more than one came.
std::size_t take_descriptors(msghdr& message, Descriptor& first) {
  std::size_t count = 0;
  for (auto* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t here = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < here; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof fd);
      Descriptor taken(fd);
      if (count++ == 0) first = std::move(taken);
    }
  }
  return count;
}

}  // namespace

Status send_with_descriptor(int socket, ByteView bytes, int passed_fd) {
  CHECK(!bytes.empty());
  bool pass = passed_fd >= 0;
  while (!bytes.empty()) {
    iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    ControlSpace space;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (pass) {
      message.msg_control = space.bytes.data();
      message.msg_controllen = CMSG_SPACE(sizeof(int));
      auto* head = CMSG_FIRSTHDR(&message);
      head->cmsg_level = SOL_SOCKET;
      head->cmsg_type = SCM_RIGHTS;
      head->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(head), &passed_fd, sizeof passed_fd);
    }
    const auto sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        if (wait_until_writable(socket)) continue;
        return fail(ErrorCode::kUnavailable, "the other end of the channel does not read");
      }
      if (errno == EPIPE || errno == ECONNRESET) {
        return fail(ErrorCode::kUnavailable, "the other end of the channel is gone");
      }
      return fail(ErrorCode::kIo, "writing to a channel failed");
    }
    pass = false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<Received> receive_with_descriptor(int socket, std::span<std::uint8_t> buffer) {
  iovec part{buffer.data(), buffer.size()};
  ControlSpace space;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space.bytes.data();
  message.msg_controllen = space.bytes.size();
  ssize_t got;
  do {
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  Received received;
  if (got < 0) {
    if (errno == EAGAIN) {
      received.again = true;
      return received;
    }
    if (errno == ECONNRESET) return received;
    return fail(ErrorCode::kIo, "reading from a channel failed");
  }
  received.bytes = static_cast<std::size_t>(got);
  const auto count = take_descriptors(message, received.descriptor);
  if (count > 1 || (message.msg_flags & MSG_CTRUNC) != 0) {
    return fail(ErrorCode::kMalformed, "a message passed more than one descriptor");
  }
  return received;
}

}  // namespace bulkhead::wire
