#include "drills/owned_front.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "supervisor/serve.h"

namespace bulkhead::drills {
namespace {

constexpr int kPatienceMs = 20'000;

}  // namespace

Result<OwnedFront> OwnedFront::connect(const House& house) {
  const auto path = DataPaths(house.data()).front_socket();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorCode::kTooLarge, "the drill's path is too long for a socket");
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(ErrorCode::kUnavailable, "the house gives no front's channel");
  return OwnedFront(std::move(socket));
}

Result<OwnedFront> OwnedFront::greeted(const House& house) {
  auto front = TRY(connect(house));
  const auto answer = front.ask(wire::Hello{Face::kDesk, 0});
  if (!answer || answer->reason != Reason::kNone)
    return fail(ErrorCode::kRefused, "the keeper does not greet the owned front");
  front.instance_ = TRY(wire::decode<wire::HelloAnswer>(answer->rest)).instance;
  return front;
}

std::optional<ChannelAnswer> OwnedFront::say(std::uint16_t op, ByteView body, InstanceNumber as) {
  Bytes frame;
  wire::put_frame(frame, {op, ++request_, as}, body);
  ByteView left(frame);
  while (!left.empty()) {
    const auto sent = send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent <= 0) return std::nullopt;
    left = left.subspan(static_cast<std::size_t>(sent));
  }
  std::array<std::uint8_t, 65536> buffer;
  for (;;) {
    const auto next = reader_.next();
    if (!next) return std::nullopt;
    if (*next) {
      const auto answer = (**next).body;
      if (answer.empty()) return std::nullopt;
      return ChannelAnswer{static_cast<Reason>(answer[0]), Bytes(answer.begin() + 1, answer.end())};
    }
    pollfd wait{socket_.get(), POLLIN, 0};
    if (poll(&wait, 1, kPatienceMs) != 1) return std::nullopt;
    const auto got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return std::nullopt;
    const ByteView bytes(buffer.data(), static_cast<std::size_t>(got));
    seen_.insert(seen_.end(), bytes.begin(), bytes.end());
    reader_.feed(bytes);
  }
}

wire::NetworkAddress address_of_insider(unsigned position) {
  wire::NetworkAddress address{};
  address[10] = address[11] = 0xff;
  address[12] = 127;
  address[14] = 5;
  address[15] = static_cast<std::uint8_t>(10 + position);
  return address;
}

Result<HeldSession> sign_in_through(OwnedFront& front, const House& house, const Stage& stage,
                                    const std::string& name, const wire::NetworkAddress& network) {
  const auto* const known = stage.sign_ins.find(name);
  if (known == nullptr)
    return fail(ErrorCode::kNotFound, "a member of the demo's staff is missing");
  const auto own = TRY(EcdhKey::generate());
  const auto answer = front.ask(wire::SignIn{
      {name}, {known->password}, {TRY(house.code_of(name))}, own.public_key(), network});
  if (!answer || answer->reason != Reason::kNone)
    return fail(ErrorCode::kRefused, "nobody can sign in through the owned front");
  const auto session = TRY(wire::decode<wire::SignInAnswer>(answer->rest));
  const auto shared = TRY(own.agree(session.keeper_public_key));
  return HeldSession{
      session.session,
      TRY(hkdf_sha256(shared, session.session.bytes, view_of(wire::kStaffKeyInfo), 32)), 0,
      network};
}

}  // namespace bulkhead::drills
