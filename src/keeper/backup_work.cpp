#include "keeper/backup_work.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <filesystem>

#include "base/log.h"
#include "keeper/keeper.h"
#include "vault/backup_source.h"

namespace bulkhead {
namespace {

constexpr char kBackupFolder[] = "/backup";
constexpr std::uint64_t kEndKeyAgainMs = 60'000;

Status put_key_file(BackupWriter& to, const KeyFile& file) {
  Bytes part{static_cast<std::uint8_t>(file.name.size())};
  part.insert(part.end(), file.name.begin(), file.name.end());
  part.insert(part.end(), file.bytes.begin(), file.bytes.end());
  return to.put(BackupPart::kKeyFile, part);
}

}  // namespace

Status check_backup_room(const std::string& folder, std::uint64_t bytes) {
  struct statvfs disk{};
  if (::statvfs(folder.c_str(), &disk) != 0)
    return fail(ErrorCode::kIo, "the disk does not say how much room it has");
  if (disk.f_bavail * disk.f_frsize < bytes + kBackupSpareBytes)
    return fail(ErrorCode::kIo, "the keeper's disk has no room for the backup");
  return {};
}

std::string waiting_backup(const std::string& keeper_folder, std::uint64_t number) {
  return fmt::format("{}{}/{}", keeper_folder, kBackupFolder, number);
}

void remove_waiting_backup(const std::string& keeper_folder) {
  std::error_code error;
  std::filesystem::remove_all(keeper_folder + kBackupFolder, error);
  if (error) log_warning("a backup that nobody needs was not removed; the next one does");
}

// What the lanes do; the loop reads `customers` meanwhile.
struct BackupWork::Job {
  std::string folder;  // the keeper's
  std::uint64_t number = 0;
  std::uint32_t key_number = 0;
  BackupHouse house;
  const KeyRing* ring = nullptr;
  const Ledger* ledger = nullptr;
  std::unique_ptr<BackupSource> source;
  std::atomic<std::uint64_t> customers = 0;
  std::atomic<bool> stop = false;
  std::uint64_t size = 0;
  Status status;

