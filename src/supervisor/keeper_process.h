// The keeper as the supervisor sees it: a child and the control channel to it
// (wire/control_messages.h). It must never read the keeper's files or channels. Owned by
// supervisor.
#pragma once

#include <optional>

#include "base/descriptor.h"
#include "base/result.h"
#include "supervisor/back_off.h"
#include "supervisor/child_process.h"
#include "supervisor/setup.h"
#include "wire/control_messages.h"
#include "wire/frame.h"

namespace bulkhead {

inline constexpr std::size_t kControlBodyBytesMax = 1024;

class KeeperProcess {
 public:
  // Starts `bulkhead-keeper --data DATA/keeper [--demo] [--without NAME]... --key-fd N --control-fd
  // N`.
  Status start(const Setup& setup, std::uint64_t now_ms);

  enum class News { kNothing, kReady, kDrained, kClosed, kBroken };
  // Takes what the control channel holds, one message at a time; kClosed: the keeper ends; kBroken:
  // it must be killed.
  News read_control();
  Status pass_channel(const wire::NewChannel& channel, int descriptor);
  Status ask_to_drain();

  bool ready() const { return ready_.has_value() && child.alive() && control_; }
  bool is_demo() const { return ready_ && ready_->demo; }
  int control() const { return control_.get(); }
  // To be called when the child has been reaped; the next start waits for the back-off.
  void ended(std::uint64_t now_ms);

  ChildProcess child;
  std::uint64_t start_at_ms = 0;

 private:
  News understand(const wire::FrameView& frame);

  Descriptor control_;
  wire::FrameReader reader_{kControlBodyBytesMax};
  std::optional<wire::KeeperReady> ready_;
  bool draining_ = false;
  BackOff back_off_;
  std::uint64_t started_ms_ = 0;
};

}  // namespace bulkhead
