// Adoption: a ledger of which entries were lost goes on under a new origin, which names the old one
// and what is missing. It must never hide a loss, and nothing may be adopted of which nothing is
// missing. Owned by keeper; `bulkhead-keeper --adopt` calls it while no house runs.
#pragma once

#include <filesystem>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ledger/disk.h"

namespace bulkhead {

struct Adopted {
  std::string old_origin;
  std::string new_origin;
  std::uint64_t size = 0;        // entries that are left; the first one lost has this index
  std::uint64_t known_size = 0;  // the old ledger had at least so many
  bool confirmed = false;        // false: a second admin must, before anything is shown
};

// Interrupted, it is taken up where it stopped. kConflict: nothing is missing, the ledger is in
// use, or the second place knows another history; kNotFound: not initialised; kCrypto; kMalformed;
// kTooLarge: it was adopted too often; kIo.
Result<Adopted> adopt_ledger(const std::filesystem::path& data, const SecretBytes& root,
                             const std::string& second_place, const Clock& clock, Disk& disk);

}  // namespace bulkhead
