// What entries say of the ledger itself: the witness that vouches for it outside, and the windows
// in which entries were lost before it was adopted. Part of the state's fold. Owned by keeper.
#pragma once

#include <cstdint>
#include <vector>

#include "keeper/state_codec.h"
#include "ledger/entry.h"
#include "wire/codec.h"
#include "wire/ledger_messages.h"

namespace bulkhead {

// kWitness: who it is, or that it saw the ledger.
enum class WitnessStep : std::uint8_t { kSet, kAnchored };
template <>
struct Words<WitnessStep> {
  static constexpr std::array<std::string_view, 2> names{"set", "anchored"};
};
struct WitnessDetail {
  WitnessStep step{};
  wire::Text<wire::kWitnessKeyBytesMax> key;  // when set; empty: none any more
  std::uint64_t size = 0;                     // entries that it saw
  std::uint64_t time_s = 0;                   // when, by its own clock
  std::uint64_t keeper_ms = 0;                // the same in keeper time
  WIRE_MEMBERS(step, key, size, time_s, keeper_ms)
};

// kCheckpointNote: this ledger goes on where another one, of which entries were lost, has ended.
enum class AdoptionStep : std::uint8_t { kAdopted, kConfirmed };
template <>
struct Words<AdoptionStep> {
  static constexpr std::array<std::string_view, 2> names{"adopted", "confirmed"};
};
struct AdoptionDetail {
  AdoptionStep step{};
  wire::Text<128> old_origin;
  std::uint64_t size = 0;               // entries of it that are left; the loss begins here
  std::array<std::uint8_t, 32> root{};  // over them
  std::uint64_t known_size = 0;         // it had at least so many
  std::uint64_t last_wall_ms = 0;       // of the last one left
  std::uint32_t last_customer = 0;      // in the vault, whose import may be among the lost
  bool confirmed = false;               // at once: a demo or drill directory
  std::uint32_t key_epoch = 0;          // of the oldest key file: a change may be among the lost
  std::uint32_t key_epoch_last = 0;     // of the newest
  WIRE_MEMBERS(step, old_origin, size, root, known_size, last_wall_ms, last_customer, confirmed,
               key_epoch, key_epoch_last)
};

struct Adoption {
  std::uint64_t size = 0;
  std::uint64_t known_size = 0;
  std::uint64_t from_ms = 0;    // wall time
  std::uint64_t to_ms = 0;      // wall time
  std::uint64_t keeper_ms = 0;  // of the first start since; 0: none yet
  bool confirmed = false;
  FOLDED_MEMBERS(size, known_size, from_ms, to_ms, keeper_ms, confirmed)
};

struct LedgerFacts {
  wire::Text<wire::kWitnessKeyBytesMax> witness;  // empty: none
  std::uint64_t anchored_size = 0;
  std::uint64_t anchored_time_s = 0;     // by the witness's clock
  std::uint64_t anchored_keeper_ms = 0;  // or when it was set
  std::vector<Adoption> adoptions;
  FOLDED_MEMBERS(witness, anchored_size, anchored_time_s, anchored_keeper_ms, adoptions)

  // kMalformed.
  Status apply_witness(const Entry& entry);
  Status apply_adoption(const AdoptionDetail& detail, const Entry& entry);
  // The keeper started: from now on what was lost becomes old.
  void started(std::uint64_t keeper_ms);
  // The adoption that no second admin has confirmed yet.
  const Adoption* unconfirmed() const;
};

}  // namespace bulkhead
