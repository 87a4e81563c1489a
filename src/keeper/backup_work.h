// Makes a backup inside the keeper's own folder, from one view of the vault taken between two
// writes, on a lane of its own beside everything else; and destroys backup keys when their time is
// over. It must never write a byte of a backup that is not sealed under such a key. Owned by
// keeper, used by the loop alone.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "wire/backup_messages.h"

namespace bulkhead {

class Keeper;
struct Call;
struct Outcome;

// Backups of one week share a key. Its life is counted from its making, so that whoever is erased
// today is in no backup that can be opened 28 days from now.
inline constexpr std::uint64_t kBackupKeyWeekMs = 7ull * 24 * 3'600'000;
inline constexpr std::uint64_t kBackupKeyLifeMs = 4 * kBackupKeyWeekMs;
// One that nobody fetches is removed.
inline constexpr std::uint64_t kBackupWaitsMs = 3'600'000;
// Of the disk, besides the backup itself, since the ledger lies there too.
inline constexpr std::uint64_t kBackupSpareBytes = 128u << 20;

// What a backup says of its house, first of all.
struct BackupHouse {
  std::uint32_t format = 1;
  wire::Text<128> origin;
  std::uint64_t entries = 0;          // of the ledger when the view was taken: durable ones
  std::uint64_t checkpoint_size = 0;  // and its root at the last checkpoint
  std::array<std::uint8_t, 32> root{};
  std::uint64_t keeper_ms = 0;
  std::uint64_t wall_ms = 0;
  std::uint32_t key_epoch = 0;
  WIRE_MEMBERS(format, origin, entries, checkpoint_size, root, keeper_ms, wall_ms, key_epoch)
};

// kIo unless the disk takes so many bytes and has kBackupSpareBytes left.
Status check_backup_room(const std::string& folder, std::uint64_t bytes);
// The file of the backup with that number, which waits in the keeper's folder.
std::string waiting_backup(const std::string& keeper_folder, std::uint64_t number);
// What a keeper that ended left of one; no error when there is none.
void remove_waiting_backup(const std::string& keeper_folder);

class BackupWork {
 public:
  wire::BackupPhase phase() const { return phase_; }
  // Under the backup key of this number; the entry that says so is recorded.
  void begin(Keeper& keeper, std::uint32_t key_number);
  // Starts what was begun once its entry is durable; ends keys that are 28 days old. Part of
  // Keeper::sweep().
  void go_on(Keeper& keeper);
  // The same while the disk is full: what waits there to be fetched is in the way.
  void make_room(Keeper& keeper);
  // What is known at once; `bytes` and key come with an act.
  wire::ReadBackupAnswer answer(const Keeper& keeper) const;
  std::uint32_t key_number() const { return key_number_; }
  // Of the last one that was begun; another one has another. 0: none since the start.
  std::uint64_t number() const { return begun_; }
  // Makes whatever is being written end soon, unfinished; for a keeper that ends.
  void abandon();
  // Forgets it; its file goes too.
  void end(Keeper& keeper);

 private:
  struct Job;
  void copy(Keeper& keeper, const std::shared_ptr<Job>& job);
  void made(Keeper& keeper, const Job& job);
  void end_old_keys(Keeper& keeper);

  wire::BackupPhase phase_{};
  std::uint32_t key_number_ = 0;
  std::uint64_t begun_ = 0;     // entries that must be durable before it starts
  std::uint64_t ready_ms_ = 0;  // keeper time
  std::uint64_t size_ = 0;
  std::string trouble_;
  std::shared_ptr<Job> job_;
  bool ending_a_key_ = false;
  std::uint64_t next_key_end_ms_ = 0;
};

}  // namespace bulkhead
