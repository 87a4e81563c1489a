// Drill 8: a client's secret is stolen and used from the client's own network. It goes through
// lists, every case id it ever sees, event grants, lookups by guess and counts.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "drills/bounds.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

constexpr std::size_t kExportIdsMax = 2000;
constexpr std::uint32_t kExportGuesses = 20;
constexpr std::uint32_t kGuessedFrom = 50;
constexpr std::chrono::milliseconds kPoll{100};
constexpr unsigned kPollsMax = 600;

// Goes on as long as events arrive, since each gives the client one more customer.
void wait_for_events(Thief& thief, HonestWork& honest) {
  for (unsigned poll = 0; poll < kPollsMax; ++poll) {
    const bool last = honest.events_to_come == 0;
    thief.read_grants();
    thief.take_heart();
    thief.read_cases();
    if (last && poll > 0) return;
    std::this_thread::sleep_for(kPoll);
  }
}

Status export_in_bulk(Attack& attack) {
  const auto& world = attack.stage.world;
  Thief thief(world, attack.book, attack.evidence, attack.house.address(Face::kApi, kClientAddress),
              Thief::As::kClient);
  TRY_STATUS(
      thief.caller().client().client_sign_in(kClientName, SecretBytes(attack.stage.client_secret)));
  const auto open_before = attack.honest.work.events.load();

  thief.leaked_ids = attack.stage.victim_case_ids;
  thief.read_grants();
  thief.read_lists(kExportIdsMax);
  for (const auto& id : thief.leaked_ids) thief.read_case(id);
  thief.take_heart();
  thief.read_cases();
  for (std::uint32_t i = 0; i < kExportGuesses; ++i) {
    const auto customer = std::min(kGuessedFrom + i, world.options.customers);
    thief.look_up(IdentifierKind::kEmail, world.value_of(customer, Field::kEmail), customer);
  }
  thief.act([](Caller& caller) { return caller.count(); });
  wait_for_events(thief, attack.honest.work);

  const auto arrived = attack.honest.work.events.load() - open_before;
  auto& report = attack.report;
  report.bound_customers = std::min(bounds().client_open_grants, open_before) + arrived;
  report.bound_fields = report.bound_customers * bounds().client_fields;
  report.exceeded = attack.evidence.loot.fields.size() > report.bound_customers ||
                    attack.evidence.loot.field_count() > report.bound_fields;
  report.notes.push_back(fmt::format("{} event grants open when it was stolen, {} more arrived",
                                     open_before, arrived));
  return {};
}

}  // namespace

Result<DrillReport> run_bulk_export(const DrillRun& run) {
  return run_theft(run, {.principal = kClientName,
                         .network = kClientNetwork,
                         .face = Face::kApi,
                         .events = true,
                         .attack = export_in_bulk,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
