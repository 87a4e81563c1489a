// Drill 30: the desk's process belongs to the attacker. It says every operation in every stage,
// repeats and changes what honest browsers sign, speaks for them without their keys, and puts
// itself between two people and the keeper when they sign in, so that it has those two sessions
// whole and says with them whatever can be signed, an emergency too. What it sees is what people
// asked for through it and what two stolen sessions may have; the ledger names exactly that by the
// process's instance, and every value in the bytes that it was ever sent is searched for and found
// there.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "crypto/random.h"
#include "drills/bounds.h"
#include "drills/insider.h"
#include "drills/puppeteer.h"
#include "keeper/rules.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint16_t kOpsTried = 200;
constexpr unsigned kHonestBehindIt = 2;  // agents whose browsers keep their keys
constexpr unsigned kTakenOver = 2;       // agents whose sign-in it stands between
constexpr unsigned kGlassMinutes = 8;    // of three strangers each, more than an emergency gives

void keep_seen(Attack& attack, OwnedFront& front) {
  const auto seen = front.take_seen();
  attack.channel.insert(attack.channel.end(), seen.begin(), seen.end());
}

// Says every operation there is, and more that are not, before and after the greeting. Answers how
// many the keeper carried out.
Result<unsigned> say_everything(Attack& attack) {
  std::array<std::uint8_t, 96> noise{};
  unsigned obeyed = 0;
  for (std::uint16_t op = 0; op < kOpsTried; ++op) {
    for (const bool greeted : {false, true}) {
      auto front =
          TRY(greeted ? OwnedFront::greeted(attack.house) : OwnedFront::connect(attack.house));
      random_bytes(noise);
      ++attack.evidence.attempts;
      const auto answer =
          front.say(op, op % 2 == 0 ? ByteView(noise) : ByteView(), front.instance());
      obeyed += static_cast<unsigned>(answer && answer->reason == Reason::kNone);
      keep_seen(attack, front);
    }
  }
  return obeyed;
}

// Everybody whose session passes through the desk.
struct People {
  std::vector<Puppet> honest, taken;
  std::set<std::uint32_t> in_touch;  // whom these people serve
};

People people_of(const World& world) {
  People people;
  const auto slice = (world.options.customers - 1) / (kHonestBehindIt + kTakenOver);
  for (unsigned i = 0; i < kHonestBehindIt + kTakenOver; ++i) {
    auto& group = i < kHonestBehindIt ? people.honest : people.taken;
    group.push_back({.position = i, .session = {}, .next = 1 + i * slice, .opened = {}});
    for (const auto customer : world.in_touch_with(kFirstInsider + i - 1))
      people.in_touch.insert(customer);
  }
  return people;
}

// The browser asks for its own customers; once, the front says all that it can for that person.
void watch(Puppeteer& puppeteer, Puppet& puppet, bool say_all) {
  for (const auto& row : puppeteer.own_cases(puppet)) {
    if (row.contact == ContactProof::kNone) continue;
    puppeteer.reveal(puppet, row.id);
    puppeteer.repeat_and_widen(puppet, row.id);
    if (!say_all) return;
    auto forged = without_key(puppet, puppet.next);
    puppeteer.own_cases(forged);
    puppeteer.reveal_all(forged, row.id);
    puppeteer.say_the_rest(forged, row.id);
    puppeteer.break_glass(forged, row.id);
    puppeteer.close(forged, row.id);
    puppeteer.sign_out(forged);
    return;
  }
}

// The same with a session that it holds.
void speak_for(Puppeteer& puppeteer, Puppet& puppet) {
  for (const auto& row : puppeteer.own_cases(puppet)) {
    if (row.contact == ContactProof::kNone) continue;
    puppeteer.say_the_rest(puppet, row.id);
    return;
  }
}

// When the day's budget is used up: the emergency, more strangers than it gives, and goodbye.
Result<unsigned> break_glasses(Attack& attack, Puppeteer& puppeteer, std::vector<Puppet>& taken) {
  unsigned broken = 0;
  for (auto& puppet : taken)
    broken += static_cast<unsigned>(puppet.opened && puppeteer.break_glass(puppet, *puppet.opened));
  for (unsigned minute = 0; minute < kGlassMinutes; ++minute) {
    for (auto& puppet : taken) {
      // All of one alone: what is shared would be used up by many.
      for (std::uint32_t i = 0; i < kInAMinute; ++i)
        puppeteer.take_stranger(puppet, minute == 0 && i == 0);
    }
    TRY_STATUS(attack.house.move_clock(kMinuteMs));
  }
  for (auto& puppet : taken) {
    if (puppet.opened) puppeteer.close(puppet, *puppet.opened);
    puppeteer.sign_out(puppet);
  }
  return broken;
}

