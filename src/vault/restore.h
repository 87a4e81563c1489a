// Fills a new vault from the parts of a backup. Every key is wrapped anew by the ring of the new
// house, identifiers are read from the records again, and whoever was erased since is left out: no
// byte of theirs is written. It must never be pointed at a vault that somebody uses. Owned by
// vault.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "vault/backup_file.h"
#include "vault/customer_sealing.h"
#include "vault/vault.h"

namespace bulkhead {

class VaultRestore {
 public:
  // Makes vault.db and keys.db in `folder`. `is_gone` names those to leave out. Both rings must
  // outlive it.
  static Result<std::unique_ptr<VaultRestore>> begin(const std::filesystem::path& folder,
                                                     const KeyRing& ring,
                                                     const KeyRing& backup_ring,
                                                     std::function<bool(CustomerNumber)> is_gone);
  ~VaultRestore();

  // The next part but kHouse and kKeyFile. kMalformed; kConflict when one comes twice; kIo.
  Status take(const BackupReader::Part& part);

  struct Counts {
    std::uint64_t customers = 0;
    std::uint64_t messages = 0;
    std::uint64_t left_out = 0;    // erased since
    std::uint64_t damaged = 0;     // keys and compartments that do not open
    CustomerNumber last_customer;  // the last that could be in it
  };
  // After the last part. No customer number up to `last_customer` is given again, and the vault
  // follows `applied_index` entries. kMalformed when the last part is missing.
  Result<Counts> finish(CustomerNumber last_customer, std::uint64_t applied_index);

 private:
  struct State;
  explicit VaultRestore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bulkhead
