// A front that belongs to the attacker: it holds a channel to the keeper, sees what passes and says
// what it likes. Browsers behind it are honest and keep their keys. Owned by drills.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/descriptor.h"
#include "crypto/ecdh.h"
#include "crypto/hash.h"
#include "drills/house.h"
#include "wire/frame.h"
#include "wire/front_messages.h"
#include "wire/paths.h"

namespace bulkhead::drills {

struct ChannelAnswer {
  Reason reason{};
  Bytes rest;
};

class OwnedFront {
 public:
  // A channel on which nothing was said yet. Needs a house with front.sock.
  static Result<OwnedFront> connect(const House& house);
  // The same after the greeting.
  static Result<OwnedFront> greeted(const House& house);

  InstanceNumber instance() const { return instance_; }
  // All that the keeper answered since the last call, as it came.
  Bytes take_seen() { return std::exchange(seen_, {}); }

  // Nothing when the keeper closed the channel.
  std::optional<ChannelAnswer> say(std::uint16_t op, ByteView body, InstanceNumber as);
  template <class Message>
  std::optional<ChannelAnswer> ask(const Message& message) {
    return say(static_cast<std::uint16_t>(Message::kOp), wire::encode(message), instance_);
  }

 private:
  explicit OwnedFront(Descriptor socket) : socket_(std::move(socket)) {}

  Descriptor socket_;
  wire::FrameReader reader_;
  InstanceNumber instance_;
  std::uint64_t request_ = 0;
  Bytes seen_;
};

// A browser, or whoever holds its key.
struct HeldSession {
  SessionId id;
  SecretBytes key;
  std::uint64_t counter = 0;
  wire::NetworkAddress network{};

  template <class Message>
  Message signed_message(Message message) {
    auto& proof = message.proof;
    proof.session = id;
    proof.counter = ++counter;
    proof.network = network;
    const auto target = wire::target_of(message);
    proof.mac = hmac_sha256(key, wire::proof_bytes(proof, target.method, target.path,
                                                   sha256(view_of(target.content()))));
    return message;
  }
};

// 127.0.5.x, as fronts say it.
wire::NetworkAddress address_of_insider(unsigned position);

// Signs that member of staff in through the front, with a key of whoever calls.
Result<HeldSession> sign_in_through(OwnedFront& front, const House& house, const Stage& stage,
                                    const std::string& name, const wire::NetworkAddress& network);

}  // namespace bulkhead::drills
