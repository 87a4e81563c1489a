// How the house is, told to whoever reaches admin.sock, and the lifting of what the keeper refuses
// since it ended it. A status must tell nothing of a customer. Owned by wire; the handlers are in
// keeper/.
#pragma once

#include "wire/ledger_messages.h"

namespace bulkhead::wire {

struct StatusQuery {
  static constexpr Op kOp = Op::kStatus;
  bool measure = false;  // also give figures that cost time
  WIRE_MEMBERS(measure)
};
struct FrontRow {
  Face face{};
  InstanceNumber instance;  // as entries name it
  WIRE_MEMBERS(face, instance)
};
inline constexpr std::size_t kFrontRowsMax = 64;
struct StatusAnswer {
  Text<128> origin;
  bool demo = false;
  std::uint64_t ledger_size = 0;
  std::uint64_t checkpoint_size = 0;
  std::uint32_t customers = 0;
  std::uint32_t open_cases = 0;
  std::uint32_t staff = 0;
  std::uint32_t clients = 0;
  std::uint32_t sessions = 0;
  std::uint32_t policy = 0;
  std::uint64_t up_s = 0;
  std::uint32_t rss_mib = 0;
  bool breached_passwords = false;
  std::array<std::uint8_t, 32> ledger_public_key{};
  List<FrontRow, kFrontRowsMax> fronts;  // that hold a channel now
  List<Text<32>, 128> quarantined;       // refused, since they ended the keeper again and again
  List<Text<32>, 16> without;            // protections switched off in a drill directory
  // Of the keeper's state, and how many entries made it; drill directories only, since it walks
  // over all of it.
  std::uint64_t state_fingerprint = 0;
  std::uint64_t state_entries = 0;
  LedgerStanding standing;
  WIRE_MEMBERS(origin, demo, ledger_size, checkpoint_size, customers, open_cases, staff, clients,
               sessions, policy, up_s, rss_mib, breached_passwords, ledger_public_key, fronts,
               quarantined, without, state_fingerprint, state_entries, standing)
};

struct LiftQuarantine {
  static constexpr Op kOp = Op::kLiftQuarantine;
  Text<32> operation;  // its name, as the status has it
  WIRE_MEMBERS(operation)
};

}  // namespace bulkhead::wire
