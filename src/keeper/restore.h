// Makes a keeper's folder from a backup and the ledger that went on after it: what stands in the
// ledger counts, to its end. It must never write into a folder in which something is, leave half a
// folder behind, or bring back whom the ledger says to be erased. The ledger is told at the first
// start, when its second place has vouched for it. Owned by keeper; used by main before anything
// else runs.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ledger/ledger.h"
#include "vault/restore.h"

namespace bulkhead {

struct RestorePlan {
  std::filesystem::path backup;
  std::filesystem::path backup_key;  // its file
  std::filesystem::path ledger;      // the folder of the old house, or a replica of it
  std::filesystem::path data;        // the new keeper's folder: absent or empty
};

struct Restored {
  std::string origin;
  std::uint64_t backup_entries = 0;  // of the ledger when the backup was made
  std::uint64_t entries = 0;         // of the ledger that was followed
  VaultRestore::Counts vault;
  std::uint64_t customers_missing = 0;   // imported after the backup: to be imported again
  std::uint32_t principals_missing = 0;  // whose secrets are younger than the backup: nobody can
                                         // sign in as them until an admin gives them new ones
  std::uint32_t teams_missing = 0;       // whose names are: they are called restored-team-N
  std::uint64_t canaries_missing = 0;    // laid out after the backup: nobody can touch them
  std::uint64_t contacts_lost = 0;       // changes of contact made after the backup
  bool rekeyed_since = false;            // what was sealed before that is sealed so again
};

// kConflict when something is in `data`, the ledger is in use, older than the backup or another
// one, or says that the backup is too old; kCrypto when a key does not fit or bytes were changed;
// kNotFound; kMalformed; kIo.
Result<Restored> restore_keeper_folder(const RestorePlan& plan, const SecretBytes& root);

// Of a folder that was just restored: records that it was, and which changes of contact are lost.
// Interrupted, it is done again by the next start. Part of open_keeper_folder(). What the ledger,
// vault and disk answer.
Status end_restore(const std::filesystem::path& data, const KeyRing& ring, Vault& vault,
                   Ledger& ledger, Disk& disk);

}  // namespace bulkhead
