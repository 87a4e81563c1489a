// The reviewed numbers of bounds.toml: what a thief may get at most. They must never be computed
// from the policy, since they exist to judge it. Owned by drills; bounds_test.cpp holds the default
// policy to them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace bulkhead::drills {

struct Bounds {
  std::uint32_t client_open_grants = 0;
  std::uint32_t client_fields = 0;        // per customer
  std::uint32_t session_clear = 0;        // customers a day without contact
  std::uint32_t session_masked = 0;       // customers a day
  std::uint32_t session_fields = 0;       // per customer
  std::uint32_t session_break_glass = 0;  // customers until it is reviewed
  std::uint32_t pair_clear = 0;           // customers a day of an agent and a lead without contact
  std::uint32_t slow_clear = 0;           // customers a month of one agent without contact
  std::uint32_t new_staff_clear = 0;      // customers of twenty new accounts without contact
  std::uint32_t canary_after = 0;         // customers after the first touch
  std::uint32_t swap_customers = 0;       // opened by a changed contact
  std::uint32_t owned_clear = 0;          // customers a day without contact, of two agents
  std::uint32_t owned_break_glass = 0;    // customers of both until it is reviewed
  std::uint32_t recon_customers = 0;
  std::uint32_t recon_existence = 0;   // an hour
  std::uint32_t lookup_existence = 0;  // an hour
  std::uint32_t lookup_misses = 0;     // an hour
  std::uint32_t disk_customers = 0;
  std::uint32_t ledger_entries = 0;
  bool operator==(const Bounds&) const = default;
};

// kMalformed: not TOML, or a number is missing, negative or above a million.
Result<Bounds> parse_bounds(std::string_view toml);
// Those that this program was built with.
const Bounds& bounds();

}  // namespace bulkhead::drills
