// Drill 28: a stolen agent's day is used up; then the house is restarted on a machine whose clock
// stands 31 days later, so that all budgets would be new, and the theft goes on. Keeper time
// believes an hour of it.
#include <fmt/format.h>

#include <algorithm>

#include "drills/bounds.h"
#include "drills/insider.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kForwardS = 31u * 24 * 3600;
constexpr std::uint32_t kClockBeyondBound = 60;

Status set_the_clock(Attack& attack) {
  const auto wanted =
      std::min(bounds().session_clear + kClockBeyondBound, attack.stage.world.options.customers);
  std::vector<Insider> insiders;
  insiders.emplace_back(attack, 0, 1, wanted);
  attack.run.say("using up a day");
  TRY(take_a_day(attack, insiders));
  const auto first_day = attack.evidence.loot.fields.size();
  attack.honest.end();  // a restart would end their sessions

  attack.run.say("restarting 31 days later");
  TRY_STATUS(attack.house.restart(attack.run.without, kForwardS));
  TRY_STATUS(insiders.front().sign_in());
  for (unsigned i = 0; i < 3 && !insiders.front().done(); ++i) insiders.front().take(wanted);

  auto& report = attack.report;
  report.bound_customers = bounds().session_clear;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded = attack.evidence.loot.fields.size() > report.bound_customers;
  report.notes.push_back(fmt::format("{} customers on the first day, {} more after the restart",
                                     first_day, attack.evidence.loot.fields.size() - first_day));
  return {};
}

}  // namespace

Result<DrillReport> run_clock_forward(const DrillRun& run) {
  return run_insiders(run, set_the_clock);
}

}  // namespace bulkhead::drills
