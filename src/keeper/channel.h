// A channel is one descriptor on which a process or an operator speaks the keeper's protocol, with
// the stage it is in. Reading belongs to the loop thread alone; answers may be sent from any
// thread. It must never buffer without bound: a peer that does not read its answers is cut off.
// Owned by keeper.
#pragma once

#include <memory>
#include <mutex>

#include "base/ids.h"
#include "base/words.h"
#include "wire/frame.h"

namespace bulkhead {

// What a channel may send next. A front greets first (with its escape report), an operator may have
// to sign in.
enum class Stage : std::uint8_t { kGreeting, kSigningIn, kServing };

inline constexpr std::size_t kUnsentBytesMax = 64u << 20;

class Channel {
 public:
  // Takes over `fd`, a connected non-blocking stream socket.
  Channel(int fd, Face its_face, InstanceNumber its_instance)
      : face(its_face), instance(its_instance), fd_(fd) {}
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  int fd() const { return fd_; }

  // Sends whole frames, now as far as the socket takes them and the rest when it does. Any thread.
  void send(ByteView frames);
  // Goes on with what was not sent; true while something is left.
  bool flush();
  // The peer is gone or broke a rule; the loop removes the channel on its next turn. Any thread.
  void close();
  bool closed() const;
  bool has_unsent() const;

  const Face face;
  const InstanceNumber instance;
  Stage stage = Stage::kGreeting;
  PrincipalNumber operator_number;      // who signed in on an admin channel
  std::uint32_t operator_secrets = 0;   // with which version of their secrets
  std::uint64_t operator_until_ms = 0;  // keeper time, moved on by each frame
  wire::FrameReader reader;

 private:
  bool flush_locked();

  int fd_;
  mutable std::mutex mutex_;
  Bytes unsent_;
  std::size_t unsent_start_ = 0;
  bool closed_ = false;
};

}  // namespace bulkhead
