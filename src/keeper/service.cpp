#include "keeper/service.h"

#include <algorithm>

#include "base/log.h"
#include "keeper/keeper_setup.h"
#include "keeper/loop.h"
#include "ledger/replica.h"
#include "wire/control_messages.h"
#include "wire/descriptor.h"

namespace bulkhead {
namespace {

constexpr std::size_t kWriterJobsMax = 4096;
constexpr std::size_t kSnapshotJobsMax = 1;
constexpr std::size_t kBackupJobsMax = 1;
constexpr std::size_t kHashingThreads = 2;

Result<Without> read_without(const std::vector<std::string>& names, bool drill) {
  Without without;
  for (const auto& name : names) {
    if (!drill)
      return fail(ErrorCode::kRefused, "protections can be switched off in drill directories only");
    const auto found = std::ranges::find(kProtections, name, &Protection::name);
    if (found == kProtections.end())
      return fail(ErrorCode::kMalformed, "no such protection; keeper/without.h names them");
    without.*found->off = true;
  }
  return without;
}

// Customers whose rows were stored but whose import entry was not are nobody: their batch will come
// again.
Status sweep_unrecorded(Vault& vault, const State& state) {
  const auto next = vault.next_customer_number().value;
  for (auto number = state.last_customer().value + 1; number < next; ++number) {
    const auto erased = vault.erase(CustomerNumber(number));
    if (!erased && erased.error().code != ErrorCode::kNotFound) return erased;
  }
  return {};
}

Status say_ready(int control_fd, const KeeperFolder& folder) {
  Bytes frame;
  wire::put_frame(frame, {static_cast<std::uint16_t>(wire::KeeperReady::kOp), 0, InstanceNumber()},
                  wire::encode(wire::KeeperReady{{folder.origin}, folder.demo()}));
  return wire::send_with_descriptor(control_fd, frame, -1);
}

}  // namespace

Status run_keeper(const ServiceOptions& options, const SecretBytes& root, int control_fd) {
  auto anchor = options.anchor;
  anchor.holds_space = std::ranges::find(options.without, "space") == options.without.end();
  auto folder = TRY(open_keeper_folder(options.data, root, anchor));
  remove_waiting_backup(options.data);
  if (options.anchor.unanchored && !folder.ledger->anchored())
    log_warning("started unanchored: no second place holds the ledger's checkpoints");
  const auto without = TRY(read_without(options.without, folder.drill()));
  const auto credential_check = TRY(CredentialCheck::create());
  const auto open_reader = [&] { return VaultReader::open(options.data, *folder.ring); };
  const auto loop_reader = TRY(open_reader());
  const auto writer_reader = TRY(open_reader());
  const auto scan_reader = TRY(open_reader());

  if (options.clock_ahead_s > 0 && !folder.drill())
    return fail(ErrorCode::kRefused, "the clock can be moved in drill directories only");
  if (anchor.ledger_space > 0 && !folder.drill())
    return fail(ErrorCode::kRefused, "the disk can be limited in drill directories only");
  SystemClock system_clock;
  const Clock& real_clock = options.clock == nullptr ? system_clock : *options.clock;
  MovedClock drill_clock(real_clock, options.clock_ahead_s * 1000);
  const Clock& clock = folder.drill() ? drill_clock : real_clock;
  // A keeper without one is better than none.
  const auto crash_note = CrashNote::open(options.data + "/" + kCrashNoteFile);
  if (!crash_note) log_warning("nothing will be quarantined: {}", crash_note.error().context);
  if (crash_note && options.notes_crashes) (*crash_note)->listen();
  Mailbox mailbox;
  ImportQueue imports;
  WorkLane writer_lane(1, kWriterJobsMax);
  WorkLane scan_lane(1, kScanJobsMax);
  WorkLane hashing_lane(kHashingThreads, kHashingJobsMax);
  WorkLane snapshot_lane(1, kSnapshotJobsMax);
  WorkLane backup_lane(1, kBackupJobsMax);
  const Snapshots snapshots({.folder = options.data + "/snapshots",
                             .disk = *folder.disk,
                             .ring = *folder.ring,
                             .ledger = *folder.ledger});
  std::optional<Replica> replica;
  if (!anchor.replica.empty()) {
    replica.emplace(*folder.ledger, ReplicaOptions{.directory = anchor.replica,
                                                   .origin = folder.origin,
                                                   .key = folder.ring->ledger_signing_key(),
                                                   .disk = folder.disk.get()});
  }
  Keeper keeper(
      {.clock = clock,
       .ring = *folder.ring,
       .changing_ring = folder.ring.get(),
       .vault = *folder.vault,
       .reader = *loop_reader,
       .ledger = *folder.ledger,
       .writer_lane = writer_lane,
       .hashing_lane = hashing_lane,
       .imports = imports,
       .mailbox = mailbox,
       .credential_check = &credential_check,
       .breached_passwords = folder.breached_passwords ? &*folder.breached_passwords : nullptr,
       .snapshots = &snapshots,
       .snapshot_lane = &snapshot_lane,
       .crash_note = crash_note ? crash_note->get() : nullptr,
       .replica = replica ? &*replica : nullptr,
       .folder = options.data,
       .backup_lane = &backup_lane,
       .recompute = options.recompute,
       .origin = folder.origin,
       .demo = folder.demo(),
       .drill = folder.drill(),
       .drill_clock = folder.drill() ? &drill_clock : nullptr,
       .without = without});
  TRY_STATUS(keeper.start());
  TRY_STATUS(sweep_unrecorded(*folder.vault, keeper.state()));
  const auto acts = TRY(ActPool::start(open_reader));
  GroupCommitter committer(*folder.ledger);
  AppliedIndex applied(*folder.vault, writer_lane);
  Loop loop({keeper, committer, *acts, writer_lane, scan_lane, *writer_reader, *scan_reader,
             applied, control_fd});
  TRY_STATUS(say_ready(control_fd, folder));

  const auto ended = loop.run();
  keeper.backup_work().abandon();
  committer.stop();
  writer_lane.stop();
  scan_lane.stop();
  hashing_lane.stop();
  acts->stop();
  snapshot_lane.stop();
  backup_lane.stop();
  applied.reached(folder.ledger->size().value);
  applied.write();
  keeper.snapshot_at_end();
  TRY_STATUS(folder.ledger->close());
  if (replica) replica->stop();
  TRY_STATUS(ended);
  loop.answer_drain();
  return {};
}

}  // namespace bulkhead
