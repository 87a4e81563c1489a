#include "front/keeper_channel.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "base/check.h"

namespace bulkhead::front {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kInputBytes = 256u << 10;
constexpr std::size_t kHelloBodyBytesMax = 1024;
// A request id is a sequence number over the slot it waits in, so that matching is one array
// access.
constexpr unsigned kSlotBits = 16;
constexpr std::uint64_t kSlotMask = (1u << kSlotBits) - 1;

}  // namespace

KeeperChannel::KeeperChannel(asio::io_context& io, int fd, std::function<void(const char*)> lost,
                             std::size_t outstanding_max)
    : io_(io),
      socket_(io.get_executor(), asio::local::stream_protocol(), fd),
      lost_(std::move(lost)),
      slots_(outstanding_max),
      input_(kInputBytes) {
  CHECK(outstanding_max <= kSlotMask);
  for (std::size_t i = slots_.size(); i > 0; --i)
    free_slots_.push_back(static_cast<std::uint32_t>(i - 1));
}

Result<wire::HelloAnswer> KeeperChannel::hello(Face face, std::uint32_t escapes) {
  error_code ec;
  (void)socket_.non_blocking(false, ec);
  Bytes frame;
  wire::put_frame(frame, {static_cast<std::uint16_t>(wire::Op::kHello), 1, InstanceNumber()},
                  wire::encode(wire::Hello{.face = face, .escapes = escapes}));
  asio::write(socket_, asio::buffer(frame), ec);
  if (ec) return fail(ErrorCode::kUnavailable, "the keeper does not take our hello");

  wire::FrameReader reader(kHelloBodyBytesMax);
  std::optional<wire::FrameView> answer;
  while (!answer) {
    const auto got = socket_.read_some(asio::buffer(input_), ec);
    if (ec) return fail(ErrorCode::kUnavailable, "the keeper closed the channel at our hello");
    reader.feed(ByteView(input_).first(got));
    answer = TRY(reader.next());
  }
  const bool ours =
      answer->head.op == static_cast<std::uint16_t>(wire::Op::kHello) && answer->head.request == 1;
  if (!ours || answer->body.empty())
    return fail(ErrorCode::kMalformed, "the keeper's hello does not follow its format");
  if (answer->body[0] != 0) return fail(ErrorCode::kRefused, "the keeper refuses this process");
  auto hello = TRY(wire::decode<wire::HelloAnswer>(answer->body.subspan(1)));
  instance_ = hello.instance;
  (void)socket_.non_blocking(true, ec);
  if (ec) return fail(ErrorCode::kIo, "the keeper channel cannot be made non-blocking");
  read();
  return hello;
}

Task<ByteView> KeeperChannel::ask(wire::Op op, ByteView message) {
  return asio::async_initiate<const AwaitHere, void(ByteView)>(
      [this, op, message](Waiter waiter) { send(op, message, std::move(waiter)); }, AwaitHere());
}

void KeeperChannel::send(wire::Op op, ByteView message, Waiter waiter) {
  CHECK(!free_slots_.empty());
  const auto index = free_slots_.back();
  free_slots_.pop_back();
  ++outstanding_;
  auto& slot = slots_[index];
  slot.request = ++sequence_ << kSlotBits | index;
  slot.op = op;
  slot.waiter.emplace(std::move(waiter));
  wire::put_frame(output_, {static_cast<std::uint16_t>(op), slot.request, instance_}, message);
  if (flush_posted_ || write_waits_) return;
  // Written once everything that is ready now has asked: one write for many questions.
  flush_posted_ = true;
  asio::post(io_, [this] {
    flush_posted_ = false;
    flush();
  });
}

void KeeperChannel::flush() {
  while (!write_waits_ && !is_lost_ && !output_.empty()) {
    error_code ec;
    const auto written = socket_.write_some(asio::buffer(output_), ec);
    if (!ec && written == output_.size()) return output_.clear();
    if (ec && ec != asio::error::would_block) return lose("the keeper closed the channel");
    // The keeper is behind: the rest waits for room, and what is asked meanwhile is collected.
    writing_.assign(output_.begin() + static_cast<std::ptrdiff_t>(ec ? 0 : written), output_.end());
    output_.clear();
    write_waits_ = true;
    asio::async_write(socket_, asio::buffer(writing_), [this](error_code failed, std::size_t) {
      write_waits_ = false;
      if (failed) return lose("the keeper closed the channel");
      flush();
    });
  }
}

void KeeperChannel::read() {
  socket_.async_read_some(asio::buffer(input_), [this](error_code ec, std::size_t got) {
    if (is_lost_) return;
    if (ec) return lose("the keeper closed the channel");
    reader_.feed(ByteView(input_).first(got));
    for (;;) {
      const auto frame = reader_.next();
      if (!frame) return lose(frame.error().context);
      if (!*frame) break;
      if (const auto delivered = deliver(**frame); !delivered)
        return lose(delivered.error().context);
      if (is_lost_) return;
    }
    read();
  });
}

Status KeeperChannel::deliver(const wire::FrameView& frame) {
  const auto index = frame.head.request & kSlotMask;
  if (index >= slots_.size())
    return fail(ErrorCode::kMalformed, "the keeper answered what nobody asked");
  auto& slot = slots_[index];
  if (!slot.waiter || slot.request != frame.head.request ||
      frame.head.op != static_cast<std::uint16_t>(slot.op) || frame.body.empty()) {
    return fail(ErrorCode::kMalformed, "the keeper answered what nobody asked");
  }
  auto waiter = std::move(*slot.waiter);
  slot.waiter.reset();
  free_slots_.push_back(static_cast<std::uint32_t>(index));
  --outstanding_;
  std::move(waiter)(frame.body);
  return {};
}

void KeeperChannel::lose(const char* why) {
  if (std::exchange(is_lost_, true)) return;
  error_code ec;
  (void)socket_.close(ec);
  lost_(why);
}

}  // namespace bulkhead::front
