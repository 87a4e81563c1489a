// What the ledger says of canaries, synthetic customers about whom nobody works, and of those who
// touched one. Which customer is a canary must be known to the keeper alone: the ledger has it
// masked under a key of the keeper's, the vault has it sealed. Owned by keeper, part of the fold.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/ids.h"
#include "keeper/details.h"
#include "keeper/state_codec.h"

namespace bulkhead {

struct Canary {
  std::uint32_t number = 0;  // among canaries
  std::uint32_t touches = 0;
  PrincipalNumber by;
  std::uint64_t since_ms = 0;  // wall time
  FOLDED_MEMBERS(number, touches, by, since_ms)
};

struct Containment {
  std::uint32_t canary = 0;
  std::uint64_t cause = 0;  // index of the entry that touched it
  FOLDED_MEMBERS(canary, cause)
};

class Canaries {
 public:
  // kMalformed: the detail names a canary or somebody contained who is none.
  Status apply(const Entry& entry, const CanaryDetail& detail, CustomerNumber customer);

  const Canary* find(CustomerNumber customer) const;
  std::optional<CustomerNumber> customer_of(std::uint32_t number) const;
  const std::map<std::uint32_t, Canary>& all() const { return by_customer_; }
  // Who may not sign in at a front until released.
  const std::map<std::uint32_t, Containment>& contained() const { return contained_; }
  bool is_contained(PrincipalNumber principal) const {
    return contained_.contains(principal.value);
  }
  std::uint32_t last() const { return last_; }

  FOLDED_MEMBERS(by_customer_, contained_, last_)

 private:
  std::map<std::uint32_t, Canary> by_customer_;
  std::map<std::uint32_t, Containment> contained_;  // by principal
  std::uint32_t last_ = 0;
};

}  // namespace bulkhead
