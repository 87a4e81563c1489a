// Drill 7: the recon of August 2025 (shared record of a customer-service tenant), at speed. The
// token of an integration is tried, lists and descriptions are read, things are counted, limits are
// asked, the source changes, the bulk read follows; then a lead's session counts on and on.
#include <fmt/format.h>

#include <algorithm>

#include "drills/bounds.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

constexpr std::size_t kReconIdsMax = 60;
constexpr std::uint32_t kReconGuesses = 5;
constexpr unsigned kCountsBeyondBound = 40;

void count_and_list(Thief& thief) {
  thief.act([](Caller& caller) { return caller.count(); });
  thief.act([](Caller& caller) { return caller.cases("open", 0, 20); });
}

Status integration(Attack& attack) {
  const auto& stage = attack.stage;
  const auto address = attack.house.address(Face::kApi, kClientAddress);
  Thief thief(stage.world, attack.book, attack.evidence, address, Thief::As::kClient);
  // 9 August: verify the token. 12 August: sign in, list the objects.
  thief.act([](Caller& caller) {
    return caller.ask_bare("GET", "/api/v1/token", "User-Agent: truffleHog\r\n");
  });
  TRY_STATUS(thief.caller().client().client_sign_in(kClientName, SecretBytes(stage.client_secret)));
  thief.read_lists(kReconIdsMax);
  // 13 August: describe, twice; a broad query. 14 August: counts, LIMIT 5000, LIMIT 20, limits.
  for (std::size_t i = 0; i < 2; ++i) {
    thief.act([&](Caller& caller) { return caller.show(stage.victim_case_ids[i]); });
  }
  for (unsigned i = 0; i < 3; ++i) count_and_list(thief);
  for (std::uint32_t i = 0; i < kReconGuesses; ++i) {
    const auto customer = std::min(100 + i, stage.world.options.customers);
    thief.look_up(IdentifierKind::kEmail, stage.world.value_of(customer, Field::kEmail), customer);
  }
  thief.act([](Caller& caller) { return caller.me(); });
  // 17 August: a new source address, one more count, then the bulk read from there and from here.
  Thief elsewhere(stage.world, attack.book, attack.evidence,
                  attack.house.address(Face::kApi, kThiefsOwnAddress), Thief::As::kClient);
  elsewhere.caller().client().adopt(thief.caller().client().state().clone());
  count_and_list(elsewhere);
  for (const auto& id : stage.victim_case_ids) {
    if (elsewhere.gave_up()) break;
    elsewhere.read_case(id);
  }
  thief.read_grants();
  thief.take_heart();
  for (const auto& id : stage.victim_case_ids) {
    if (thief.gave_up()) break;
    thief.read_case(id);
  }
  thief.take_heart();
  thief.read_cases();
  return {};
}

Status slow_count(Attack& attack) {
  Caller lead(attack.house.address(Face::kDesk, kVictimAddress));
  TRY_STATUS(attack.house.sign_in(lead.client(), attack.stage, kLeadName));
  Thief thief(attack.stage.world, attack.book, attack.evidence,
              attack.house.address(Face::kDesk, kVictimAddress), Thief::As::kAgent);
  thief.caller().client().adopt(lead.client().state().clone());
  const auto counts = bounds().recon_existence + kCountsBeyondBound;
  for (unsigned i = 0; i < counts && !thief.gave_up(); ++i) {
    if (thief.act([](Caller& caller) { return caller.count(); }).ok())
      ++attack.evidence.loot.counts;
  }
  return {};
}

Status reconnoitre(Attack& attack) {
  TRY_STATUS(integration(attack));
  const auto refused = attack.evidence.refusals;
  TRY_STATUS(slow_count(attack));
  auto& report = attack.report;
  report.bound_customers = bounds().recon_customers;
  report.bound_fields = 0;
  report.exceeded = attack.evidence.loot.fields.size() > report.bound_customers ||
                    attack.evidence.loot.existence_count() > bounds().recon_existence;
  report.notes.push_back(fmt::format(
      "the integration's token was refused {} times; a lead's session could count {} times",
      refused, attack.evidence.loot.counts));
  return {};
}

}  // namespace

Result<DrillReport> run_recon(const DrillRun& run) {
  return run_theft(run, {.principal = kClientName,
                         .network = kClientNetwork,
                         .face = Face::kApi,
                         .events = false,
                         .attack = reconnoitre,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