  Status take_view() {
    TRY_STATUS(ring->make_backup_key(key_number));
    source = TRY(BackupSource::begin(folder));
    // After the view: whatever stands in it after its entry, the ledger has by now.
    house.entries = ledger->size().value;
    return {};
  }
  Status write() {
    const auto path = waiting_backup(folder, number);
    TRY_STATUS(check_backup_room(folder, source->bytes()));
    remove_waiting_backup(folder);
    if (::mkdir((folder + kBackupFolder).c_str(), S_IRWXU) != 0)
      return fail(ErrorCode::kIo, "the backup's folder cannot be made");
    const TreeSize at = ledger->checkpoint_size();
    house.checkpoint_size = at.value;
    house.root = TRY(ledger->root_at(at));
    const auto key = TRY(ring->backup_key(key_number));
    auto to = TRY(BackupWriter::create(path, key_number, key));
    to.stop_on(stop);
    TRY_STATUS(to.put(BackupPart::kHouse, wire::encode(house)));
    const auto files = TRY(ring->files());
    for (const auto& file : files) TRY_STATUS(put_key_file(to, file));
    TRY_STATUS(source->write(to, customers));
    TRY_STATUS(to.finish());
    std::error_code error;
    size = std::filesystem::file_size(path, error);
    if (error) return fail(ErrorCode::kIo, "the backup's size cannot be told");
    return {};
  }
};

void BackupWork::begin(Keeper& keeper, std::uint32_t key_number) {
  end(keeper);
  phase_ = wire::BackupPhase::kMaking;
  key_number_ = key_number;
  begun_ = keeper.entries_recorded();
}

void BackupWork::end(Keeper& keeper) {
  if (phase_ != wire::BackupPhase::kNone) remove_waiting_backup(keeper.parts().folder);
  phase_ = wire::BackupPhase::kNone;
  job_.reset();
}

void BackupWork::make_room(Keeper& keeper) {
  if (phase_ == wire::BackupPhase::kReady) end(keeper);
}

void BackupWork::abandon() {
  if (job_ != nullptr) job_->stop = true;
}

void BackupWork::go_on(Keeper& keeper) {
  end_old_keys(keeper);
  if (phase_ == wire::BackupPhase::kReady && keeper.now_ms() > ready_ms_ + kBackupWaitsMs)
    end(keeper);
  const bool waits = phase_ == wire::BackupPhase::kMaking && job_ == nullptr;
  if (!waits || keeper.parts().ledger.size().value < begun_) return;
  const auto& parts = keeper.parts();
  auto job = std::make_shared<Job>();
  job->folder = parts.folder;
  job->number = begun_;
  job->key_number = key_number_;
  job->ring = &parts.ring;
  job->ledger = &parts.ledger;
  job->house.origin.value = parts.origin;
  job->house.keeper_ms = keeper.now_ms();
  job->house.wall_ms = keeper.wall_ms();
  job->house.key_epoch = keeper.state().keys().epoch;
  const bool queued = keeper.on_lane(
      parts.writer_lane, [job] { job->status = job->take_view(); },
      [this, &keeper, job] { copy(keeper, job); });
  if (queued) job_ = std::move(job);
}

void BackupWork::copy(Keeper& keeper, const std::shared_ptr<Job>& job) {
  if (!job->status) return made(keeper, *job);
  const bool queued = keeper.on_lane(
      *keeper.parts().backup_lane,
      [job] {
        job->status = job->write();
        job->source.reset();
      },
      [this, &keeper, job] { made(keeper, *job); });
  if (queued) return;
  job->status = fail(ErrorCode::kUnavailable, "another backup is being written");
  made(keeper, *job);
}

void BackupWork::made(Keeper& keeper, const Job& job) {
  job_.reset();
  if (job.status) {
    phase_ = wire::BackupPhase::kReady;
    ready_ms_ = keeper.now_ms();
    size_ = job.size;
    return;
  }
  log_warning("a backup was not made: {}", job.status.error().context);
  end(keeper);
  phase_ = wire::BackupPhase::kFailed;
  trouble_ = job.status.error().context;
}

wire::ReadBackupAnswer BackupWork::answer(const Keeper& keeper) const {
  wire::ReadBackupAnswer answer;
  answer.phase = phase_;
  answer.customers = keeper.state().customers();
  if (job_ != nullptr) answer.done = job_->customers;
  if (phase_ == wire::BackupPhase::kReady) answer.size = size_;
  if (phase_ == wire::BackupPhase::kFailed) answer.trouble.value = trouble_;
  return answer;
}

// Done, then recorded. While wall and boot time disagree nothing is destroyed.
void BackupWork::end_old_keys(Keeper& keeper) {
  const auto now_ms = keeper.now_ms();
  if (ending_a_key_ || keeper.clocks_apart() || now_ms < next_key_end_ms_) return;
  for (const auto& [number, made_ms] : keeper.state().keys().backup_keys) {
    if (now_ms < made_ms + kBackupKeyLifeMs) continue;
    const auto ended = std::make_shared<bool>(false);
    ending_a_key_ = keeper.on_lane(
        keeper.parts().writer_lane,
        [&ring = keeper.parts().ring, number, ended] {
          *ended = ring.destroy_backup_key(number).has_value();
        },
        [this, &keeper, number, ended] {
          ending_a_key_ = false;
          if (!*ended) {
            log_warning(
                "a backup key that is 28 days old could not be destroyed; it is tried again");
            next_key_end_ms_ = keeper.now_ms() + kEndKeyAgainMs;
            return;
          }
          auto entry = keeper.make_entry(EntryKind::kKey);
          entry.detail =
              wire::encode(KeyDetail{.step = KeyStep::kBackupKeyEnded, .backup_key = number});
          keeper.record(std::move(entry));
        });
    return;
  }
}

}  // namespace bulkhead
