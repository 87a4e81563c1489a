// Drill 13: somebody with root on the disk steals a little, then makes the ledger forget it. What
// an outside party holds a checkpoint of cannot be unsaid unnoticed; of what came after it at most
// so many entries can.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "drills/bounds.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;

constexpr unsigned kCopiesMax = 20;
constexpr std::size_t kReadBefore = 2, kReadAfter = 2;

// What the thief and the outside party hold when the house has stopped.
struct Held {
  Outsider anchored;
  std::string copy;  // of the ledger as it was when the checkpoint was anchored
};

// A copy that was taken in the middle of a write does not verify; then he takes another.
Status copy_ledger(const House& house, const std::string& to, const Outsider& outsider) {
  for (unsigned i = 0; i < kCopiesMax; ++i) {
    std::error_code error;
    files::remove_all(to, error);
    files::copy(house.ledger(), to, files::copy_options::recursive, error);
    if (!error && judge_ledger(to, outsider).accepted) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return fail(ErrorCode::kIo, "no copy of the running ledger verifies");
}

Status attack(Attack& attack, Held& held) {
  Caller victim(attack.house.address(Face::kDesk, kVictimAddress));
  TRY_STATUS(attack.house.sign_in(victim.client(), attack.stage, kVictimName));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  Thief thief(attack.stage.world, attack.book, attack.evidence,
              attack.house.address(Face::kDesk, kVictimAddress), Thief::As::kAgent);
  thief.caller().client().adopt(victim.client().state().clone());
  const auto& ids = attack.stage.victim_case_ids;
  for (std::size_t i = 0; i < kReadBefore; ++i) thief.read_case(ids[i]);
  held.anchored = TRY(attack.house.outsider(attack.stage));
  held.copy = attack.house.folder() + "/anchored";
  TRY_STATUS(copy_ledger(attack.house, held.copy, held.anchored));
  for (std::size_t i = kReadBefore; i < kReadBefore + kReadAfter; ++i) thief.read_case(ids[i]);

  attack.report.bound_customers =
      bounds().session_clear +
      static_cast<std::uint32_t>(attack.stage.world.in_touch_with(kVictimAgent).size());
  attack.report.bound_fields = attack.report.bound_customers * bounds().session_fields;
  return {};
}

Status afterwards(const DrillRun& run, Held& held, const House& house, DrillReport& report) {
  if (run.without == kAnchor) held.anchored.checkpoint.clear();
  const auto now = judge_ledger(house.ledger(), held.anchored);
  const auto before =
      judge_ledger(run.stage.folder + "/pristine/data/keeper/ledger", held.anchored);
  const auto after = judge_ledger(held.copy, held.anchored);
  const auto unsaid = after.accepted && now.size > after.size ? now.size - after.size : 0;
  report.exceeded = report.exceeded || before.accepted || unsaid > bounds().ledger_entries;
  report.notes.push_back(fmt::format(
      "rolled back to before the anchored checkpoint: {}; to just after it: {} entries could "
      "be made unsaid, at most {} may",
      before.accepted ? "NOT noticed" : "noticed", unsaid, bounds().ledger_entries));
  return {};
}

}  // namespace

Result<DrillReport> run_ledger_edit(const DrillRun& run) {
  Held held;
  return run_theft(run, {.principal = kVictimName,
                         .network = kVictimNetwork,
                         .face = Face::kDesk,
                         .events = false,
                         .attack = [&held](Attack& one) { return attack(one, held); },
                         .afterwards =
                             [&run, &held](const House& house, DrillReport& report) {
                               return afterwards(run, held, house, report);
                             }});
}

}  // namespace bulkhead::drills
