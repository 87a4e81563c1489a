// Reads a whole vault into a backup, from one view of both files, while the vault is in use. It
// must never write the blind index, which is made again from the records. Owned by vault.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "store/database.h"
#include "vault/backup_file.h"

namespace bulkhead {

class BackupSource {
 public:
  // Takes the view. Between two writes of the vault: on the thread that writes it. kIo.
  static Result<std::unique_ptr<BackupSource>> begin(const std::filesystem::path& folder);
  // About as many bytes as a backup has at most.
  std::uint64_t bytes() const { return bytes_; }
  // Writes keys, records, messages, rows and numbers; from any one thread. `customers` rises by one
  // with each record. The view of the keys ends first, since erasures wait for it.
  Status write(BackupWriter& to, std::atomic<std::uint64_t>& customers);

 private:
  BackupSource() = default;
  Status write_keys(BackupWriter& to);
  Status write_records(BackupWriter& to, std::atomic<std::uint64_t>& customers);
  Status write_messages(BackupWriter& to);
  Status write_rows_and_numbers(BackupWriter& to);

  std::unique_ptr<Database> records_, keys_;
  std::uint64_t bytes_ = 0;
};

}  // namespace bulkhead
