#include "supervisor/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace bulkhead {

Result<Listener> listen_on(const std::string& address, std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) {
    return fail(ErrorCode::kMalformed, "the address to listen on is no IPv4 address");
  }
  Listener listener;
  listener.socket.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  auto* plain = reinterpret_cast<sockaddr*>(&where);
  socklen_t size = sizeof where;
  if (!listener.socket ||
      setsockopt(listener.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
    return fail(ErrorCode::kIo, "no socket to listen on");
  }
  if (bind(listener.socket.get(), plain, size) != 0) {
    if (errno == EADDRINUSE)
      return fail(ErrorCode::kConflict, "the port is taken by another program");
    return fail(ErrorCode::kIo, "the address or port cannot be listened on");
  }
  if (listen(listener.socket.get(), kListenQueueMax) != 0 ||
      getsockname(listener.socket.get(), plain, &size) != 0) {
    return fail(ErrorCode::kIo, "the port cannot be listened on");
  }
  listener.port = ntohs(where.sin_port);
  return listener;
}

}  // namespace bulkhead
