// The loop: one thread that reads every frame that has arrived, lets the rule table decide and the
// handlers authorise, and hands each turn to the committer. It must never block on anything but
// waiting for frames. Owned by keeper.
#pragma once

#include <sys/epoll.h>

#include <map>
#include <memory>
#include <span>

#include "keeper/act_pool.h"
#include "keeper/keeper.h"
#include "ledger/group_committer.h"

namespace bulkhead {

inline constexpr std::size_t kChannelsMax = 256;
inline constexpr std::size_t kReadBytesPerTurn =
    256u << 10;  // of one channel, so that none starves the others
// A turn with more entries ends early, so that it always fits into one append.
inline constexpr std::size_t kTurnEntries = 8'192;
inline constexpr int kTickMs = 200;

struct LoopParts {
  Keeper& keeper;
  GroupCommitter& committer;
  ActPool& acts;
  WorkLane& writer_lane;
  WorkLane& scan_lane;
  VaultReader& writer_reader;  // of the writer lane
  VaultReader& scan_reader;    // of the scan lane
  AppliedIndex& applied;
  int control_fd;
};

class Loop {
 public:
  explicit Loop(LoopParts parts);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until the supervisor asks to drain (success) or goes away (kUnavailable). What was read before
  // is answered.
  Status run();
  // Tells the supervisor that all is on the disk. After the committer and the ledger are closed.
  void answer_drain();

 private:
  Status handle_events(std::span<const epoll_event> events);
  Status read_control();
  void open_channel(int fd, Face face);
  void read_channel(const std::shared_ptr<Channel>& channel);
  void handle(const std::shared_ptr<Channel>& channel, const wire::FrameView& frame);
  void break_channel(const std::shared_ptr<Channel>& channel, const Call& call, const char* why);
  void forget(const std::shared_ptr<Channel>& channel);
  void end_turn();
  void tick();
  void watch(int fd);

  LoopParts parts_;
  int epoll_;
  std::map<int, std::shared_ptr<Channel>> channels_;
  wire::FrameReader control_reader_;
  std::vector<int> passed_;  // descriptors whose NewChannel frame is still to come
  std::uint64_t drain_request_ = 0;
  std::uint64_t ticked_ms_ = 0;
  bool draining_ = false;
};

}  // namespace bulkhead
