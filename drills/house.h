// Houses for drills: one is made and filled once (the stage), each run gets a copy of its files,
// started as the real product by the real command on ports of its own. A house must never outlive
// its run, nor touch any directory but the drill's. Owned by drills.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/admin_connection.h"
#include "cli/demo_sign_ins.h"
#include "client/client.h"
#include "drills/ledger_checks.h"
#include "drills/world.h"

namespace bulkhead::drills {

using Say = std::function<void(std::string_view)>;  // one line of progress

// Addresses of people and programs of the drill, all of 127.0.0.0/8.
inline constexpr const char* kThiefsOwnAddress = "127.0.66.6";
inline constexpr const char* kVictimAddress = "127.0.2.7";
inline constexpr const char* kVictimNetwork = "127.0.2.0/24";
inline constexpr const char* kClientAddress = "127.0.3.5";
inline constexpr const char* kClientNetwork = "127.0.3.0/24";
inline constexpr const char* kAuditorAddress = "127.0.4.1";
inline constexpr const char* kInsiderNetwork = "127.0.5.0/24";
std::string honest_address(unsigned agent);   // of 127.0.1.0/24
std::string insider_address(unsigned agent);  // of 127.0.5.0/24

// Who plays what, among the demo's staff.
inline constexpr unsigned kHonestAgents = 3;      // agent-01 to agent-03
inline constexpr std::uint32_t kVictimAgent = 6;  // position: agent-07
inline constexpr unsigned kFirstInsider = 4;      // agent-04 and on
inline constexpr const char* kVictimName = "agent-07";
inline constexpr const char* kLeadName = "lead-loyalty";
inline constexpr const char* kClientName = "drill-sync";
inline constexpr std::uint32_t kVictimCases = 12;
inline constexpr std::uint32_t kHonestCases = 4;

struct StageOptions {
  std::string folder;  // empty folder of the drill's own
  std::uint32_t customers = 2000;
  std::uint64_t seed = 1;
  std::int32_t today = 0;
  bool keep = false;
};

// Protections that are no switch of the product's: the runner itself plays their absence.
inline constexpr std::string_view kSealing = "sealing";
inline constexpr std::string_view kAnchor = "anchor";
inline constexpr std::string_view kConfinement = "confinement";
inline constexpr std::string_view kErasure = "erasure";
constexpr bool played_by_runner(std::string_view protection) {
  return protection == kSealing || protection == kAnchor || protection == kConfinement ||
         protection == kErasure;
}

struct Stage {
  std::string folder;  // holds "pristine" and later a folder for each run
  bool keep = false;   // whether a run's folder stays
  World world;
  cli::DemoSignIns sign_ins;
  Bytes client_secret;
  std::string auditor_token;
  std::vector<std::string> victim_case_ids;
  std::vector<std::uint32_t> event_customers;  // about whom honest agents open cases
};

Result<Stage> make_stage(const StageOptions& options, const Say& say);

// A running copy. Members of a house that ended may be looked at: its files are there until it goes
// out of scope.
class House {
 public:
  // Copies what lies in `from` ("pristine" or another run's name) and starts it without the
  // protection named, if any.
  static Result<std::unique_ptr<House>> start(const Stage& stage, const std::string& name,
                                              const std::string& without,
                                              const std::string& from = "pristine");
  House(const House&) = delete;
  House& operator=(const House&) = delete;
  ~House();

  // Words of `bulkhead serve` for starts from now on.
  void serve_with(std::vector<std::string> words) { words_ = std::move(words); }
  // Stops, and starts the same files again, its wall clock so far ahead.
  Status restart(const std::string& without, std::uint32_t clock_ahead_s);
  // Lets that much time pass for the keeper.
  Status move_clock(std::uint64_t forward_ms) const;
  // The keeper's process. kNotFound when it has gone.
  Result<pid_t> keeper() const;

  // Clean shutdown. kUnavailable when it did not end by itself in time, or not well.
  Status stop();

  Result<cli::AdminConnection> admin() const { return cli::AdminConnection::open(data()); }
  client::ServerAddress address(Face face, const std::string& from) const;
  Result<std::string> code_of(const std::string& name) const;
  // Signs a member of staff in from there.
  Status sign_in(client::Client& client, const Stage& stage, const std::string& name) const;
  // What an auditor would hold: the ledger's key and its checkpoint, once that covers all that
  // happened before the call.
  Result<Outsider> outsider(const Stage& stage) const;

  std::string folder() const { return folder_; }
  std::string data() const { return folder_ + "/data"; }
  std::string ledger() const { return data() + "/keeper/ledger"; }
  // What the keeper sent to that face, a file for each start.
  std::vector<std::string> tap_files(Face face) const;

 private:
  explicit House(std::string folder) : folder_(std::move(folder)) {}
  Status spawn(const std::string& without, std::uint32_t clock_ahead_s = 0);
  Status wait_until_ready();

  std::string folder_;
  std::vector<std::string> words_;
  pid_t pid_ = 0;
  bool keep_ = false;
  unsigned starts_ = 0;
  std::uint16_t desk_port_ = 0, api_port_ = 0;
  std::string certificate_;
};

// The whole file; drills read files of the houses they made, so the size is theirs.
Result<std::string> read_whole(const std::string& path);

}  // namespace bulkhead::drills
