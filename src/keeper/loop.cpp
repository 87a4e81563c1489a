#include "keeper/loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/check.h"
#include "base/log.h"
#include "keeper/rules.h"
#include "wire/control_messages.h"
#include "wire/descriptor.h"

namespace bulkhead {
namespace {
constexpr int kEventsPerTurn = 64;
constexpr int kSendBufferBytes = 4 << 20;
constexpr std::size_t kControlBytesMax = 4096;
constexpr std::uint32_t kClosedRetryS = 60;
static_assert(kTurnEntries + kRecordValuesMax + wire::kSeedCasesMax * 2 < kAppendEntriesMax);

// What became durable goes to the threads that act on it.
void hand_over(std::vector<Pending> pending, const LoopParts& parts) {
  std::vector<Pending> acts;
  std::vector<Pending> writes;
  std::vector<Pending> scans;
  acts.reserve(pending.size());
  for (auto& one : pending) {
    auto& to = one.lane == Lane::kWriter ? writes : one.lane == Lane::kScan ? scans : acts;
    to.push_back(std::move(one));
  }
  if (!acts.empty()) parts.acts.run(std::move(acts));
  const auto to_lane = [](WorkLane& lane, std::vector<Pending>& batch, VaultReader& reader,
                          Vault* writer) {
    if (batch.empty()) return;
    auto shared = std::make_shared<std::vector<Pending>>(std::move(batch));
    const bool queued = lane.submit([shared, &reader, writer] {
      ActContext context{reader, writer};
      answer(*shared, context);
    });
    if (queued) return;
    ActContext context{reader, writer};
    for (auto& one : *shared) {
      one.act = {};
      one.ready = refuse_with(Reason::kTooMany, 5);
    }
    answer(*shared, context);
  };
  to_lane(parts.writer_lane, writes, parts.writer_reader, &parts.keeper.parts().vault);
  to_lane(parts.scan_lane, scans, parts.scan_reader, nullptr);
}

// In a production directory nobody widens alone (handlers_proposal.cpp).
Outcome act_on(Keeper& keeper, const Rule& rule, const Call& call) {
  if (rule.width == nullptr || keeper.parts().demo) return rule.handle(keeper, call);
  switch (rule.width(call.body)) {
    case Width::kMalformed:
      return Outcome::protocol_broken();
    case Width::kWide:
      return handlers::propose(keeper, call);
    case Width::kNarrow:
      break;
  }
  return rule.handle(keeper, call);
}
}  // namespace

Loop::Loop(LoopParts parts)
    : parts_(parts), epoll_(epoll_create1(EPOLL_CLOEXEC)), control_reader_(kControlBytesMax) {
  CHECK(epoll_ >= 0);
  CHECK(fcntl(parts_.control_fd, F_SETFL, O_NONBLOCK) == 0);
  watch(parts_.control_fd);
  watch(parts_.keeper.parts().mailbox.fd());
}

Loop::~Loop() {
  for (const int fd : passed_) close(fd);
  close(epoll_);
}

void Loop::watch(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0);
}

Status Loop::run() {
  end_turn();  // what the start recorded
  std::array<epoll_event, kEventsPerTurn> events{};
  while (!draining_) {
    const int count = epoll_wait(epoll_, events.data(), kEventsPerTurn, kTickMs);
    if (count < 0 && errno != EINTR) return fail(ErrorCode::kIo, "cannot wait for frames");
    parts_.keeper.begin_turn();
    if (count > 0) {
      TRY_STATUS(handle_events(std::span(events).first(static_cast<std::size_t>(count))));
    }
    tick();
    if (draining_) parts_.keeper.end();
    end_turn();
  }
  return {};
}

Status Loop::handle_events(std::span<const epoll_event> events) {
  // One view of the vault for the turn: SQLite's file locks cost as much as the reads themselves.
  const ReadWindow window(parts_.keeper.parts().reader);
  for (const auto& event : events) {
    const int fd = event.data.fd;
    if (fd == parts_.control_fd) {
      TRY_STATUS(read_control());
    } else if (fd == parts_.keeper.parts().mailbox.fd()) {
      for (auto& resume : parts_.keeper.parts().mailbox.take()) resume();
    } else if (const auto at = channels_.find(fd); at != channels_.end()) {
      read_channel(std::shared_ptr<Channel>(at->second));
    }
  }
  return {};
}

void Loop::tick() {
  const auto now_ms = parts_.keeper.now_ms();
  if (now_ms < ticked_ms_ + kTickMs) return;
  ticked_ms_ = now_ms;
  parts_.keeper.sweep();
  for (auto at = channels_.begin(); at != channels_.end();) {
    at->second->flush();
    if (at->second->closed()) {
      epoll_ctl(epoll_, EPOLL_CTL_DEL, at->first, nullptr);
      ::shutdown(at->first, SHUT_RDWR);
      at = channels_.erase(at);
    } else {
      ++at;
    }
  }
}

