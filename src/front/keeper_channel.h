// Front's end of its private channel to the keeper: many questions at once over one stream, matched
// to their answers by request id, written together. It must never guess: a frame that nobody asked
// for, or that does not follow its format, ends the process, as does a keeper that closes. Owned by
// front; used on the io thread alone.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/words.h"
#include "front/limits.h"
#include "wire/frame.h"
#include "wire/front_messages.h"

namespace bulkhead::front {

using Executor = boost::asio::io_context::executor_type;
template <class T>
using Task = boost::asio::awaitable<T, Executor>;
using AwaitHere = boost::asio::use_awaitable_t<Executor>;

class KeeperChannel {
 public:
  // Takes the descriptor of a connected Unix stream socket. `lost` is called once when the keeper
  // is gone or speaks nonsense; no answer arrives after that.
  KeeperChannel(boost::asio::io_context& io, int fd, std::function<void(const char*)> lost,
                std::size_t outstanding_max = kKeeperOutstandingMax);

  // Says hello (blocking, before anything is served) and starts reading. kUnavailable, kMalformed,
  // kRefused.
  Result<wire::HelloAnswer> hello(Face face, std::uint32_t escapes);

  bool full() const {
    return outstanding_ >= slots_.size() || output_.size() > kKeeperOutputBytesMax;
  }
  std::size_t outstanding() const { return outstanding_; }

  // Asks; yields the answer's body (a Reason, then a message), which lives until the caller next
  // suspends. The caller must have seen !full(), checked invariant.
  Task<ByteView> ask(wire::Op op, ByteView message);

  // The caller found an answer malformed: no answer of this keeper may be believed.
  void refuse_answers(const char* why) { lose(why); }

 private:
  using Waiter = boost::asio::async_result<AwaitHere, void(ByteView)>::handler_type;
  struct Slot {
    std::optional<Waiter> waiter;
    std::uint64_t request = 0;
    wire::Op op{};
  };

  void send(wire::Op op, ByteView message, Waiter waiter);
  void flush();
  void read();
  Status deliver(const wire::FrameView& frame);
  void lose(const char* why);

  boost::asio::io_context& io_;
  boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Executor> socket_;
  std::function<void(const char*)> lost_;
  InstanceNumber instance_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t outstanding_ = 0;
  std::uint64_t sequence_ = 0;
  Bytes output_;   // frames to write
  Bytes writing_;  // what a write under way has not written yet
  bool flush_posted_ = false;
  bool write_waits_ = false;
  bool is_lost_ = false;
  std::vector<std::uint8_t> input_;
  wire::FrameReader reader_;
};

}  // namespace bulkhead::front
