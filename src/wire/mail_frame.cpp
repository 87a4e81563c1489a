#include "wire/mail_frame.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace bulkhead::wire {
namespace {

constexpr std::size_t kLengthBytes = 4;

Status wait_for(int socket, short events, const Deadline& deadline) {
  for (;;) {
    int wait_ms = -1;
    if (deadline.clock != nullptr) {
      const auto now = deadline.clock->boot_ms();
      if (now >= deadline.boot_ms) return fail(ErrorCode::kConflict, "the deadline has passed");
      wait_ms = static_cast<int>(std::min<std::uint64_t>(deadline.boot_ms - now, 60'000));
    }
    pollfd one{socket, events, 0};
    const int ready = poll(&one, 1, wait_ms);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail(ErrorCode::kIo, "poll failed");
  }
}

bool again() { return errno == EAGAIN || errno == EINTR; }

Status write_all(int socket, ByteView bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    TRY_STATUS(wait_for(socket, POLLOUT, deadline));
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && again()) continue;
    if (sent <= 0) return fail(ErrorCode::kUnavailable, "the other end is gone");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

Status read_all(int socket, std::span<std::uint8_t> to, const Deadline& deadline) {
  while (!to.empty()) {
    TRY_STATUS(wait_for(socket, POLLIN, deadline));
    const auto got = recv(socket, to.data(), to.size(), MSG_DONTWAIT);
    if (got < 0 && again()) continue;
    if (got <= 0) return fail(ErrorCode::kUnavailable, "the other end is gone");
    to = to.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

}  // namespace

Status write_mail_frame(int socket, ByteView bytes, const Deadline& deadline) {
  std::array<std::uint8_t, kLengthBytes> head;
  put_big_endian(static_cast<std::uint32_t>(bytes.size()), head.data());
  TRY_STATUS(write_all(socket, head, deadline));
  return write_all(socket, bytes, deadline);
}

Result<Bytes> read_mail_frame(int socket, std::size_t bytes_max, const Deadline& deadline) {
  std::array<std::uint8_t, kLengthBytes> head;
  TRY_STATUS(read_all(socket, head, deadline));
  const std::size_t length = get_big_endian<std::uint32_t>(head.data());
  if (length > bytes_max) return fail(ErrorCode::kTooLarge, "a frame is larger than allowed");
  Bytes bytes(length);
  TRY_STATUS(read_all(socket, bytes, deadline));
  return bytes;
}

}  // namespace bulkhead::wire
