#include "front/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <utility>

#include "front/problem.h"

namespace bulkhead::front {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kDrainBytesMax = 1u << 20;
constexpr std::chrono::milliseconds kDrainTime{2000};
// In this file each co_await stands alone in its statement: g++ 12 miscompiles some that stand
// within an expression.

// A connection that once carried a large answer does not keep its memory.
constexpr std::size_t kKeptBufferBytesMax = 256u << 10;

bool carries_secret(const Route& route) {
  return route.op == wire::Op::kSignIn || route.op == wire::Op::kClientSignIn;
}

}  // namespace

wire::NetworkAddress network_of(const wire::NetworkAddress& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  auto network = address;
  if (!std::equal(kMapped.begin(), kMapped.end(), address.begin())) {
    std::fill(network.begin() + 8, network.end(), std::uint8_t{0});
  }
  return network;
}

Connection::Connection(std::shared_ptr<Shared> shared, Socket socket,
                       const wire::NetworkAddress& peer, bool plain)
    : shared_(std::move(shared)),
      socket_(std::move(socket)),
      transport_(socket_.native_handle(), plain ? nullptr : &shared_->tls),
      network_(network_of(peer)) {
  request_.peer = peer;
  shared_->connections.insert(this);
  ++shared_->per_network[network_];
}

Connection::~Connection() {
  shared_->connections.erase(this);
  const auto at = shared_->per_network.find(network_);
  if (at != shared_->per_network.end() && --at->second == 0) shared_->per_network.erase(at);
}

void Connection::sweep(Clock::time_point now) {
  if (now < deadline_) return;
  deadline_ = Clock::time_point::max();
  if (reader_.started()) shared_->metrics.count_turned_away(TurnedAway::kTooSlow);
  // Not close(): the coroutine still holds the descriptor's number. Whatever it waits for ends now.
  ::shutdown(socket_.native_handle(), SHUT_RDWR);
}

Task<void> Connection::run(std::unique_ptr<Connection> self) {
  bool goes_on = co_await self->shake_hands();
  if (!goes_on) {
    self->shared_->metrics.count_turned_away(TurnedAway::kHandshake);
    co_return;
  }
  while (goes_on) {
    goes_on = co_await self->read_request();
    if (goes_on) goes_on = co_await self->answer();
  }
  self->transport_.say_goodbye();
}

Task<bool> Connection::ready(IoState wait) {
  const auto [ec] = co_await socket_.async_wait(
      wait == IoState::kWaitRead ? Socket::wait_read : Socket::wait_write,
      asio::as_tuple(AwaitHere()));
  co_return !ec;
}

Task<bool> Connection::shake_hands() {
  give(shared_->limits.request);
  for (;;) {
    const auto io = transport_.handshake();
    if (io.state == IoState::kDone) co_return true;
    if (io.state == IoState::kClosed) co_return false;
    const bool is_ready = co_await ready(io.state);
    if (!is_ready) co_return false;
  }
}

Task<bool> Connection::read_request() {
  give(shared_->limits.idle);
  bool started = false;
  // Trying to read before anything came would cost a system call for each request of a keep-alive
  // caller.
  bool wait_first = !transport_.holds_input();
  for (;;) {
    const auto state = reader_.read(request_);
    if (state == ReadState::kDone) co_return true;
    if (state == ReadState::kRefused) {
      shared_->metrics.count_turned_away(TurnedAway::kReader);
      write_problem(problem_of(reader_.refusal()), response_);
      frame(false);
      const bool sent = co_await send();
      if (sent) co_await drain();
      co_return false;
    }
    if (!std::exchange(started, reader_.started()) && started) give(shared_->limits.request);
    const auto io = std::exchange(wait_first, false) ? IoResult{IoState::kWaitRead, 0}
                                                     : transport_.read(reader_.room());
    if (io.state == IoState::kDone) {
      reader_.received(io.bytes);
      continue;
    }
    if (io.state == IoState::kClosed) co_return false;
    const bool is_ready = co_await ready(io.state);
    if (!is_ready) co_return false;
  }
}

Task<bool> Connection::answer() {
  auto& shared = *shared_;
  const auto started = Clock::now();
  deadline_ = Clock::time_point::max();  // Now the keeper's time runs, not the caller's.
  response_.clear();
  message_.clear();
  auto plan = shared.site.plan(request_, shared.metrics, shared.gauges(), message_, response_);
  if (plan.asks && shared.keeper.full()) {
    write_problem(problem_of(FrontRefusal::kBusy), response_, {}, 1);
    plan.turned_away = TurnedAway::kKeeperBusy;
  } else if (plan.asks) {
    const ByteView told = co_await shared.keeper.ask(plan.route->op, message_);
    const auto reason = shared.site.tell(*plan.route, told, response_);
    if (!reason) {
      shared.keeper.refuse_answers(reason.error().context);
      co_return false;
    }
    if (*reason != Reason::kNone) shared.metrics.count_refusal(*reason);
    if (carries_secret(*plan.route)) {
      explicit_bzero(request_.body.data(), request_.body.size());
      explicit_bzero(message_.data(), message_.size());
      reader_.wipe();
    }
  }
  if (plan.turned_away) shared.metrics.count_turned_away(*plan.turned_away);
  const bool keep_alive = reader_.keep_alive() && !response_.close && !shared.stopping;
  frame(keep_alive);
  shared.metrics.count_request(plan.route, response_.status,
                               std::chrono::duration<double>(Clock::now() - started).count());
  const bool sent = co_await send();
  if (!sent) co_return false;
  if (output_.capacity() > kKeptBufferBytesMax) output_ = std::string();
  if (response_.body.capacity() > kKeptBufferBytesMax) response_.body = std::string();
  co_return keep_alive;
}

void Connection::frame(bool keep_alive) {
  output_.clear();
  write_response(response_,
                 {.keep_alive = keep_alive,
                  .head_only = request_.method == Method::kHead,
                  .strict_transport = shared_->strict_transport},
                 output_);
}

Task<bool> Connection::send() {
  std::string_view rest = output_;
  while (!rest.empty()) {
    const auto io = transport_.write(rest);
    if (io.state == IoState::kDone) {
      rest.remove_prefix(io.bytes);
      continue;
    }
    if (io.state == IoState::kClosed) co_return false;
    give(shared_->limits.request);
    const bool is_ready = co_await ready(io.state);
    if (!is_ready) co_return false;
  }
  co_return true;
}

Task<void> Connection::drain() {
  transport_.say_goodbye();
  ::shutdown(socket_.native_handle(), SHUT_WR);
  give(std::min(kDrainTime, shared_->limits.request));
  std::array<char, 4096> nowhere;
  for (std::size_t drained = 0; drained < kDrainBytesMax;) {
    const auto got = recv(socket_.native_handle(), nowhere.data(), nowhere.size(), MSG_DONTWAIT);
    if (got == 0) break;
    if (got > 0) {
      drained += static_cast<std::size_t>(got);
      continue;
    }
    const bool is_ready = co_await ready(IoState::kWaitRead);
    if (!is_ready) break;
  }
}

}  // namespace bulkhead::front
