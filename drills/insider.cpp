#include "drills/insider.h"

#include <fmt/format.h>

namespace bulkhead::drills {
namespace {

InsiderSignIn of_the_staff(const Stage& stage, std::uint32_t position) {
  auto name = fmt::format("agent-{:02}", kFirstInsider + position);
  const auto* const known = stage.sign_ins.find(name);
  return {std::move(name), known == nullptr ? std::string() : known->password,
          insider_address(position)};
}

}  // namespace

Insider::Insider(Attack& attack, InsiderSignIn who, std::uint32_t first, std::uint32_t count)
    : attack_(attack), who_(std::move(who)), next_(first), end_(first + count) {}

Insider::Insider(Attack& attack, std::uint32_t position, std::uint32_t first, std::uint32_t count)
    : Insider(attack, of_the_staff(attack.stage, position), first, count) {}

Status Insider::sign_in() {
  thief_.emplace(attack_.stage.world, attack_.book, attack_.evidence,
                 attack_.house.address(Face::kDesk, who_.address), Thief::As::kAgent);
  // A code is good once, so each time gets its own.
  TRY_STATUS(attack_.house.move_clock(kMinuteMs));
  return thief_->caller().client().sign_in(who_.name, who_.password,
                                           TRY(attack_.house.code_of(who_.name)));
}

void Insider::take(std::uint32_t customers) {
  for (std::uint32_t i = 0; i < customers && next_ != end_; ++i) {
    const auto before = attack_.evidence.loot.fields.size();
    thief_->look_up_and_reveal(next_);
    if (attack_.evidence.loot.fields.size() == before) return;
    ++next_;
  }
}

Result<DrillReport> run_insiders(const DrillRun& run, std::function<Status(Attack&)> attack) {
  return run_theft(run, {.principal = "",
                         .network = kInsiderNetwork,
                         .face = Face::kDesk,
                         .events = false,
                         .attack = std::move(attack),
                         .afterwards = {}});
}

Result<std::uint64_t> take_a_day(Attack& attack, std::vector<Insider>& insiders) {
  std::uint64_t passed_ms = 0;
  const auto wait = [&](std::uint64_t ms) {
    passed_ms += ms;
    return attack.house.move_clock(ms);
  };
  for (unsigned hour = 0; hour < kHoursOfADay; ++hour) {
    for (auto& one : insiders) TRY_STATUS(one.sign_in());
    for (unsigned minute = 0; minute < kMinutesOfAnHour; ++minute) {
      for (auto& one : insiders) one.take(kInAMinute);
      TRY_STATUS(wait(kMinuteMs));
    }
    TRY_STATUS(wait(kHourMs));
  }
  return passed_ms;
}

}  // namespace bulkhead::drills
