// Honest agents at work beside an attack: each signs in and serves its own customers well within
// its budget. A refusal to one of them is the defence's fault, so they must never ask for more than
// they may have. Owned by drills.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "drills/caller.h"
#include "drills/world.h"

namespace bulkhead::drills {

struct HonestPlan {
  std::string name, password, code;
  client::ServerAddress address;
  std::vector<std::uint32_t> events;  // customers about whose baggage cases come in, one each round
  std::function<std::string()> next_code;  // for signing in again when a session has ended
};

// Shared by all agents of a run.
struct HonestWork {
  std::atomic<bool> stop = false;
  std::atomic<unsigned> signed_in = 0, failed = 0;
  std::atomic<std::uint64_t> reveals = 0, refused = 0;
  std::atomic<std::uint32_t> events = 0;  // cases opened whose event reached a client
  std::atomic<std::uint32_t> events_to_come = 0;

  void took(std::chrono::steady_clock::duration time) {
    const std::scoped_lock lock(mutex_);
    reveal_times_.push_back(time);
  }
  // How long each reveal took since the last call.
  std::vector<std::chrono::steady_clock::duration> take_reveal_times() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(reveal_times_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::chrono::steady_clock::duration> reveal_times_;
};

class HonestTeam {
 public:
  HonestTeam(const World& world, CaseBook& book) : world_(world), book_(book) {}
  HonestTeam(const HonestTeam&) = delete;
  HonestTeam& operator=(const HonestTeam&) = delete;
  ~HonestTeam() { end(); }

  // Starts everybody and waits until all have signed in. kUnavailable when one cannot.
  Status start(const std::vector<HonestPlan>& plans);
  // Lets everybody finish the round they are in, and at least one.
  void end();

  HonestWork work;

 private:
  void serve(const HonestPlan& plan);
  // One agent at work.
  struct Desk {
    const HonestPlan& plan;
    Caller caller;
  };
  void one_customer(Desk& desk, const SeenCase& row, bool first_round);
  void one_event(Desk& desk, std::uint32_t customer);
  template <class Ask>
  Answer ask(Desk& desk, Ask what);

  const World& world_;
  CaseBook& book_;
  std::vector<std::thread> threads_;
};

}  // namespace bulkhead::drills
