// Power loss: the disk's power goes at every operation of a run, the next start finds some of what
// was not synced, and everything that anybody was promised must still be there.
#include <atomic>
#include <chrono>

#include "ledger/checkpoint.h"
#include "ledger/crash_points_for_test.h"
#include "ledger/group_committer.h"
#include "ledger/ledger_for_test.h"
#include "ledger/lossy_disk_for_test.h"
#include "ledger/merkle.h"

namespace bulkhead {
namespace {

constexpr const char* kDirectory = "/place/ledger";
constexpr const char* kSecondPlace = "/second";
constexpr std::uint32_t kNever = 3'600'000;
constexpr int kRestartsCutMax = 3;

// What the outside was told before the power went.
struct Promised {
  std::uint64_t submitted = 0;     // entries 0, 1, 2, ... of entry_for_test
  std::uint64_t acknowledged = 0;  // so many of them are durable
  std::string checkpoint;          // the newest anybody could see
};

Result<std::unique_ptr<Ledger>> open_on(LossyDisk& disk, std::uint32_t delay_ms,
                                        std::uint32_t settle_ms) {
  return Ledger::open({.directory = kDirectory,
                       .origin = std::string(kOriginForTest),
                       .key = signing_key_for_test(),
                       .disk = &disk,
                       .second_place = kSecondPlace,
                       .checkpoint_delay_ms = delay_ms,
                       .settle_interval_ms = settle_ms,
                       .on_broken = {}});
}

// --- The runs. Each ends at the first failure, as the product does.

constexpr int kCheckpoint = 0;

// Appends batches of these sizes one after the other; a closed ledger is settled. Every run of this
// takes the same steps.
void run_session(LossyDisk& disk, std::initializer_list<int> batches, Promised& promised) {
  if (disk.is_off()) return;
  const auto ledger = open_on(disk, kNever, kNever);
  if (!ledger) return;
  for (const auto size : batches) {
    if (size == kCheckpoint) {
      if (!(*ledger)->checkpoint_now()) break;
      continue;
    }
    const auto from = promised.submitted;
    promised.submitted += static_cast<std::uint64_t>(size);
    if (!(*ledger)->append(entries_for_test(from, promised.submitted))) break;
    promised.acknowledged = promised.submitted;
  }
  [[maybe_unused]] const auto closed = (*ledger)->close();
  promised.checkpoint = (*ledger)->checkpoint_text();
}

void run_calmly(LossyDisk& disk, Promised& promised) {
  run_session(disk, {1, 3, kCheckpoint, 90, 2, kCheckpoint, 4}, promised);
  run_session(disk, {120, kCheckpoint, 31, kCheckpoint, 20, kCheckpoint, 7}, promised);
  run_session(disk, {5}, promised);
  run_session(disk, {40, kCheckpoint, 180, kCheckpoint, 30, kCheckpoint, 1}, promised);
}

// Turns, checkpoints and settling beside each other, each as often as it can.
void run_busily(LossyDisk& disk, Promised& promised) {
  for (int session = 0; session < 2 && !disk.is_off(); ++session) {
    const auto ledger = open_on(disk, 0, 0);
    if (!ledger) return;
    std::atomic<std::uint64_t> durable = promised.acknowledged;
    {
      GroupCommitter committer(**ledger);
      for (std::uint64_t turn = 0; turn < 40 && !disk.is_off(); ++turn) {
        const auto from = promised.submitted;
        promised.submitted += 1 + turn * 5 % 13;
        const auto taken =
            committer.submit(entries_for_test(from, promised.submitted),
                             [&, end = promised.submitted](const Result<LeafIndex>& first) {
                               if (first) durable = end;
                             });
        if (!taken) return;
        if (turn % 4 == 0) {
          while (durable < promised.submitted && !disk.is_off()) std::this_thread::yield();
        }
      }
    }
    promised.acknowledged = durable;
    [[maybe_unused]] const auto closed = (*ledger)->close();
    promised.checkpoint = (*ledger)->checkpoint_text();
  }
}

// --- The checks.

std::string verify(LossyDisk& disk, const Ledger& ledger) {
  LossySource source(disk, kDirectory);
  const auto report = verify_ledger(source, {.verifier_key = ledger.verifier_key()});
  return report.ok ? "" : "verify: " + report.problems.front();
}

// Entries 0 to `size` and nothing else.
std::string compare_entries(const Ledger& ledger, std::uint64_t size) {
  std::uint64_t right = 0;
  const auto status = ledger.read({0}, {size}, [&](LeafIndex index, const Entry& entry) {
    if (index.value == right && entry == entry_for_test(right)) ++right;
    return true;
  });
  if (!status) return status.error().context;
  return right == size ? "" : fmt::format("entry {} is not what was appended", right);
}

// The ledger goes on from the checkpoint that somebody holds.
std::string compare_head(const Ledger& ledger, const std::string& checkpoint) {
  if (checkpoint.empty()) return "";
  const auto verifier = NoteVerifier::parse(ledger.verifier_key()).value();
  const auto held = open_checkpoint(checkpoint, verifier).value();
  const auto now = open_checkpoint(ledger.checkpoint_text(), verifier).value();
  if (now.size < held.size) return "the head went back";
  const auto proof = ledger.consistency_proof(held.size, now.size);
  if (!proof) return proof.error().context;
  return verify_consistency_for_witness(held.size, now.size, held.root, now.root, *proof)
             ? ""
             : "the ledger has another history than a checkpoint that was published";
}

std::string check_recovered(LossyDisk& disk, Ledger& ledger, const Promised& promised) {
  const auto size = ledger.size().value;
  if (size < promised.acknowledged || size > promised.submitted)
    return fmt::format("{} entries, of {} acknowledged and {} submitted", size,
                       promised.acknowledged, promised.submitted);
  for (auto problem : {compare_head(ledger, promised.checkpoint), compare_entries(ledger, size),
                       verify(disk, ledger)}) {
    if (!problem.empty()) return problem;
  }
  // It goes on: past whatever the run before had begun to write.
  const std::uint64_t more = size % 5 + 1;
  if (!ledger.append(entries_for_test(size, size + more)) || !ledger.checkpoint_now())
    return "it does not go on";
  if (auto problem = verify(disk, ledger); !problem.empty()) return "going on, " + problem;
  if (!ledger.append(entries_for_test(size + more, size + 300)) || !ledger.close())
    return "it does not go on";
  if (auto problem = verify(disk, ledger); !problem.empty()) return "closed, " + problem;
  return compare_entries(ledger, size + 300);
}

// What the next start finds: the power went, or only the process was killed and what it had written
// waits in memory still.
LossyNodePtr next_start(const LossyDisk& disk, std::mt19937_64& random) {
  return random() % 4 == 0 ? disk.files() : disk.after_power_loss(random());
}

// Restarts until one comes through. Before that others may be cut short in their turn.
std::string check_restart(const LossyDisk& ended, Promised promised, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto files = next_start(ended, random);
  for (int cut = 0; cut < kRestartsCutMax && random() % 2 == 0; ++cut) {
    LossyDisk disk(files, 1 + static_cast<int>(random() % 60));
    const auto ledger = open_on(disk, kNever, kNever);
    if (!ledger && !disk.is_off()) return ledger.error().context;
    if (ledger) {
      promised.acknowledged = (*ledger)->size().value;
      promised.submitted = std::max(promised.submitted, promised.acknowledged + 9);
      if ((*ledger)->append(entries_for_test(promised.acknowledged, promised.acknowledged + 9)))
        promised.acknowledged += 9;
      [[maybe_unused]] const auto closed = (*ledger)->close();
      promised.checkpoint = (*ledger)->checkpoint_text();
    }
    files = next_start(disk, random);
  }
  LossyDisk disk(std::move(files));
  const auto ledger = open_on(disk, kNever, kNever);
  if (!ledger) return ledger.error().context;
  return check_recovered(disk, **ledger, promised);
}

using Run = void (*)(LossyDisk&, Promised&);

void lose_power_everywhere(std::string_view kind, Run run, std::uint64_t seeds,
                           std::size_t short_set, std::size_t missed_one_in) {
  LossyDisk whole;
  Promised everything;
  run(whole, everything);
  ASSERT_EQ(everything.acknowledged, everything.submitted);
  std::vector<std::pair<int, std::uint64_t>> points;
  for (int at = 1; at <= whole.operations(); ++at) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) points.emplace_back(at, seed);
  }
  check_crash_points<std::pair<int, std::uint64_t>>(
      kind, chosen_points(points, short_set),
      [&](const auto& point) -> PointResult {
        const auto [at, seed] = point;
        LossyDisk disk(LossyFiles::empty_folder(), at);
        Promised promised;
        run(disk, promised);
        auto problem = check_restart(disk, promised, seed);
        if (!problem.empty())
          problem = fmt::format("{}: operation {}, seed {}: {}", kind, at, seed, problem);
        return {std::move(problem), disk.is_off()};
      },
      std::thread::hardware_concurrency(), missed_one_in);
}

TEST(PowerLoss, OneStepAfterTheOther) {
  lose_power_everywhere("power loss, one step after the other", run_calmly, 24, 600, 8);
}

TEST(PowerLoss, TurnsCheckpointsAndSettlingBesideEachOther) {
  // How many steps its threads take is another number each time.
  lose_power_everywhere("power loss, all threads at once", run_busily, 8, 300, 2);
}

// The check itself sees what it is there for: a disk that says "synced" and did not.
TEST(PowerLoss, ALyingDiskIsNoticed) {
  int bad = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    LossyDisk disk(LossyFiles::empty_folder(), 250);
    disk.lie();
    Promised promised;
    run_calmly(disk, promised);
    bad += check_restart(disk, promised, seed).empty() ? 0 : 1;
  }
  EXPECT_GT(bad, 10);
}

}  // namespace
}  // namespace bulkhead
