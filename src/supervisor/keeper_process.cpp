#include "supervisor/keeper_process.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "wire/descriptor.h"
#include "wire/front_messages.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kDrainRequest = 1;

template <class Message>
Bytes control_frame(const Message& message, std::uint64_t request) {
  Bytes bytes;
  wire::put_frame(bytes, {static_cast<std::uint16_t>(Message::kOp), request, {}},
                  wire::encode(message));
  return bytes;
}

}  // namespace

Status KeeperProcess::start(const Setup& setup, std::uint64_t now_ms) {
  started_ms_ = now_ms;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorCode::kIo, "no control channel");
  const Descriptor keeper_end(ends[1]);
  control_.reset(ends[0]);
  reader_ = wire::FrameReader(kControlBodyBytesMax);
  ready_.reset();
  draining_ = false;
  const auto key = TRY(open_root_key(setup));

  ChildPlan plan;
  plan.program = setup.keeper_program.get();
  plan.name = "bulkhead-keeper";
  plan.arguments = {"--data", setup.paths.keeper()};
  if (setup.options.demo) plan.arguments.emplace_back("--demo");
  for (const auto& protection : setup.options.without) {
    plan.arguments.emplace_back("--without");
    plan.arguments.push_back(protection);
  }
  if (!setup.options.second_place.empty()) {
    plan.arguments.emplace_back("--second-place");
    plan.arguments.push_back(setup.options.second_place);
  }
  if (!setup.options.replica.empty()) {
    plan.arguments.emplace_back("--replica");
    plan.arguments.push_back(setup.options.replica);
  }
  if (setup.options.ledger_space > 0) {
    plan.arguments.emplace_back("--ledger-space");
    plan.arguments.push_back(std::to_string(setup.options.ledger_space));
  }
  if (setup.options.unanchored) plan.arguments.emplace_back("--unanchored");
  if (setup.options.clock_ahead_s > 0) {
    plan.arguments.emplace_back("--clock-ahead");
    plan.arguments.push_back(std::to_string(setup.options.clock_ahead_s));
  }
  plan.descriptors = {{"--key-fd", key.get()}, {"--control-fd", keeper_end.get()}};
  plan.user = setup.users.keeper;
  child = TRY(start_program(plan));
  return {};
}

KeeperProcess::News KeeperProcess::read_control() {
  if (!control_) return News::kNothing;
  for (;;) {
    const auto frame = reader_.next();
    if (!frame) return News::kBroken;
    if (*frame) return understand(**frame);
    std::array<std::uint8_t, kControlBodyBytesMax> buffer;
    const auto got = recv(control_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return News::kNothing;
    if (got <= 0) {
      control_.reset();
      return News::kClosed;
    }
    reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
  }
}

KeeperProcess::News KeeperProcess::understand(const wire::FrameView& frame) {
  const auto op = static_cast<wire::Op>(frame.head.op);
  if (op == wire::Op::kKeeperReady && !ready_) {
    auto ready = wire::decode<wire::KeeperReady>(frame.body);
    if (!ready) return News::kBroken;
    ready_ = std::move(*ready);
    return News::kReady;
  }
  if (op == wire::Op::kDrain && draining_ && frame.head.request == kDrainRequest) {
    return wire::decode<wire::Done>(frame.body) ? News::kDrained : News::kBroken;
  }
  return News::kBroken;
}

Status KeeperProcess::pass_channel(const wire::NewChannel& channel, int descriptor) {
  return wire::send_with_descriptor(control_.get(), control_frame(channel, 0), descriptor);
}

Status KeeperProcess::ask_to_drain() {
  draining_ = true;
  return wire::send_with_descriptor(control_.get(), control_frame(wire::Drain{}, kDrainRequest),
                                    -1);
}

void KeeperProcess::ended(std::uint64_t now_ms) {
  control_.reset();
  ready_.reset();
  start_at_ms = now_ms + back_off_.after_death(now_ms - started_ms_);
}

}  // namespace bulkhead
