// QuotaDisk is a real disk on which one folder may hold so many bytes and no more, so that a drill
// can fill it anywhere and as anybody. It must act where a full disk would: writes and set
// aside space beyond the limit are refused. Owned by ledger; drill directories only.
#pragma once

#include <map>
#include <mutex>

#include "ledger/durable_file.h"

namespace bulkhead {

class QuotaDisk final : public PosixDisk {
 public:
  QuotaDisk(std::string folder, std::uint64_t bytes_max);

  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Status write_durably(const std::string& path, ByteView bytes) override;
  Status write_loosely(const std::string& path, ByteView bytes) override;
  Status remove(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& directory) override;
  Status take_space(const std::string& path, std::uint64_t bytes) override;

 private:
  class File;
  // Counts the file as that large from now on. kUnavailable beyond the limit.
  Status charge(const std::string& path, std::uint64_t bytes);
  std::uint64_t charged(const std::string& path);
  bool is_inside(const std::string& path) const { return path.starts_with(folder_); }

  const std::string folder_;  // with a final slash
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> files_;  // what each takes, by path
  std::uint64_t used_ = 0;
  const std::uint64_t limit_;
};

}  // namespace bulkhead
