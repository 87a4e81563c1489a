// Drill 9: bribed agents (a contact centre in 2025) take strangers' data every day, each just what
// a day allows, for half a month of the keeper's time. What one person may see in thirty days ends
// it, however patient they are.
#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "drills/bounds.h"
#include "drills/insider.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kInsiders = 2;
constexpr unsigned kDays = 12;
constexpr std::uint32_t kSlowBeyondBound = 70;

Status drain_slowly(Attack& attack) {
  const auto customers = attack.stage.world.options.customers;
  const auto slice = bounds().slow_clear + kSlowBeyondBound;
  const auto count = std::clamp(customers / slice, 1u, kInsiders);
  std::vector<Insider> insiders;
  insiders.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i)
    insiders.emplace_back(attack, i, 1 + i * slice, std::min(slice, customers));
  for (unsigned day = 0; day < kDays; ++day) {
    attack.run.say(fmt::format("day {} of {}", day + 1, kDays));
    const auto worked_ms = TRY(take_a_day(attack, insiders));
    TRY_STATUS(attack.house.move_clock(kMsPerDay - worked_ms));
  }
  auto& report = attack.report;
  report.bound_customers = bounds().slow_clear * count;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded = attack.evidence.loot.fields.size() > report.bound_customers;
  report.notes.push_back(
      fmt::format("{} agents tried {} customers each over {} days", count, slice, kDays));
  return {};
}

}  // namespace

Result<DrillReport> run_low_and_slow(const DrillRun& run) {
  return run_insiders(run, drain_slowly);
}

}  // namespace bulkhead::drills
