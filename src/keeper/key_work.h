// Takes the change of customers' keys that the ledger says is under way to its end, step by step on
// the writer lane, since the vault has one writer: other writes come between two steps, and reveals
// go on beside them. It must never begin before the entry that says so is durable, nor say that it
// ended before the old keys are destroyed. Owned by keeper, used by the loop alone.
#pragma once

#include <cstdint>

#include "vault/vault.h"

namespace bulkhead {

class Keeper;

class KeyWork {
 public:
  // Submits the next step, unless one is under way. Part of Keeper::sweep().
  void go_on(Keeper& keeper);
  // Of the change under way.
  const KeyProgress& progress() const { return progress_; }

 private:
  void stepped(Keeper& keeper, const Result<KeyProgress>& step);

  KeyProgress progress_;
  bool in_hand_ = false;
  std::uint64_t not_before_ms_ = 0;  // keeper time of the next try
  std::uint64_t begun_ = 0;          // entries that must be durable before the first step
};

// Whether the ring holds the keys that these facts speak of, or those of the next step of a change
// that a crash interrupted. kConflict: ledger or key files were rolled back.
struct KeyFacts;
Status check_key_files(const KeyRing& ring, const KeyFacts& facts);

}  // namespace bulkhead
