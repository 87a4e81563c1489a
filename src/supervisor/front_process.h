// One front as the supervisor sees it: an instance's name and port, its child, its channel to the
// keeper and, in a drill, the relay between. A restart must never reuse a channel: what a dead
// front left unread is another's. Owned by supervisor.
#pragma once

#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "base/words.h"
#include "supervisor/back_off.h"
#include "supervisor/child_process.h"
#include "supervisor/keeper_process.h"
#include "supervisor/setup.h"

namespace bulkhead {

class FrontProcess {
 public:
  FrontProcess(std::string instance, Face face) : instance_(std::move(instance)), face_(face) {}

  // Starts `bulkhead-front --instance NAME --host NAME.localhost:PORT --keeper-fd N --listen-fd N
  // [--plain-fd N] --cert-fd N --key-fd N [--pages-fd N] --escape-targets-fd N --report-fd N` and
  // hands the keeper the other end of its channel. The front writes one line, "ready NAME", to the
  // report. kUnavailable: the keeper takes no channel.
  Status start(const Setup& setup, KeeperProcess& keeper, std::uint64_t now_ms);
  // To be called when the child has been reaped.
  void ended(std::uint64_t now_ms);
  // What the last child's self-test reached, when it ended with kExitEscapeSucceeded.
  std::vector<std::string> escapes() const;

  const std::string& instance() const { return instance_; }
  const Listener& listener(const Setup& setup) const {
    return face_ == Face::kDesk ? setup.desk : setup.api;
  }
  // Whether the running child has said that it accepts connections; `report` is to be polled until
  // then.
  bool answers();
  int report() const { return report_.get(); }

  ChildProcess child;
  ChildProcess relay;
  std::uint64_t start_at_ms = 0;

 private:
  Result<Descriptor> tapped(const Setup& setup, Descriptor keeper_side);

  std::string instance_;
  Face face_;
  Descriptor report_;
  bool answers_ = false;
  Descriptor targets_;
  unsigned starts_ = 0;
  BackOff back_off_;
  std::uint64_t started_ms_ = 0;
};

}  // namespace bulkhead
