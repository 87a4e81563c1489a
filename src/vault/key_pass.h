// How far a change of all customers' keys has come, in memory alone: after a crash a new pass
// begins and finds in the rows themselves what is done. Owned by vault.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/key_change.h"

namespace bulkhead {

struct KeyPass {
  KeyChange change{};       // kNone: no pass is under way
  std::uint64_t after = 0;  // customers up to this one have been looked at
  std::uint64_t customers = 0;
  std::uint64_t damaged = 0;
  bool at_end = false;

  // Of a rekey: customers with two sets of keys whose record and messages are being sealed anew.
  std::vector<CustomerNumber> changing{};
  bool shown_to_all = false;        // no reader sees their rows without the new keys any more
  std::size_t sealed = 0;           // of `changing`
  std::uint64_t after_message = 0;  // of the one being sealed
  bool record_sealed = false;       // of the one being sealed
};

}  // namespace bulkhead
