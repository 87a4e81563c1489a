// Drill 36: many new accounts, bought or made by somebody who may add staff, each taking strangers'
// data in its first hours. Whoever is new has a tenth of an agent's budget, and what all share does
// not grow with them.
#include <fmt/format.h>

#include "base/clock.h"
#include "drills/bounds.h"
#include "drills/insider.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kNewAccounts = 20;
constexpr std::uint32_t kTriedEach = 12;

Result<std::vector<Insider>> hire(Attack& attack) {
  auto admin = TRY(attack.house.admin());
  std::vector<Insider> insiders;
  insiders.reserve(kNewAccounts);
  for (std::uint32_t i = 0; i < kNewAccounts; ++i) {
    const auto name = fmt::format("new-{:02}", i + 1);
    const auto secrets = TRY(admin.call<wire::StaffSecrets>(wire::StaffAdd{
        .name = {name}, .role = Role::kAgent, .team = {"new"}, .password = {}, .grown = false}));
    insiders.emplace_back(attack, InsiderSignIn{name, secrets.password.value, insider_address(i)},
                          1 + i * kTriedEach, kTriedEach);
  }
  return insiders;
}

Status take_as_newcomers(Attack& attack) {
  auto insiders = TRY(hire(attack));
  attack.run.say(fmt::format("the first hours of {} new accounts", insiders.size()));
  TRY(take_a_day(attack, insiders));
  auto& report = attack.report;
  report.bound_customers = bounds().new_staff_clear;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded = attack.evidence.loot.fields.size() > report.bound_customers;
  report.notes.push_back(fmt::format("{} new accounts tried {} customers each, five hours long",
                                     insiders.size(), kTriedEach));
  return {};
}

}  // namespace

Result<DrillReport> run_new_staff(const DrillRun& run) {
  return run_insiders(run, take_as_newcomers);
}

}  // namespace bulkhead::drills