Status Loop::read_control() {
  std::array<std::uint8_t, kControlBytesMax> buffer{};
  auto received = wire::receive_with_descriptor(parts_.control_fd, buffer);
  if (!received) return std::unexpected(received.error());
  if (received->again) return {};
  if (received->bytes == 0) return fail(ErrorCode::kUnavailable, "the supervisor has gone");
  if (received->descriptor) passed_.push_back(received->descriptor.release());
  control_reader_.feed(ByteView(buffer).first(received->bytes));
  for (;;) {
    const auto frame = TRY(control_reader_.next());
    if (!frame) return {};
    if (frame->head.op == static_cast<std::uint16_t>(wire::Op::kNewChannel)) {
      const auto message = TRY(wire::decode<wire::NewChannel>(frame->body));
      if (passed_.empty())
        return fail(ErrorCode::kMalformed, "a new channel came without its descriptor");
      open_channel(passed_.front(), message.face);
      passed_.erase(passed_.begin());
    } else if (frame->head.op == static_cast<std::uint16_t>(wire::Op::kDrain)) {
      drain_request_ = frame->head.request;
      draining_ = true;
    } else {
      return fail(ErrorCode::kMalformed, "unknown order on the control channel");
    }
  }
}

void Loop::open_channel(int fd, Face face) {
  if (channels_.size() >= kChannelsMax) {
    close(fd);
    return;
  }
  CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  // Large enough that an answer seldom has to wait for the next tick.
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
  const auto instance = parts_.keeper.take_instance_number();
  channels_[fd] = std::make_shared<Channel>(fd, face, instance);
  watch(fd);
}

void Loop::read_channel(const std::shared_ptr<Channel>& channel) {
  static thread_local std::array<std::uint8_t, kReadBytesPerTurn> buffer;
  const auto count = recv(channel->fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count <= 0) {
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    forget(channel);
    return;
  }
  channel->reader.feed(ByteView(buffer).first(static_cast<std::size_t>(count)));
  while (!channel->closed()) {
    const auto frame = channel->reader.next();
    if (!frame) return break_channel(channel, {channel, {}, {}}, frame.error().context);
    if (!*frame) return;
    handle(channel, **frame);
    if (parts_.keeper.turn().entries.size() >= kTurnEntries) end_turn();
  }
}

void Loop::handle(const std::shared_ptr<Channel>& channel, const wire::FrameView& frame) {
  const Call call{channel, frame.head, frame.body};
  const auto* rule = rule_of(frame.head.op);
  const bool admin = channel->face == Face::kAdmin;
  if (rule == nullptr || rule->admin != admin)
    return break_channel(channel, call, "an operation not of this channel");
  if (rule->stage != channel->stage)
    return break_channel(channel, call, "an operation not of this stage");
  if (frame.body.size() > rule->body_bytes_max)
    return break_channel(channel, call, "an operation too large");
  const bool greeting = channel->stage == Stage::kGreeting;
  const auto instance = greeting || admin ? InstanceNumber() : channel->instance;
  if (frame.head.instance != instance)
    return break_channel(channel, call, "a frame of another instance");

  if (admin && channel->stage == Stage::kServing && !parts_.keeper.operator_may_act(*channel))
    return parts_.keeper.answer_later(call, Outcome::refuse(Reason::kExpired));
  if (parts_.keeper.state().quarantined().contains(frame.head.op)) {
    parts_.keeper.record_unknown(call, EntryKind::kDenied, Reason::kTooMany, NetworkNumber());
    return parts_.keeper.answer_later(call, Outcome::refuse(Reason::kTooMany));
  }
  if (const auto closed = parts_.keeper.closed_for(rule->op))
    return parts_.keeper.answer_later(call, Outcome::refuse(*closed, kClosedRetryS));
  const InHand in_hand(frame.head.op);
  auto outcome = act_on(parts_.keeper, *rule, call);
  if (outcome.broken)
    return break_channel(channel, call, "a message that does not follow its format");
  if (!outcome.later) parts_.keeper.answer_later(call, std::move(outcome));
}

void Loop::break_channel(const std::shared_ptr<Channel>& channel, const Call& call,
                         const char* why) {
  log_warning("closing a {} channel: {}", name_of(channel->face), why);
  parts_.keeper.record_unknown(call, EntryKind::kDenied, Reason::kMalformed, NetworkNumber());
  forget(channel);
}

// At once, so that channels which come and go never add up. Acts that still hold it keep the
// descriptor open meanwhile.
void Loop::forget(const std::shared_ptr<Channel>& channel) {
  channel->close();
  epoll_ctl(epoll_, EPOLL_CTL_DEL, channel->fd(), nullptr);
  ::shutdown(channel->fd(), SHUT_RDWR);
  channels_.erase(channel->fd());
}

void Loop::end_turn() {
  auto& turn = parts_.keeper.turn();
  if (turn.entries.empty() && turn.pending.empty()) return;
  auto taken = std::exchange(turn, {});
  // On a disk that stands still nothing may be decided, so nothing more is read either.
  parts_.committer.wait_for_room(taken.entries.size());
  const auto submitted = parts_.committer.submit(
      std::move(taken.entries),
      [this, count = taken.entries.size(), has_rows = taken.has_rows,
       pending = std::move(taken.pending)](Result<LeafIndex> index) mutable {
        if (!index) {
          // The ledger cannot be written: nothing may be disclosed, and what is on disk decides at
          // the next start.
          log_error("the ledger failed: {}", index.error().context);
          std::_Exit(2);
        }
        hand_over(std::move(pending), parts_);
        if (has_rows) parts_.applied.reached(index->value + count);
      });
  CHECK(submitted.has_value());
}

void Loop::answer_drain() {
  Bytes frame;
  wire::put_frame(frame,
                  {static_cast<std::uint16_t>(wire::Op::kDrain), drain_request_, InstanceNumber()},
                  wire::encode(wire::Done{}));
  (void)wire::send_with_descriptor(parts_.control_fd, frame, -1);
}

}  // namespace bulkhead
