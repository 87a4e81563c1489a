// The two ways in which the keys of customers are changed. Numbers are for ever: ledger and wire
// use them. Owned by base.
#pragma once

#include "base/words.h"

namespace bulkhead {

enum class KeyChange : std::uint8_t {
  kNone,
  kRotate,  // new key-encryption keys; every customer's keys are wrapped anew
  kRekey,   // the same, and every compartment is encrypted anew under new customer keys
};
template <>
struct Words<KeyChange> {
  static constexpr std::array<std::string_view, 3> names{"none", "rotate", "rekey"};
};

}  // namespace bulkhead
