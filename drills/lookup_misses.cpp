// Lookup-miss enumeration: a stolen agent's session tries mail addresses and frequent-flyer numbers
// from a list, half of them customers', and compares how long hits and misses take. The times are
// told and not judged, since a shared machine adds its own.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "drills/bounds.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kPairsBeyondBound = 40;
constexpr std::uint64_t kLookupMinuteMs = 61'000;
constexpr unsigned kLookupMinutes = 8;  // by then an hour's misses are used up
constexpr std::size_t kTimesMin = 20;   // of each, or there is nothing to compare

struct Times {
  std::vector<double> hits_us, misses_us;
};

// So many of four are quicker.
double quarter(std::vector<double> values, std::size_t quarters) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() * quarters / 4];
}

// One customer's identifier and one that is nobody's, by turns so that both meet the same load, and
// either first as often as the other.
// Begins at pair `next` and stops where he gives up.
void try_pairs(Attack& attack, Thief& thief, std::uint32_t& next, std::uint32_t pairs,
               Times& times) {
  const auto& world = attack.stage.world;
  for (; next < pairs && !thief.gave_up(); ++next) {
    const auto i = next;
    const auto customer = 1 + i;
    const bool mail = i % 2 == 0;
    const auto kind = mail ? IdentifierKind::kEmail : IdentifierKind::kFrequentFlyer;
    const auto real = world.value_of(customer, mail ? Field::kEmail : Field::kFrequentFlyer);
    const auto made_up =
        mail ? fmt::format("nobody.{}@example.com", i) : fmt::format("XX{:010}", 17 + i);
    const bool hit_first = i / 2 % 2 == 0;
    for (const bool hit : {hit_first, !hit_first}) {
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
  const auto pairs =
      std::min(bounds().lookup_existence + kPairsBeyondBound, attack.stage.world.options.customers);
  std::uint32_t next = 0;
  for (unsigned minute = 0; minute < kLookupMinutes; ++minute) {
    thief.take_heart();
    try_pairs(attack, thief, next, pairs, times);
    TRY_STATUS(attack.house.move_clock(kLookupMinuteMs));
  }
  auto& report = attack.report;
  report.exceeded = attack.evidence.loot.existence_count() > bounds().lookup_existence ||
                    times.misses_us.size() > bounds().lookup_misses ||
                    !attack.evidence.loot.fields.empty();
  for (const std::size_t quarters : {1, 2}) {
    const auto hit = quarter(times.hits_us, quarters), miss = quarter(times.misses_us, quarters);
    report.notes.push_back(fmt::format(
        "{} hits took {:.0f} us, {} misses {:.0f} us (p{}): {:+.0f} us apart", times.hits_us.size(),
        hit, times.misses_us.size(), miss, quarters * 25, hit - miss));
  }
  if (times.hits_us.size() < kTimesMin || times.misses_us.size() < kTimesMin)
    report.problems.emplace_back("too few lookups were answered to compare their times");
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
