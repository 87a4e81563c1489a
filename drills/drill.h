// One drill: its name and number in the catalogue, the protections it shows the worth of, and how
// it is run. A drill must never pass because nothing happened: each is run again without its
// protection and must then fail. Owned by drills.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "drills/house.h"
#include "drills/report.h"

namespace bulkhead::drills {

struct DrillRun {
  const Stage& stage;
  std::string name;     // of this run's folder
  std::string without;  // the protection that is off; empty: none
  Say say;
};

struct Drill {
  std::string_view name;
  int catalogue = 0;
  std::string_view about;
  std::vector<std::string_view> protections;
  Result<DrillReport> (*run)(const DrillRun& run);
};

Result<DrillReport> run_bulk_export(const DrillRun& run);
Result<DrillReport> run_stolen_session(const DrillRun& run);
Result<DrillReport> run_recon(const DrillRun& run);
Result<DrillReport> run_lookup_misses(const DrillRun& run);
Result<DrillReport> run_low_and_slow(const DrillRun& run);
Result<DrillReport> run_new_staff(const DrillRun& run);
Result<DrillReport> run_canary(const DrillRun& run);
Result<DrillReport> run_clock_forward(const DrillRun& run);
Result<DrillReport> run_sign_in_flood(const DrillRun& run);
Result<DrillReport> run_same_uid_escape(const DrillRun& run);
Result<DrillReport> run_front_owned(const DrillRun& run);
Result<DrillReport> run_rollback(const DrillRun& run);
Result<DrillReport> run_ledger_full(const DrillRun& run);
Result<DrillReport> run_erase_after_theft(const DrillRun& run);
Result<DrillReport> run_contact_swap(const DrillRun& run);
Result<DrillReport> run_stolen_disk(const DrillRun& run);
Result<DrillReport> run_ledger_edit(const DrillRun& run);

std::span<const Drill> all_drills();
const Drill* find_drill(std::string_view name);

// With all protections, then without each; the answer is the first with fails_without, judged.
Result<DrillReport> run_in_full(const Drill& drill, const Stage& stage, const Say& say);
// Once, without that protection (empty: with all), judged.
Result<DrillReport> run_once(const Drill& drill, const Stage& stage, const std::string& without,
                             const Say& say);

}  // namespace bulkhead::drills
