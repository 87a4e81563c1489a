// What the ledger says of customers' keys: the epoch they are wrapped in, the change that is under
// way, and the keys of backups. Part of the state; it must never say that a change ended while a
// key of before it is there. Owned by keeper.
#pragma once

#include <map>

#include "base/key_change.h"
#include "keeper/state_codec.h"
#include "ledger/entry.h"
#include "wire/codec.h"

namespace bulkhead {

enum class KeyStep : std::uint8_t { kNone, kBegun, kEnded, kBackedUp, kBackupKeyEnded, kRestored };
template <>
struct Words<KeyStep> {
  static constexpr std::array<std::string_view, 6> names{
      "none", "begun", "ended", "backed-up", "backup-key-ended", "restored"};
};

// kKey: a change of all customers' keys begins or ends, and when it ends the key-encryption keys of
// the epoch before are destroyed; a backup is made under a backup key, new when its number is; a
// backup key is destroyed; the vault was restored from a backup. No customer above `last_customer`
// is in it.
struct KeyDetail {
  KeyStep step{};
  KeyChange change{};
  std::uint32_t epoch = 0;    // that it leads to
  std::uint64_t damaged = 0;  // of one that ended: what did not open and stayed as it was
  std::uint32_t backup_key = 0;
  std::uint64_t entries = 0;  // of the ledger when the backup was made
  std::uint32_t last_customer = 0;
  WIRE_MEMBERS(step, change, epoch, damaged, backup_key, entries, last_customer)
};

struct KeyFacts {
  std::uint32_t epoch = 1;                             // of the last change that ended
  KeyChange change{};                                  // under way: it leads to the next epoch
  std::uint64_t damaged = 0;                           // as the last one said
  std::uint32_t last_backup_key = 0;                   // that new backups may use, if it is there
  std::map<std::uint32_t, std::uint64_t> backup_keys;  // not destroyed yet; keeper time when made
  FOLDED_MEMBERS(epoch, change, damaged, last_backup_key, backup_keys)

  // After a loss the key files may be ahead of the entries: a change that is under way there goes
  // on.
  void follow(std::uint32_t oldest_epoch, std::uint32_t newest_epoch);
  // kMalformed for a step that the ones before do not allow.
  Status apply(const Entry& entry);

 private:
  Status apply_change(const KeyDetail& detail);
};

}  // namespace bulkhead
