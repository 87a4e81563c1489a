// What an outsider with the ledger's key and a checkpoint of his own can say about a ledger on a
// disk, and the ways in which somebody who owns the disk may try to deceive him. Copies are
// tampered with, never the ledger itself. Owned by drills.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace bulkhead::drills {

struct Outsider {
  std::string verifier_key;
  std::string checkpoint;  // the signed note he holds; empty: none
};

struct LedgerJudgement {
  bool accepted = false;
  std::uint64_t size = 0;
  std::vector<std::string> problems;
};

// Verifies all of it, and that it continues what the outsider's checkpoint says.
LedgerJudgement judge_ledger(const std::string& folder, const Outsider& outsider);

enum class Tampering : std::uint8_t { kEntry, kPrivatePart, kSignature, kRollBack };
struct TamperOutcome {
  Tampering what{};
  bool refused = false;
};
std::string_view describe(Tampering tampering);

// Does each to a copy below `work_folder`; `older` is the same ledger as it once was, with its own
// checkpoint.
Result<std::vector<TamperOutcome>> try_tampering(const std::string& folder,
                                                 const std::string& older,
                                                 const std::string& work_folder,
                                                 const Outsider& outsider);

// Refusals that stand in the ledger since then, as its public leaves show them.
Result<std::uint64_t> count_denials(const std::string& folder, std::uint64_t from_wall_ms);

}  // namespace bulkhead::drills
