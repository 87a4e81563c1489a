// What an operator sees and does about requests to erase. Customers are named by pseudonyms alone,
// never by a number or a value. Owned by wire; the handlers are in keeper/.
#pragma once

#include "wire/front_messages.h"

namespace bulkhead::wire {

struct Erasures {
  static constexpr Op kOp = Op::kErasures;
  std::uint64_t after = 0;  // the last request had; the keeper answers the next page
  WIRE_MEMBERS(after)
};
struct ErasureRow {
  std::uint64_t request = 0;      // index of the entry that asked for it, and its name
  std::uint64_t carried_out = 0;  // index of the entry that recorded its end; 0: not yet
  Text<16> step;                  // requested, cancelled, carried-out
  bool held = false;
  std::uint64_t waits_s = 0;  // until it is due
  Text<kNameBytesMax> by;
  List<Pseudonym, 32> pseudonyms;  // of one carried out
  WIRE_MEMBERS(request, carried_out, step, held, waits_s, by, pseudonyms)
};
inline constexpr std::size_t kErasuresMax = 1000;  // of one page
struct ErasuresAnswer {
  List<ErasureRow, kErasuresMax> rows;
  bool more = false;
  WIRE_MEMBERS(rows, more)
};

// A hold on the customer of a case: no erasure is asked for or carried out until it is released.
struct Hold {
  static constexpr Op kOp = Op::kHold;
  std::uint32_t case_number = 0;
  bool hold = true;
  WIRE_MEMBERS(case_number, hold)
};

}  // namespace bulkhead::wire
