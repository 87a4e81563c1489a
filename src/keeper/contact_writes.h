// What the ledger says of changed contact compartments: which version each customer's has, whether
// the vault has it, and since when mail and telephone are what they are. It must never hold a
// value. Owned by keeper, part of the State.
#pragma once

#include <map>

#include "keeper/details.h"
#include "keeper/state_codec.h"

namespace bulkhead {

// A changed channel proves nothing for so long.
inline constexpr std::uint64_t kYoungMs = 72ull * 3600 * 1000;

// The contact fields over which a customer can be reached.
inline constexpr FieldSet kChannelFields =
    FieldSet::of(Field::kEmail) | FieldSet::of(Field::kPhone);

struct ChannelAge {
  std::uint64_t changed_ms = 0;      // keeper time; 0: never since it was imported
  std::uint64_t young_until_ms = 0;  // keeper time
  FOLDED_MEMBERS(changed_ms, young_until_ms)
};

// Of one customer. A change that has begun and not ended may or may not stand in the vault: it came
// while the keeper died, or it is under way.
struct ContactWrite {
  std::uint32_t begun = 0;   // the highest version any change was to make
  std::uint32_t ended = 0;   // the last change of which it is known what became of it
  std::uint32_t stands = 0;  // what the vault had then, and at least has for ever
  ChannelAge email, phone;
  FOLDED_MEMBERS(begun, ended, stands, email, phone)
};

class ContactWrites {
 public:
  // An entry of kind kWrite about this customer. kMalformed.
  Status apply(const Entry& entry, CustomerNumber customer);

  const std::map<std::uint32_t, ContactWrite>& all() const { return by_customer_; }
  // The version that the next change makes, when the vault has `stored`. Changes under way count.
  std::uint32_t next_version(CustomerNumber customer, std::uint32_t stored) const;
  // Channels that prove nothing at this time.
  FieldSet young(CustomerNumber customer, std::uint64_t keeper_ms) const;
  // Since when the customer has this identifier, as far as changes tell; 0: always.
  std::uint64_t changed_ms(CustomerNumber customer, IdentifierKind kind) const;

  FOLDED_MEMBERS(by_customer_)

 private:
  const ContactWrite* find(CustomerNumber customer) const;

  std::map<std::uint32_t, ContactWrite> by_customer_;
};

}  // namespace bulkhead
