// PosixDisk is the durable write kit on the real file system: write a temp file, fsync it, rename
// it, fsync its directory. It must never drop a return value, that of close included, nor retry a
// failed fsync: the page cache may have thrown the data away by then. Owned by ledger.
#pragma once

#include "ledger/disk.h"

namespace bulkhead {

class PosixDisk : public Disk {
 public:
  Status make_directories(const std::string& directory) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Result<Bytes> read(const std::string& path, std::uint64_t bytes_max) override;
  Status write_durably(const std::string& path, ByteView bytes) override;
  Status write_loosely(const std::string& path, ByteView bytes) override;
  Status sync_all(const std::string& directory) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status remove(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& directory) override;
  Status take_space(const std::string& path, std::uint64_t bytes) override;
};

}  // namespace bulkhead
