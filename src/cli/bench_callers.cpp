#include "cli/bench_callers.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "crypto/ecdh.h"
#include "crypto/hash.h"
#include "ledger/fdatasync_baseline.h"
#include "wire/paths.h"

namespace bulkhead::cli {
namespace {

constexpr std::size_t kCallersReadBytes = 256u << 10;
constexpr std::size_t kSamplesExpected = 1u << 20;

Status send_whole(int socket, ByteView bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return fail(ErrorCode::kUnavailable, "the keeper closed the channel");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

// A browser at 127.0.0.1.
wire::NetworkAddress local_address() {
  wire::NetworkAddress address{};
  address[10] = address[11] = 0xff;
  address[12] = 127;
  address[15] = 1;
  return address;
}

// Every value must be of the asked field, and in clear.
bool holds(ByteView body, Field field) {
  if (body.empty() || body[0] != static_cast<std::uint8_t>(Reason::kNone)) return false;
  const auto record = wire::decode<wire::RecordAnswer>(body.subspan(1));
  if (!record) return false;
  for (const auto& value : record->values.items) {
    if (value.field != static_cast<std::uint8_t>(field) || value.masked) return false;
  }
  return true;
}

}  // namespace

void RunMeter::answered(std::size_t caller) {
  if (took_us_.empty()) took_us_.reserve(kSamplesExpected);
  last_ = Clock::now();
  took_us_.push_back(std::chrono::duration<double, std::micro>(last_ - sent_[caller]).count());
}

BenchRun RunMeter::finish() {
  BenchRun run{.callers = static_cast<unsigned>(sent_.size())};
  const std::chrono::duration<double> took = last_ - started_;
  if (took_us_.empty()) return run;
  run.per_s = static_cast<double>(took_us_.size()) / took.count();
  run.p50_us = percentile(took_us_, 0.50);
  run.p99_us = percentile(took_us_, 0.99);
  return run;
}

Result<ChannelCallers> ChannelCallers::open(Descriptor channel, Face face) {
  ChannelCallers callers(std::move(channel));
  const auto hello = TRY(callers.call<wire::HelloAnswer>(wire::Hello{.face = face, .escapes = 0}));
  callers.instance_ = hello.instance;
  return callers;
}

Status ChannelCallers::read_more() {
  std::array<std::uint8_t, kCallersReadBytes> buffer;
  for (;;) {
    const auto got = recv(channel_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(ErrorCode::kUnavailable, "the keeper closed the channel");
    reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
    return {};
  }
}

template <class Answer, class Message>
Result<Answer> ChannelCallers::call(const Message& message) {
  Bytes frame;
  wire::put_frame(frame, {static_cast<std::uint16_t>(Message::kOp), 0, instance_},
                  wire::encode(message));
  TRY_STATUS(send_whole(channel_.get(), frame));
  for (;;) {
    const auto answer = TRY(reader_.next());
    if (!answer) {
      TRY_STATUS(read_more());
      continue;
    }
    if (answer->body.empty() || answer->body[0] != 0)
      return fail(ErrorCode::kRefused, "the keeper refused a caller of the bench");
    return wire::decode<Answer>(answer->body.subspan(1));
  }
}

Status ChannelCallers::sign_in(const std::string& name, const std::string& password,
                               const std::string& code) {
  const auto key = TRY(EcdhKey::generate());
  const auto answer = TRY(call<wire::SignInAnswer>(wire::SignIn{.name = {name},
                                                                .password = {password},
                                                                .code = {code},
                                                                .public_key = key.public_key(),
                                                                .network = local_address()}));
  const auto agreed = TRY(key.agree(answer.keeper_public_key));
  client::BrowserState state;
  state.session = answer.session;
  state.key = TRY(client::staff_key(agreed, answer.session));
  sessions_.push_back(std::move(state));
  return {};
}

void ChannelCallers::put_reveal(std::size_t caller, const Asked& asked, Bytes& to) {
  auto& session = sessions_[caller];
  wire::Reveal message{.proof = {.session = session.session,
                                 .lane = session.lane,
                                 .counter = ++session.counter,
                                 .mac = {},
                                 .network = local_address()},
                       .id = asked.id,
                       .fields = FieldSet::of(asked.field),
                       .purpose = Purpose::kService};
  const auto target = wire::target_of(message);
  message.proof.mac =
      hmac_sha256(session.key, wire::proof_bytes(message.proof, target.method, target.path,
                                                 sha256(view_of(target.content()))));
  wire::put_frame(to, {static_cast<std::uint16_t>(wire::Reveal::kOp), caller, instance_},
                  wire::encode(message));
}

Result<ChannelCallers::Outcome> ChannelCallers::run(unsigned callers,
                                                    std::chrono::milliseconds lasts,
                                                    const std::function<Asked()>& next) {
  RunMeter meter(callers);
  std::vector<Asked> asked(callers);
  Bytes out;
  const auto ask = [&](std::size_t caller) {
    asked[caller] = next();
    meter.sent(caller);
    put_reveal(caller, asked[caller], out);
  };
  meter.begin();
  const auto deadline = std::chrono::steady_clock::now() + lasts;
  for (std::size_t i = 0; i < callers; ++i) ask(i);
  for (unsigned open = callers; open > 0;) {
    if (!out.empty()) TRY_STATUS(send_whole(channel_.get(), out));
    out.clear();
    TRY_STATUS(read_more());
    const bool over = std::chrono::steady_clock::now() >= deadline;
    while (const auto frame = TRY(reader_.next())) {
      const auto caller = frame->head.request;
      if (caller >= callers || !holds(frame->body, asked[caller].field)) {
        return fail(ErrorCode::kRefused,
                    "the keeper did not answer with the field that was asked for");
      }
      meter.answered(caller);
      if (over)
        --open;
      else
        ask(caller);
    }
  }
  const auto answers = meter.answers();
  return Outcome{meter.finish(), answers};
}

}  // namespace bulkhead::cli
