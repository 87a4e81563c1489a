#include "cli/admin_connection.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "supervisor/serve.h"

namespace bulkhead::cli {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;

Status write_all(int socket, ByteView bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return fail(ErrorCode::kUnavailable, "the keeper closed the connection");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

}  // namespace

const char* advice(Reason reason) {
  switch (reason) {
    case Reason::kRole:
      return "refused: this exists in demo and drill directories only, or needs an admin";
    case Reason::kNotThere:
      return "refused: there is no such name";
    case Reason::kBadCredentials:
      return "refused: name, password or code is wrong, or the new password is too weak";
    case Reason::kBackOff:
      return "refused: too many failed sign-ins, wait a while";
    case Reason::kLedger:
      return "the ledger cannot be written; look at the keeper's log and the disk";
    case Reason::kMalformed:
      return "refused: a value is not allowed here (names use a-z, 0-9 and -._@)";
    case Reason::kTooMany:
      return "refused: there are too many already, or the keeper is busy";
    case Reason::kState:
      return "refused: the name is taken, it was done already, or it has to wait (bulkhead status)";
    case Reason::kNoSession:
    case Reason::kExpired:
      return "refused: the sign-in has ended; sign in again with: bulkhead login --admin";
    case Reason::kSpace:
      return "refused: the disk is full; only what narrows is done until there is room";
    case Reason::kRestart:
      return "the keeper restarted meanwhile; try again";
    default:
      return "the keeper refused";
  }
}

Result<AdminConnection> AdminConnection::open(const std::string& data_dir) {
  const auto path = DataPaths(data_dir).admin_socket();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorCode::kTooLarge, "the data directory's path is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail(ErrorCode::kIo, "no socket could be made");
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EACCES || errno == EPERM) {
      return fail(ErrorCode::kRefused,
                  "this data directory belongs to another user; run the command as that user");
    }
    return fail(
        ErrorCode::kNotFound,
        "nothing runs on this data directory; start it with: script/server, or bulkhead serve");
  }
  return over(std::move(socket));
}

Result<AdminConnection> AdminConnection::over(Descriptor socket) {
  const timeval wait{.tv_sec = kAnswerWaitSMax, .tv_usec = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  AdminConnection connection(std::move(socket));
  connection.hello_ = TRY(connection.call<wire::AdminHelloAnswer>(wire::AdminHello{}));
  return connection;
}

Result<wire::AdminSession> AdminConnection::sign_in(const wire::AdminSignIn& message) {
  auto session = TRY(call<wire::AdminSession>(message));
  hello_.signed_in = true;
  return session;
}

Status AdminConnection::resume(const wire::AdminToken& token) {
  TRY(call<wire::Done>(wire::AdminResume{.token = token}));
  hello_.signed_in = true;
  return {};
}

Result<std::uint64_t> AdminConnection::send_frame(std::uint16_t op, const Bytes& body) {
  if (body.size() > wire::kFrameBodyBytesMax)
    return fail(ErrorCode::kTooLarge, "a message is too large for the keeper");
  const auto request = next_request_++;
  Bytes frame;
  frame.reserve(wire::kFrameHeadBytes + body.size());
  wire::put_frame(frame, {op, request, {}}, body);
  TRY_STATUS(write_all(socket_.get(), frame));
  return request;
}

Result<RawAnswer> AdminConnection::receive() {
  std::array<std::uint8_t, kReadBytes> buffer;
  for (;;) {
    const auto frame = TRY(reader_.next());
    if (frame) return RawAnswer{frame->head.request, Bytes(frame->body.begin(), frame->body.end())};
    const auto got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kUnavailable, "the keeper does not answer");
    if (got == 0) return fail(ErrorCode::kUnavailable, "the keeper closed the connection");
    reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
  }
}

Status AdminConnection::read_reason(ByteView body) {
  if (body.empty() || body[0] >= word_count<Reason>())
    return fail(ErrorCode::kMalformed, "the keeper's answer is broken");
  last_reason_ = static_cast<Reason>(body[0]);
  retry_after_s_ = 0;
  if (last_reason_ == Reason::kNone) return {};
  if (const auto refusal = wire::decode<wire::Refusal>(body.subspan(1)))
    retry_after_s_ = refusal->retry_after_s;
  return fail(ErrorCode::kRefused, advice(last_reason_));
}

}  // namespace bulkhead::cli
