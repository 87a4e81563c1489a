// Replica keeps a second folder in the ledger's layout up to date: journal records about twice a
// second, tiles and checkpoint every few seconds, so that the ledger can be brought back from it.
// It must never make the ledger wait or fail: what goes wrong here is told by standing(), and tried
// anew later. Owned by ledger; the keeper starts one beside its ledger.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ledger/checkpoint.h"
#include "ledger/journal.h"
#include "ledger/ledger.h"
#include "ledger/tile_writer.h"

namespace bulkhead {

struct ReplicaOptions {
  std::string directory;  // an existing one, this replica's own; best on another machine's disk
  std::string origin;
  SigningKey key;  // the ledger's
  Disk* disk = nullptr;
  std::uint32_t interval_ms = 500;
  std::uint32_t settle_interval_ms = kSettleIntervalMs;
  std::uint32_t retry_ms = 10'000;
};

class Replica {
 public:
  // Begins to copy. The ledger must outlive it.
  Replica(const Ledger& ledger, ReplicaOptions options);
  ~Replica() { stop(); }
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  struct Standing {
    TreeSize size;                  // entries that are durable there
    const char* trouble = nullptr;  // why nothing is copied now
  };
  Standing standing() const;

  // Copies what is left, so that a ledger that was closed stands there whole, and ends.
  void stop();

 private:
  void run();
  void pass(bool settling);
  Status copy(bool settling);
  Status open();
  Status begin_anew(TreeSize size);
  Status check_journals() const;
  Status copy_tail();
  Status settle();
  Status copy_tiles(TreeSize to);
  Result<Checkpoint> checkpoint_there() const;
  std::string path(std::string_view name) const {
    return options_.directory + "/" + std::string(name);
  }
  std::string journal_path(LeafIndex first) const { return path("journal/") + journal_name(first); }

  const Ledger& ledger_;
  ReplicaOptions options_;
  NoteVerifier verifier_;
  SecretBytes record_key_;
  Disk& disk_;

  // The copying thread's own. Without a lock nothing is open.
  std::unique_ptr<DirectoryLock> lock_;
  std::optional<TileWriter> tiles_;
  std::unique_ptr<AppendFile> journal_;
  LeafIndex journal_first_;
  std::uint64_t journal_bytes_ = 0;
  TreeSize copied_;  // by journals
  std::vector<std::string> old_journals_;
  std::vector<TileName> doomed_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Standing standing_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bulkhead
