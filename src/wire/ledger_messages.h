// What an operator asks and is told about the ledger itself: its witness, its replica, the room on
// its disk, and what of it was lost. It must tell nothing of a customer. Owned by wire; the
// handlers are in keeper/.
#pragma once

#include "wire/front_messages.h"

namespace bulkhead::wire {

inline constexpr std::size_t kWitnessKeyBytesMax = 256;
inline constexpr std::size_t kUnknownWindowsMax = 32;

// Whom the ledger's checkpoints are cosigned by from now on; an empty key: nobody.
struct SetWitness {
  static constexpr Op kOp = Op::kSetWitness;
  Text<kWitnessKeyBytesMax> key;  // NAME+ID+KEY, of type 04
  WIRE_MEMBERS(key)
};
// A cosigned checkpoint, as AddAnchor brings it through a front. Answers AnchorAnswer.
struct TakeAnchor {
  static constexpr Op kOp = Op::kTakeAnchor;
  Text<kAnchorBytesMax> note;
  WIRE_MEMBERS(note)
};
// Opens a house again whose ledger was adopted. Answers Done.
struct ConfirmAdoption {
  static constexpr Op kOp = Op::kConfirmAdoption;
  std::uint64_t first_entry = 0;  // where the loss began, so that it is confirmed knowingly
  WIRE_MEMBERS(first_entry)
};

// Entries that were lost before the ledger was adopted: whom they name, nobody knows.
struct UnknownWindow {
  std::uint64_t from_ms = 0;      // wall time of the last entry before
  std::uint64_t to_ms = 0;        // and of the adoption
  std::uint64_t first_entry = 0;  // index of the first one lost
  std::uint64_t known_size = 0;   // the old ledger had at least so many entries
  bool confirmed = false;         // until then nothing is shown to anybody
  WIRE_MEMBERS(from_ms, to_ms, first_entry, known_size, confirmed)
};

struct LedgerStanding {
  Text<kWitnessKeyBytesMax> witness;  // its key; empty: none is set
  std::uint64_t anchored_size = 0;    // entries that it has seen
  std::uint64_t anchored_age_s = 0;   // since it did, or since it was set
  std::uint32_t witness_divisor = 1;  // budgets without contact are divided by it now
  bool second_place = false;
  bool clocks_apart = false;          // the wall clock stepped: what destroys or widens waits
  bool space_low = false;             // the disk counts as full: nothing is shown
  std::uint64_t space_held_back = 0;  // bytes for what must still be written
  bool has_replica = false;
  std::uint64_t replica_size = 0;
  Text<128> replica_trouble;  // a fixed sentence; empty: none
  List<UnknownWindow, kUnknownWindowsMax> unknown;
  WIRE_MEMBERS(witness, anchored_size, anchored_age_s, witness_divisor, second_place, clocks_apart,
               space_low, space_held_back, has_replica, replica_size, replica_trouble, unknown)
};

}  // namespace bulkhead::wire
