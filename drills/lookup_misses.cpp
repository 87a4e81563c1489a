// Lookup-miss enumeration: a stolen agent's session tries mail addresses and frequent-flyer numbers
// from a list, half of them customers', and compares how long hits and misses take. The times are
// told, not judged: a shared machine has others.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "drills/bounds.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kPairsBeyondBound = 40;

struct Times {
  std::vector<double> hits_us, misses_us;
};

double middle(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// One customer's identifier and one that is nobody's, by turns so that both meet the same load.
void try_pairs(Attack& attack, Thief& thief, std::uint32_t pairs, Times& times) {
  const auto& world = attack.stage.world;
  for (std::uint32_t i = 0; i < pairs && !thief.gave_up(); ++i) {
    const auto customer = 1 + i;
    const bool mail = i % 2 == 0;
    const auto kind = mail ? IdentifierKind::kEmail : IdentifierKind::kFrequentFlyer;
    const auto real = world.value_of(customer, mail ? Field::kEmail : Field::kFrequentFlyer);
    const auto made_up =
        mail ? fmt::format("nobody.{}@example.com", i) : fmt::format("XX{:010}", 17 + i);
    for (const bool hit : {true, false}) {
      const auto from = std::chrono::steady_clock::now();
      const auto answer =
          thief.look_up(kind, hit ? real : made_up, hit ? std::optional(customer) : std::nullopt);
      const std::chrono::duration<double, std::micro> took =
          std::chrono::steady_clock::now() - from;
      if (!answer.ok()) continue;
      (answer.customer ? times.hits_us : times.misses_us).push_back(took.count());
    }
  }
}

Status enumerate(Attack& attack) {
  Caller victim(attack.house.address(Face::kDesk, kVictimAddress));
  TRY_STATUS(attack.house.sign_in(victim.client(), attack.stage, kVictimName));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  Thief thief(attack.stage.world, attack.book, attack.evidence,
              attack.house.address(Face::kDesk, kVictimAddress), Thief::As::kAgent);
  thief.caller().client().adopt(victim.client().state().clone());
  Times times;
  try_pairs(
      attack, thief,
      std::min(bounds().lookup_existence + kPairsBeyondBound, attack.stage.world.options.customers),
      times);
  auto& report = attack.report;
  report.exceeded = attack.evidence.loot.existence_count() > bounds().lookup_existence ||
                    times.misses_us.size() > bounds().lookup_misses ||
                    !attack.evidence.loot.fields.empty();
  const auto hit = middle(times.hits_us), miss = middle(times.misses_us);
  report.notes.push_back(
      fmt::format("{} hits took {:.0f} us, {} misses {:.0f} us (p50): {:+.0f} us apart",
                  times.hits_us.size(), hit, times.misses_us.size(), miss, hit - miss));
  return {};
}

}  // namespace

Result<DrillReport> run_lookup_misses(const DrillRun& run) {
  return run_theft(run, {.principal = kVictimName,
                         .network = kVictimNetwork,
                         .face = Face::kDesk,
                         .events = false,
                         .attack = enumerate,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
