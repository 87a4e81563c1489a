#include "client/load_client.h"

#include <signal.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace bulkhead::client {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kReadBytes = 16384;
constexpr std::size_t kEventsMax = 256;
constexpr int kSilenceMs = 30'000;  // no answer at all for so long: the server hangs

double at_share(std::vector<std::uint32_t>& sorted_ns, double share) {
  if (sorted_ns.empty()) return 0;
  const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted_ns.size() - 1));
  return static_cast<double>(sorted_ns[index]) / 1000.0;
}

}  // namespace

struct LoadClient::Caller {
  Stream stream;
  BrowserState state;
  std::string host;
  LoadRequest request;
  std::string output;
  std::size_t written = 0;
  std::string input;
  std::size_t filled = 0;
  Clock::time_point asked;
};

// One run: its epoll, its callbacks, its figures.
class LoadClient::Run {
 public:
  Run(std::vector<std::unique_ptr<Caller>>& callers, const Next& next, const Check& check)
      : callers_(callers), next_(next), check_(check), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

  Result<LoadResult> go(std::chrono::milliseconds lasts) {
    TRY_STATUS(watch_all());
    const auto start = Clock::now();
    const auto end = start + lasts;
    for (std::size_t i = 0; i < callers_.size(); ++i) TRY_STATUS(ask(i, start));
    auto now = start;
    std::array<epoll_event, kEventsMax> events;
    while (outstanding_ > 0) {
      const int count = epoll_wait(epoll_.get(), events.data(), events.size(), kSilenceMs);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return fail(ErrorCode::kUnavailable, "the server answers nobody");
      for (int i = 0; i < count; ++i)
        TRY_STATUS(go_on(events[static_cast<std::size_t>(i)].data.u64, end, now));
    }
    result_.seconds = std::chrono::duration<double>(now - start).count();
    result_.per_s = static_cast<double>(result_.answers) / result_.seconds;
    std::sort(latencies_ns_.begin(), latencies_ns_.end());
    result_.p50_us = at_share(latencies_ns_, 0.5);
    result_.p99_us = at_share(latencies_ns_, 0.99);
    return result_;
  }

 private:
  Status watch_all() {
    for (std::size_t i = 0; i < callers_.size(); ++i) {
      epoll_event event{};
      // Edge-triggered for both, so that no request costs another system call to say what we wait
      // for.
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.u64 = i;
      if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, callers_[i]->stream.descriptor(), &event) != 0) {
        return fail(ErrorCode::kIo, "a connection cannot be watched");
      }
    }
    return {};
  }

  Status ask(std::size_t index, Clock::time_point now) {
    auto& caller = *callers_[index];
    caller.request.target.clear();
    caller.request.body.clear();
    next_(index, caller.request);
    caller.output.clear();
    caller.written = 0;
    write_request({.method = caller.request.method,
                   .target = caller.request.target,
                   .body = caller.request.body,
                   .host = caller.host},
                  &caller.state, caller.output);
    caller.asked = now;
    ++outstanding_;
    return write(caller);
  }

  Status write(Caller& caller) {
    while (caller.written < caller.output.size()) {
      const auto io = caller.stream.write(std::string_view(caller.output).substr(caller.written));
      if (io.state == StreamState::kClosed)
        return fail(ErrorCode::kUnavailable, "a connection ended under load");
      if (io.state != StreamState::kDone) return {};
      caller.written += io.bytes;
    }
    return {};
  }

  Status go_on(std::size_t index, Clock::time_point end, Clock::time_point& now) {
    auto& caller = *callers_[index];
    TRY_STATUS(write(caller));
    for (;;) {
      if (caller.input.size() < caller.filled + kReadBytes)
        caller.input.resize(caller.filled + kReadBytes);
      const auto io = caller.stream.read({caller.input.data() + caller.filled, kReadBytes});
      if (io.state == StreamState::kClosed)
        return fail(ErrorCode::kUnavailable, "a connection ended under load");
      if (io.state != StreamState::kDone) return {};
      caller.filled += io.bytes;
      const std::string_view input(caller.input.data(), caller.filled);
      const auto shape = TRY(shape_of(input));
      if (!shape || input.size() < shape->head_bytes + shape->body_bytes) continue;
      now = Clock::now();
      take(index, *shape, input.substr(shape->head_bytes, shape->body_bytes), now);
      caller.filled = 0;  // One request is in flight, so nothing follows its answer.
      if (now >= end) return {};
      TRY_STATUS(ask(index, now));
      // Edge-triggered: what came between this read and the next event is told by that event, since
      // the answer to what was just asked cannot have been there before.
      return {};
    }
  }

  void take(std::size_t index, const AnswerShape& shape, std::string_view body,
            Clock::time_point now) {
    --outstanding_;
    const bool good = check_(index, shape.status, body);
    ++(good ? result_.answers : result_.rejected);
    const auto ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(now - callers_[index]->asked).count();
    latencies_ns_.push_back(static_cast<std::uint32_t>(std::min<std::int64_t>(ns, UINT32_MAX)));
  }

  std::vector<std::unique_ptr<Caller>>& callers_;
  const Next& next_;
  const Check& check_;
  Descriptor epoll_;
  std::size_t outstanding_ = 0;
  LoadResult result_;
  std::vector<std::uint32_t> latencies_ns_;
};

LoadClient::LoadClient(std::vector<std::unique_ptr<Caller>> callers)
    : callers_(std::move(callers)) {}
LoadClient::LoadClient(LoadClient&&) noexcept = default;
LoadClient& LoadClient::operator=(LoadClient&&) noexcept = default;
LoadClient::~LoadClient() = default;

Result<LoadClient> LoadClient::connect(const ServerAddress& address,
                                       std::vector<BrowserState> states) {
  if (states.size() > kLoadCallersMax)
    return fail(ErrorCode::kTooLarge, "that many callers at once are not supported");
  signal(SIGPIPE, SIG_IGN);
  std::vector<std::unique_ptr<Caller>> callers;
  for (auto& state : states) {
    auto caller = std::make_unique<Caller>();
    caller->stream = TRY(Stream::connect(address));
    TRY_STATUS(caller->stream.set_non_blocking());
    caller->state = std::move(state);
    caller->host = address.host_field();
    callers.push_back(std::move(caller));
  }
  return LoadClient(std::move(callers));
}

Result<LoadResult> LoadClient::run(std::chrono::milliseconds lasts, const Next& next,
                                   const Check& check) {
  return Run(callers_, next, check).go(lasts);
}

std::size_t LoadClient::callers() const { return callers_.size(); }
const BrowserState& LoadClient::state(std::size_t caller) const { return callers_[caller]->state; }

}  // namespace bulkhead::client