// Names what a session could sign and nobody did.
void note_unsaid(const Puppeteer& puppeteer, DrillReport& report) {
  constexpr std::array kUnsigned{wire::Op::kHello, wire::Op::kSignIn, wire::Op::kClientSignIn,
                                 wire::Op::kReadLedger, wire::Op::kAddAnchor};
  for (const auto& rule : kRules) {
    if (rule.admin || std::ranges::find(kUnsigned, rule.op) != kUnsigned.end()) continue;
    if (!puppeteer.said(false).contains(rule.op) || !puppeteer.said(true).contains(rule.op))
      report.notes.push_back(fmt::format("{} was not said for a session", rule.name));
  }
}

Result<unsigned> use_a_day(Attack& attack, Puppeteer& puppeteer, People& people) {
  for (unsigned hour = 0; hour < kHoursOfADay; ++hour) {
    for (auto* const group : {&people.honest, &people.taken}) {
      for (auto& puppet : *group) TRY_STATUS(puppeteer.sign_in(puppet));
    }
    for (auto& puppet : people.honest) watch(puppeteer, puppet, hour == 0);
    for (auto& puppet : people.taken) {
      if (hour == 0) speak_for(puppeteer, puppet);
    }
    for (unsigned minute = 0; minute < kMinutesOfAnHour; ++minute) {
      for (auto& puppet : people.taken) {
        for (std::uint32_t i = 0; i < kInAMinute; ++i) puppeteer.take_stranger(puppet);
      }
      for (auto& puppet : people.honest) {
        auto forged = without_key(puppet, puppet.next);
        for (std::uint32_t i = 0; i < kInAMinute; ++i) puppeteer.take_stranger(forged);
        puppet.next = forged.next;
      }
      TRY_STATUS(attack.house.move_clock(kMinuteMs));
    }
    if (hour + 1 < kHoursOfADay) TRY_STATUS(attack.house.move_clock(kHourMs));
  }
  const auto broken = TRY(break_glasses(attack, puppeteer, people.taken));
  TRY_STATUS(attack.house.move_clock(kHourMs));
  for (auto& puppet : people.taken) {
    TRY_STATUS(puppeteer.sign_in(puppet));
    for (const auto& row : puppeteer.own_cases(puppet)) {
      if (row.contact != ContactProof::kNone) puppeteer.reveal(puppet, row.id);
    }
  }
  return broken;
}

Status own_the_desk(Attack& attack) {
  const auto obeyed = TRY(say_everything(attack));
  auto front = TRY(OwnedFront::greeted(attack.house));
  Puppeteer puppeteer(attack, front);
  auto people = people_of(attack.stage.world);
  const auto broken = TRY(use_a_day(attack, puppeteer, people));
  keep_seen(attack, front);

  attack.scope.exposed_through = front.instance().value;
  auto& report = attack.report;
  const auto strangers_bound = bounds().owned_clear + bounds().owned_break_glass;
  report.bound_customers = strangers_bound + static_cast<std::uint32_t>(people.in_touch.size());
  report.bound_fields = report.bound_customers * bounds().session_fields;
  const auto strangers = std::ranges::count_if(attack.evidence.loot.fields, [&](const auto& one) {
    return !people.in_touch.contains(one.first);
  });
  report.exceeded = strangers > strangers_bound || puppeteer.forged_obeyed() > 0 || obeyed > 0 ||
                    attack.evidence.loot.field_count() > report.bound_fields;
  report.notes.push_back(fmt::format(
      "{} operations said in two stages, {} carried out; {} honest sessions behind it, {} taken "
      "over at sign-in",
      kOpsTried, obeyed, kHonestBehindIt, kTakenOver));
  report.notes.push_back(fmt::format(
      "{} kinds of signed requests said with a session's key, {} with a made-up one, {} of these "
      "carried out; {} strangers, {} emergencies taken",
      puppeteer.said(false).size(), puppeteer.said(true).size(), puppeteer.forged_obeyed(),
      strangers, broken));
  if (obeyed > 0) report.problems.emplace_back("the keeper carried out what nobody signed");
  if (broken != kTakenOver) report.problems.emplace_back("an emergency could not be taken");
  note_unsaid(puppeteer, report);
  return {};
}

}  // namespace

Result<DrillReport> run_front_owned(const DrillRun& run) {
  return run_theft(run, {.principal = "",
                         .network = "",
                         .face = Face::kDesk,
                         .events = false,
                         .attack = own_the_desk,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
