// The server of one instance: listening sockets it was handed, the connections on them, their
// deadlines. It must never open a path or a socket of its own. Owned by front; main makes one and
// runs the io context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/result.h"
#include "front/connection.h"

namespace bulkhead::front {

class Server {
 public:
  Server(boost::asio::io_context& io, std::shared_ptr<Shared> shared)
      : io_(io), shared_(std::move(shared)) {}

  // Takes a listening TCP socket. `plain`: without TLS, for demo directories, loopback addresses
  // only (kRefused otherwise). kIo when the descriptor is no such socket.
  Status listen(int fd, bool plain);

  // Starts looking at deadlines; once, after listen().
  void start();

  // No new connections; the io context stops once every question is answered, or after `patience`.
  void stop(std::chrono::milliseconds patience);

 private:
  boost::asio::io_context& io_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace bulkhead::front
