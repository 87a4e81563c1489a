// What the ledger says of customers' keys: the epoch they are wrapped in, and the change that is
// under way. Part of the state; it must never say that a change ended while a key of before it is
// there. Owned by keeper.
#pragma once

#include "base/key_change.h"
#include "keeper/state_codec.h"
#include "ledger/entry.h"
#include "wire/codec.h"

namespace bulkhead {

enum class KeyStep : std::uint8_t { kNone, kBegun, kEnded };
template <>
struct Words<KeyStep> {
  static constexpr std::array<std::string_view, 3> names{"none", "begun", "ended"};
};

// kKey: a change of all customers' keys begins or ends. When it ends, the key-encryption keys of
// the epoch before are destroyed.
struct KeyDetail {
  KeyStep step{};
  KeyChange change{};
  std::uint32_t epoch = 0;    // that it leads to
  std::uint64_t damaged = 0;  // of one that ended: what did not open and stayed as it was
  WIRE_MEMBERS(step, change, epoch, damaged)
};

struct KeyFacts {
  std::uint32_t epoch = 1;    // of the last change that ended
  KeyChange change{};         // under way: it leads to the next epoch
  std::uint64_t damaged = 0;  // as the last one said
  FOLDED_MEMBERS(epoch, change, damaged)

  // After a loss the key files may be ahead of the entries: a change that is under way there goes
  // on.
  void follow(std::uint32_t oldest_epoch, std::uint32_t newest_epoch);
  // kMalformed for a step that the ones before do not allow.
  Status apply(const Entry& entry);
};

}  // namespace bulkhead
