// A backup as one file: records of several kinds, in chunks sealed under a backup key, so that the
// whole of it is worth nothing once that key is destroyed. It must never be written unsealed, and
// never be read past the first byte that does not fit. docs/LEDGER.md has the bytes. Owned by
// vault.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>

#include "base/bytes.h"
#include "base/descriptor.h"
#include "base/result.h"
#include "vault/customer_keys.h"

namespace bulkhead {

// Numbers are for ever.
enum class BackupPart : std::uint8_t {
  kHouse,    // whose it is and when it was made; first, once
  kKeyFile,  // a key file, wrapped by the root key as it stands in its folder
  kKeys,     // u32 customer ‖ wrapped keys
  kRecord,   // u32 customer ‖ six times (u32 length ‖ sealed compartment)
  kMessage,  // a message's numbers ‖ sealed text
  kRow,      // one of the keeper's own rows: u8 kind ‖ u32 id ‖ u32 state ‖ sealed bytes
  kNumbers,  // u64 next customer ‖ u64 next message; last, once
};
inline constexpr std::size_t kBackupChunkBytes = 1u << 20;  // about; a part is never cut
inline constexpr std::size_t kBackupPartBytesMax = 8u << 20;

class BackupWriter {
 public:
  // A new file of mode 0600. kConflict when it is there; kIo.
  static Result<BackupWriter> create(const std::filesystem::path& path, std::uint32_t key_number,
                                     const StackKey& key);
  // Nothing more is written once `stop` is true. It must outlive the writer.
  void stop_on(const std::atomic<bool>& stop) { stop_ = &stop; }
  // kTooLarge beyond kBackupPartBytesMax; kUnavailable when it is to stop; kIo.
  Status put(BackupPart part, ByteView bytes);
  // The last chunk; the file is durable after success.
  Status finish();

 private:
  BackupWriter(Descriptor file, Bytes head, const StackKey& key)
      : file_(std::move(file)), head_(std::move(head)), key_(key) {}
  Status write_chunk(bool last);

  Descriptor file_;
  Bytes head_;
  StackKey key_;
  Bytes chunk_;
  std::uint32_t chunks_ = 0;
  const std::atomic<bool>* stop_ = nullptr;
};

class BackupReader {
 public:
  // kNotFound; kMalformed when it is no backup.
  static Result<BackupReader> open(const std::filesystem::path& path);
  // Which backup key it is sealed under.
  std::uint32_t key_number() const { return key_number_; }
  void set_key(const StackKey& key) { key_ = key; }

  struct Part {
    BackupPart part{};
    ByteView bytes;  // until the next call
  };
  // The next part; nothing after the last one. kCrypto when the key does not fit or the file was
  // changed; kMalformed when it was cut short or goes on after its end.
  Result<std::optional<Part>> next();

 private:
  BackupReader(Descriptor file, Bytes head, std::uint32_t key_number)
      : file_(std::move(file)), head_(std::move(head)), key_number_(key_number) {}
  Status read_chunk();

  Descriptor file_;
  Bytes head_;
  std::uint32_t key_number_ = 0;
  StackKey key_;
  Bytes chunk_;
  std::size_t at_ = 0;
  std::uint32_t chunks_ = 0;
  bool ended_ = false;
};

}  // namespace bulkhead
