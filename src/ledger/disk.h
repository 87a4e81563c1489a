// Disk is every call the ledger makes on a file system, so that a faulty disk can stand in its
// place and lose, tear or refuse writes. It must never hide a failure: each operation answers for
// its own system calls, close included, and nobody retries. Owned by ledger; PosixDisk
// (durable_file.h) is the real one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bulkhead {

// A file open for appending. Its length is what was written through it, not what is durable.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // One pwrite of all bytes at `offset`; a short write is an error. kIo.
  virtual Status write_at(std::uint64_t offset, ByteView bytes) = 0;
  // fdatasync: what was written before is on the disk when this returns. kIo.
  virtual Status sync_data() = 0;
  virtual Status truncate(std::uint64_t length) = 0;
  // Takes the blocks for everything below `end` without changing the length, so that writing there
  // cannot find the disk full. kUnavailable: it is full. A disk of a test has room unless it says
  // otherwise.
  virtual Status make_room(std::uint64_t) { return {}; }
  // Must be called; the destructor closes without being able to answer for it.
  virtual Status close() = 0;
};

// Held while the process owns the directory; ends with the object.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

inline constexpr std::uint64_t kDiskFileBytesMax = std::uint64_t{4} << 30;
inline constexpr std::uint64_t kDiskFreeBytesMax = std::uint64_t{1} << 60;

class Disk {
 public:
  virtual ~Disk() = default;
  // Makes the directory and its parents; no error if it is there.
  virtual Status make_directories(const std::string& directory) = 0;
  // kConflict when another process holds the lock file.
  virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) = 0;
  // Opens a file, made when absent, whose name is durable when this returns.
  virtual Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) = 0;
  // kNotFound when absent, kTooLarge over `bytes_max`.
  virtual Result<Bytes> read(const std::string& path, std::uint64_t bytes_max) = 0;
  // Temp file, fsync, rename, fsync of the directory: the old bytes or the new ones, whatever
  // happens.
  virtual Status write_durably(const std::string& path, ByteView bytes) = 0;
  // Writes a file under its final name without making it durable; parents are made as needed.
  virtual Status write_loosely(const std::string& path, ByteView bytes) = 0;
  // Makes every earlier loose write and name below `directory` durable.
  virtual Status sync_all(const std::string& directory) = 0;
  // File names (not paths) in a directory, sorted; directories carry a trailing '/'. An absent
  // directory is empty.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  // Removing what is not there is no error. Durable only after sync_all.
  virtual Status remove(const std::string& path) = 0;
  // How much may still be written in this directory. kIo.
  virtual Result<std::uint64_t> free_bytes(const std::string&) { return kDiskFreeBytesMax; }
  // Makes the file exactly so long, all its blocks taken: it keeps others from having them.
  // kUnavailable: the disk is full, and the file is as long as it was. kIo.
  virtual Status take_space(const std::string&, std::uint64_t) { return {}; }
};

}  // namespace bulkhead
