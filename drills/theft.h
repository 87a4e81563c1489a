// The frame of a theft over the public interfaces: a house, honest agents beside it, the attack,
// and then the accounts, compared: what reached the thief, what the tap saw leave the keeper, what
// the ledger says. Owned by drills.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "drills/drill.h"
#include "drills/honest.h"
#include "drills/thief.h"

namespace bulkhead::drills {

// What the ledger says left the keeper, asked over the admin channel.
struct AccountRow {
  FieldSet fields;  // clear or masked
  bool existence = false;
};
using Account = std::map<std::uint32_t, AccountRow>;  // by customer's index

struct Attack {
  const DrillRun& run;
  const Stage& stage;
  House& house;
  CaseBook& book;
  HonestTeam& honest;
  Evidence& evidence;
  wire::ScopeQuery& scope;  // what the ledger will be asked; the attack may say more
  DrillReport& report;      // the attack sets bounds, `exceeded` and notes
  Account& lost;            // what the ledger said before it lost it, and says is lost
  Bytes& channel;           // all that the keeper sent to a front of the thief's own
};

struct Theft {
  std::string principal;  // whose session or secret is stolen; empty: everybody's in that network
  std::string network;    // the network of that session
  Face face{};            // the instance that is attacked
  bool events = false;    // honest agents open cases about which the client hears
  std::function<Status(Attack&)> attack;
  // What a thief does to the files once the house has stopped.
  std::function<Status(const House&, DrillReport&)> afterwards = {};
};

// One run without the protection that `run` names, if any.
Result<DrillReport> run_theft(const DrillRun& run, const Theft& theft);

Result<Account> ask_scope(const House& house, const Stage& stage, const wire::ScopeQuery& query);

// Recall also over whom lookups showed to exist; precision over fields alone, since a lookup that
// was recorded for an answer that then had to be refused is no field.
AffectedReport compare(const Loot& loot, const Account& account);

// How many tokens that left the keeper are missing in the account of everything; `seen` gets whose
// they were.
Result<std::uint64_t> tokens_not_accounted(const std::string& tap_file, const TokenTable& tokens,
                                           const Account& all, std::set<std::uint32_t>& seen);

// What came out of the keeper to a front of the thief's own, value by value.
struct ChannelCheck {
  std::uint64_t values = 0;
  std::uint64_t not_accounted = 0;  // that the ledger does not name for that front
  std::uint64_t unknown = 0;        // that the thief did not write down
  std::set<std::uint32_t> seen;     // whose they were
};
ChannelCheck check_channel(ByteView sent, const TokenTable& tokens, const Account& account,
                           const Loot& loot);

// The ledger of a house that stopped: untouched it must be accepted, each tampered copy refused.
Status check_ledger(const Stage& stage, const House& house, const Outsider& outsider,
                    DrillReport& report);

std::vector<HonestPlan> honest_plans(const Stage& stage, const House& house, bool events);

}  // namespace bulkhead::drills
