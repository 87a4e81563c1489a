// Drill 37: canaries lie among the customers. A stolen session works through a list of addresses,
// and one of them is a canary's; a stolen client tries case ids out of a log, and one of the cases
// is about a canary. Both are out in that very moment and do not come back.
#include <fmt/format.h>

#include <algorithm>

#include "cli/canary_record.h"
#include "crypto/encoding.h"
#include "drills/bounds.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kBeforeTheBait = 2;
constexpr std::uint32_t kTriedAfter = 8;
constexpr std::uint64_t kBaitMinuteMs = 61'000;
constexpr const char* kBaitMail = "bait@example.org";

struct Bait {
  std::uint32_t mail = 0, of_case = 0;  // indexes of two canaries
  std::string case_id;
};

// The keeper numbers customers on behind the airline's.
Result<Bait> lay_out(const Attack& attack) {
  auto admin = TRY(attack.house.admin());
  const auto& world = attack.stage.world;
  Bait bait{world.options.customers + 1, world.options.customers + 2, {}};
  for (const auto index : {bait.mail, bait.of_case}) {
    const std::string chosen =
        fmt::format("contact.email={}", index == bait.mail ? kBaitMail : "other@example.org");
    wire::Canary add;
    add.values.items = TRY(cli::make_canary_record(index, {&chosen, 1}));
    TRY(admin.call<wire::CanaryAnswer>(add));
  }
  wire::SeedCases seed;
  seed.cases.items.push_back({.customer = world.first_customer + bait.of_case - 1,
                              .type = RequestType::kQuestion,
                              .state = CaseState::kClosed,
                              .contact = ContactProof::kNone,
                              .assignee = 0,
                              .opened_ms = wall_now_ms(),
                              .messages = {}});
  const auto seeded = TRY(admin.call<wire::SeedCasesAnswer>(seed));
  bait.case_id = to_hex(seeded.ids.items.front().bytes);
  return bait;
}

Result<wire::CanaryAnswer> list_canaries(const House& house) {
  auto admin = TRY(house.admin());
  wire::Canary list;
  list.act = wire::CanaryAct::kList;
  return admin.call<wire::CanaryAnswer>(list);
}

// The time at which so many are contained, if they are.
Status note_contained(Attack& attack, std::size_t people) {
  const auto listed = TRY(list_canaries(attack.house));
  if (listed.contained.items.size() != people) return {};
  attack.report.contained_ms = steady_ms() - *attack.evidence.began_ms;
  attack.report.notes.push_back(
      fmt::format("{} contained after {} ms", people, *attack.report.contained_ms));
  return {};
}

// Whether the agent can sign in again.
Result<bool> steal_session(Attack& attack, const Bait& bait) {
  const auto address = attack.house.address(Face::kDesk, kVictimAddress);
  Caller victim(address);
  TRY_STATUS(attack.house.sign_in(victim.client(), attack.stage, kVictimName));
  Thief thief(attack.stage.world, attack.book, attack.evidence, address, Thief::As::kAgent);
  thief.caller().client().adopt(victim.client().state().clone());
  std::uint32_t customer = 1;
  for (; customer <= kBeforeTheBait; ++customer) thief.look_up_and_reveal(customer);
  thief.look_up(IdentifierKind::kEmail, kBaitMail, bait.mail);
  TRY_STATUS(note_contained(attack, 1));
  for (; customer <= kBeforeTheBait + kTriedAfter; ++customer) {
    TRY_STATUS(attack.house.move_clock(kBaitMinuteMs));
    thief.look_up_and_reveal(customer);
  }
  return attack.house.sign_in(victim.client(), attack.stage, kVictimName).has_value();
}

// The same for the client.
Result<bool> steal_client(Attack& attack, const Bait& bait) {
  Thief thief(attack.stage.world, attack.book, attack.evidence,
              attack.house.address(Face::kApi, kClientAddress), Thief::As::kClient);
  auto& client = thief.caller().client();
  const SecretBytes secret(attack.stage.client_secret);
  TRY_STATUS(client.client_sign_in(kClientName, secret));
  auto leaked = attack.stage.victim_case_ids;
  leaked.insert(leaked.begin() + 1, bait.case_id);
  for (const auto& id : leaked) {
    thief.act([&](Caller& caller) { return caller.show(id); });
    if (id == bait.case_id) TRY_STATUS(note_contained(attack, 2));
  }
  return client.client_sign_in(kClientName, secret).has_value();
}

Status touch_canaries(Attack& attack) {
  const auto bait = TRY(lay_out(attack));
  const bool agent_is_back = TRY(steal_session(attack, bait));
  const bool client_is_back = TRY(steal_client(attack, bait));
  const auto listed = TRY(list_canaries(attack.house));

  auto& report = attack.report;
  report.bound_customers = kBeforeTheBait + bounds().canary_after;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded = attack.evidence.loot.fields.size() > report.bound_customers || agent_is_back ||
                    client_is_back;
  report.notes.push_back(fmt::format(
      "{} customers before the canary, {} of {} tried after it; {} principals contained",
      kBeforeTheBait, attack.evidence.loot.fields.size() - kBeforeTheBait, kTriedAfter,
      listed.contained.items.size()));
  if (attack.run.without.empty() && listed.contained.items.size() != 2)
    report.problems.emplace_back("not the two who touched a canary are contained, and they alone");
  return {};
}

}  // namespace

Result<DrillReport> run_canary(const DrillRun& run) {
  return run_theft(run, {.principal = kVictimName,
                         .network = kVictimNetwork,
                         .face = Face::kDesk,
                         .events = false,
                         .attack = touch_canaries,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
