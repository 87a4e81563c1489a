// What an operator may ask about the keys of customers: how they stand, and that they be changed.
// Owned by wire; the handlers are in keeper/handlers_keys.cpp.
#pragma once

#include "base/key_change.h"
#include "wire/codec.h"
#include "wire/operations.h"

namespace bulkhead::wire {

// Begins a change of all customers' keys, which then goes on by itself, also across restarts.
struct ChangeKeys {
  static constexpr Op kOp = Op::kChangeKeys;
  KeyChange change{};
  WIRE_MEMBERS(change)
};
struct ChangeKeysAnswer {
  std::uint32_t epoch = 0;  // that it leads to
  WIRE_MEMBERS(epoch)
};

struct KeyStatus {
  static constexpr Op kOp = Op::kKeyStatus;
  bool all = true;
  WIRE_MEMBERS(all)
};
struct KeyStatusAnswer {
  std::uint32_t epoch = 1;      // of the last change that ended
  KeyChange change{};           // under way; none
  std::uint64_t done = 0;       // customers that it has looked at since the keeper started
  std::uint64_t customers = 0;  // whom it will have looked at in the end, about
  // Wrapped keys, compartments and messages that did not open: of the change under way so far, or
  // of the last one.
  std::uint64_t damaged = 0;
  WIRE_MEMBERS(epoch, change, done, customers, damaged)
};

}  // namespace bulkhead::wire
