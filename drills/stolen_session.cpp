// Drill 16: the session of an agent is stolen in three ways, each worse: its cookie alone, replayed
// from elsewhere; the whole state of the browser, used from elsewhere; and malware on the agent's
// own machine.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "crypto/random.h"
#include "drills/bounds.h"
#include "drills/insider.h"

namespace bulkhead::drills {
namespace {

constexpr std::size_t kStolenIdsMax = 400;
constexpr std::uint32_t kStrangersBeyondBound = 25;
constexpr std::uint32_t kCasesAMinute = 50;  // fewer than one session may open

// A key of the thief's own, so that the request carries a proof which only looks like one.
SecretBytes made_up_key() {
  std::array<std::uint8_t, 32> bytes{};
  random_bytes(bytes);
  return SecretBytes(ByteView(bytes));
}

// What leaves a session that is used from elsewhere; nothing should.
std::uint64_t use_elsewhere(Attack& attack, client::BrowserState state, bool with_proof) {
  Thief thief(attack.stage.world, attack.book, attack.evidence,
              attack.house.address(Face::kDesk, kThiefsOwnAddress), Thief::As::kAgent);
  if (!with_proof) {
    thief.caller().client().adopt(state.cookie_alone());
    thief.act([](Caller& caller) { return caller.cases("mine"); });
    state.key = made_up_key();
  }
  thief.caller().client().adopt(std::move(state));
  thief.read_lists(kStolenIdsMax);
  for (const auto& id : attack.stage.victim_case_ids) {
    if (thief.gave_up()) break;
    thief.read_case(id);
  }
  return attack.evidence.loot.fields.size();
}

// Everything that the agent's own budget gives, to the refusals: own cases, then strangers from a
// leaked list.
Status use_beside(Attack& attack, client::BrowserState state, std::uint32_t strangers) {
  const auto& world = attack.stage.world;
  Thief thief(world, attack.book, attack.evidence,
              attack.house.address(Face::kDesk, kVictimAddress), Thief::As::kAgent);
  thief.caller().client().adopt(std::move(state));
  thief.read_lists(kStolenIdsMax);
  thief.read_cases();
  thief.take_heart();
  std::vector<std::string> opened;
  for (std::uint32_t i = 0; i < strangers && !thief.gave_up(); ++i) {
    if (i > 0 && i % kCasesAMinute == 0) TRY_STATUS(attack.house.move_clock(kMinuteMs));
    const auto id = thief.open_case_about(1 + i);
    if (!id) continue;
    thief.read_case(*id);
    opened.push_back(*id);
  }
  // What the budget refused, he takes as an emergency.
  if (!opened.empty()) {
    thief.act([&](Caller& caller) {
      return caller.ask("POST", "/api/v1/cases/" + opened.front() + "/break-glass");
    });
  }
  thief.take_heart();
  for (const auto& id : opened) {
    if (!thief.gave_up()) thief.reveal_case(id);
  }
  thief.take_heart();
  thief.act([](Caller& caller) { return caller.count(); });
  thief.take_heart();
  thief.read_companions();
  return {};
}

Status use_stolen_session(Attack& attack) {
  const auto& stage = attack.stage;
  Caller victim(attack.house.address(Face::kDesk, kVictimAddress));
  TRY_STATUS(attack.house.sign_in(victim.client(), stage, kVictimName));
  victim.me();
  // Another tab, whose lane malware will use: the counters of the first are spent by the thief
  // elsewhere.
  Caller tab(attack.house.address(Face::kDesk, kVictimAddress));
  tab.client().adopt(victim.client().state().clone());
  TRY_STATUS(tab.client().open_lane());
  victim.me();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));

  const auto by_cookie = use_elsewhere(attack, victim.client().state().clone(), false);
  const auto by_browser = use_elsewhere(attack, victim.client().state().clone(), true);
  const auto in_touch = stage.world.in_touch_with(kVictimAgent).size();
  const auto bound =
      bounds().session_clear + bounds().session_break_glass + static_cast<std::uint32_t>(in_touch);
  const auto strangers = std::min(bound + kStrangersBeyondBound, stage.world.options.customers);
  TRY_STATUS(use_beside(attack, tab.client().state().clone(), strangers));

  auto& report = attack.report;
  report.bound_customers = bound;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded = by_cookie > 0 || by_browser > 0 || attack.evidence.loot.fields.size() > bound ||
                    attack.evidence.loot.field_count() > report.bound_fields;
  report.notes.push_back(fmt::format(
      "lost to the cookie alone: {}, to the whole browser elsewhere: {}, to malware beside "
      "it: {} ({} in touch with that agent)",
      by_cookie, by_browser - by_cookie, attack.evidence.loot.fields.size() - by_browser,
      in_touch));
  return {};
}

}  // namespace

Result<DrillReport> run_stolen_session(const DrillRun& run) {
  return run_theft(run, {.principal = kVictimName,
                         .network = kVictimNetwork,
                         .face = Face::kDesk,
                         .events = false,
                         .attack = use_stolen_session,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
