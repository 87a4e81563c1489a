#include "front/server.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "base/log.h"

namespace bulkhead::front {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Waiting after a failed accept (no descriptors left) keeps it from spinning.
constexpr std::chrono::milliseconds kAcceptPause{100};

// The border where exceptions of the libraries end: one connection, never the process.
void note_exception(const std::exception_ptr& thrown) {
  if (thrown) log_error("a connection ended by an exception");
}

wire::NetworkAddress address_of(const Tcp::endpoint& endpoint) {
  wire::NetworkAddress address{};
  if (endpoint.address().is_v6()) {
    const auto bytes = endpoint.address().to_v6().to_bytes();
    std::copy(bytes.begin(), bytes.end(), address.begin());
    return address;
  }
  address[10] = address[11] = 0xff;
  const auto bytes = endpoint.address().to_v4().to_bytes();
  std::copy(bytes.begin(), bytes.end(), address.begin() + 12);
  return address;
}

std::optional<TurnedAway> reason_to_turn_away(const Shared& shared,
                                              const wire::NetworkAddress& peer) {
  if (shared.connections.size() >= shared.limits.connections) return TurnedAway::kConnections;
  const auto at = shared.per_network.find(network_of(peer));
  if (at != shared.per_network.end() && at->second >= shared.limits.connections_per_network) {
    return TurnedAway::kNetwork;
  }
  return std::nullopt;
}

Task<void> accept_callers(std::shared_ptr<Shared> shared, Acceptor acceptor, bool plain) {
  Timer pause(acceptor.get_executor());
  while (!shared->stopping) {
    Tcp::endpoint endpoint;
    auto [ec, socket] = co_await acceptor.async_accept(endpoint, asio::as_tuple(AwaitHere()));
    if (ec) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::as_tuple(AwaitHere()));
      continue;
    }
    const auto peer = address_of(endpoint);
    if (const auto why = reason_to_turn_away(*shared, peer)) {
      shared->metrics.count_turned_away(*why);
      continue;  // The socket closes here, before a handshake costs anything.
    }
    (void)socket.set_option(Tcp::no_delay(true), ec);
    (void)socket.native_non_blocking(true, ec);
    if (ec) continue;
    auto connection = std::make_unique<Connection>(shared, std::move(socket), peer, plain);
    asio::co_spawn(acceptor.get_executor(), Connection::run(std::move(connection)), note_exception);
  }
}

Task<void> watch_deadlines(std::shared_ptr<Shared> shared, Executor executor) {
  Timer timer(executor);
  while (!shared->stopping) {
    timer.expires_after(shared->limits.sweep);
    co_await timer.async_wait(asio::as_tuple(AwaitHere()));
    const auto now = Connection::Clock::now();
    // A swept connection ends itself later, so the set does not change under us.
    for (auto* const connection : shared->connections) connection->sweep(now);
  }
}

Task<void> stop_when_idle(std::shared_ptr<Shared> shared, asio::io_context* io,
                          std::chrono::milliseconds patience) {
  static constexpr std::chrono::milliseconds kLook{10};
  Timer timer(io->get_executor());
  for (std::chrono::milliseconds waited{0}; waited < patience && shared->keeper.outstanding() > 0;
       waited += kLook) {
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::as_tuple(AwaitHere()));
  }
  io->stop();
}

}  // namespace

Status Server::listen(int fd, bool plain) {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0 ||
      (name.ss_family != AF_INET && name.ss_family != AF_INET6)) {
    return fail(ErrorCode::kIo, "a listening descriptor is no TCP socket");
  }
  Acceptor acceptor(io_.get_executor());
  error_code ec;
  (void)acceptor.assign(name.ss_family == AF_INET ? Tcp::v4() : Tcp::v6(), fd, ec);
  if (ec) return fail(ErrorCode::kIo, "a listening descriptor cannot be used");
  const auto local = acceptor.local_endpoint(ec);
  if (ec) return fail(ErrorCode::kIo, "a listening descriptor has no address");
  if (plain && !local.address().is_loopback()) {
    return fail(ErrorCode::kRefused, "plain HTTP is served on loopback addresses only");
  }
  asio::co_spawn(io_, accept_callers(shared_, std::move(acceptor), plain), note_exception);
  return {};
}

void Server::start() {
  asio::co_spawn(io_, watch_deadlines(shared_, io_.get_executor()), note_exception);
}

void Server::stop(std::chrono::milliseconds patience) {
  if (std::exchange(shared_->stopping, true)) return;
  asio::co_spawn(io_, stop_when_idle(shared_, &io_, patience), note_exception);
}

}  // namespace bulkhead::front
