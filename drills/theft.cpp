#include "drills/theft.h"

#include <fmt/format.h>

#include "drills/tap.h"

namespace bulkhead::drills {
namespace {

constexpr std::size_t kScopePagesMax = 10'000;

// What the tap saw of both faces must be within what the ledger says of everybody.
Status check_tap(const DrillRun& run, const Theft& theft, const House& house, const Account& all,
                 const Evidence& evidence, const ChannelCheck& channel, DrillReport& report) {
  std::uint64_t missing = 0;
  auto in_transit = evidence.typed;
  for (const auto face : {Face::kDesk, Face::kApi}) {
    std::set<std::uint32_t> seen;
    for (const auto& file : house.tap_files(face))
      missing += TRY(tokens_not_accounted(file, run.stage.world.tokens, all, seen));
    if (face == theft.face) in_transit.insert(seen.begin(), seen.end());
  }
  // The tap stands before the house's own fronts; a front of the thief's has a channel of its own.
  if (!channel.seen.empty()) {
    in_transit = evidence.typed;
    in_transit.insert(channel.seen.begin(), channel.seen.end());
  }
  report.seen_in_transit = in_transit.size();
  if (missing > 0) {
    report.affected.recall = 0;
    report.problems.push_back(
        fmt::format("{} values left the keeper without standing in the ledger", missing));
  }
  return {};
}

void judge_channel(const ChannelCheck& channel, DrillReport& report) {
  report.notes.push_back(fmt::format("{} values of {} customers in what its channel was sent",
                                     channel.values, channel.seen.size()));
  if (channel.not_accounted > 0) {
    report.affected.recall = 0;
    report.problems.push_back(
        fmt::format("{} values reached the thief's front without standing in the ledger for it",
                    channel.not_accounted));
  }
  if (channel.unknown > 0)
    report.problems.push_back(fmt::format(
        "{} values reached the thief's front in no answer that he counted", channel.unknown));
  if (channel.values == 0)
    report.problems.emplace_back("nothing was found in what the thief's front was sent");
}

void take_evidence(const Evidence& evidence, DrillReport& report) {
  report.attempts = evidence.attempts;
  report.lost_customers = evidence.loot.fields.size();
  report.lost_fields = evidence.loot.field_count();
  report.lost_existence = evidence.loot.existence_count();
  report.first_refusal_ms = evidence.first_refusal_ms;
  report.delivery_unknown = evidence.unanswered;
  if (evidence.strange_tokens > 0)
    report.problems.emplace_back("the thief got values of another customer than the case's");
  if (evidence.unknown_cases > 0)
    report.problems.emplace_back("the runner lost track of what a case is about");
}

}  // namespace

std::vector<HonestPlan> honest_plans(const Stage& stage, const House& house, bool events) {
  std::vector<HonestPlan> plans;
  for (unsigned agent = 0; agent < kHonestAgents; ++agent) {
    const auto name = fmt::format("agent-{:02}", agent + 1);
    const auto* const known = stage.sign_ins.find(name);
    const auto code = house.code_of(name);
    HonestPlan plan{.name = name,
                    .password = known == nullptr ? "" : known->password,
                    .code = code ? *code : "",
                    .address = house.address(Face::kDesk, honest_address(agent)),
                    .events = {},
                    .next_code = {}};
    plan.next_code = [&house, name] { return house.code_of(name).value_or(""); };
    for (std::size_t i = agent; events && i < stage.event_customers.size(); i += kHonestAgents) {
      plan.events.push_back(stage.event_customers[i]);
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

Result<Account> ask_scope(const House& house, const Stage& stage, const wire::ScopeQuery& query) {
  auto admin = TRY(house.admin());
  Account account;
  wire::Scope message{.query = query};
  for (std::size_t page = 0; page < kScopePagesMax; ++page) {
    auto answer = admin.call<wire::ScopeAnswer>(message);
    // A network from which nobody was ever let in has no number: nothing left through it.
    if (!answer && admin.last_reason() == Reason::kNotThere) return account;
    if (!answer) return std::unexpected(answer.error());
    for (const auto& row : answer->rows.items) {
      const auto index = row.number - stage.world.first_customer + 1;
      account[index] = {row.clear | row.masked, row.existence};
    }
    if (!answer->more) return account;
    message.after += answer->rows.items.size();
    message.ledger_size = answer->ledger_size;
  }
  return fail(ErrorCode::kTooLarge, "the affected set has too many pages");
}

AffectedReport compare(const Loot& loot, const Account& account) {
  AffectedReport report;
  std::uint64_t lost = 0, told = 0, both = 0;
  for (const auto& [customer, row] : account) {
    if (!row.fields.empty()) ++report.customers;
    told += static_cast<std::uint64_t>(row.fields.size());
  }
  for (const auto& [customer, fields] : loot.fields) {
    lost += static_cast<std::uint64_t>(fields.size());
    const auto found = account.find(customer);
    if (found != account.end())
      both += static_cast<std::uint64_t>((fields & found->second.fields).size());
  }
  report.fields = told;
  report.precision = told == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(told);
  for (const auto customer : loot.existence) {
    ++lost;
    const auto found = account.find(customer);
    if (found != account.end() && (found->second.existence || !found->second.fields.empty()))
      ++both;
  }
  report.recall = lost == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(lost);
  return report;
}

Result<std::uint64_t> tokens_not_accounted(const std::string& tap_file, const TokenTable& tokens,
                                           const Account& all, std::set<std::uint32_t>& seen) {
  const auto bytes = TRY(read_whole(tap_file));
  std::uint64_t missing = 0;
  const auto summary = read_tap(view_of(bytes), [&](const TapFrame& frame) {
    find_plain_tokens(frame.body, tokens, [&](const TokenOwner& owner) {
      seen.insert(owner.customer);
      const auto found = all.find(owner.customer);
      if (found == all.end() || !found->second.fields.has(owner.field)) ++missing;
    });
  });
  if (summary.broken) return fail(ErrorCode::kMalformed, "what the tap wrote is no row of frames");
  return missing;
}

ChannelCheck check_channel(ByteView sent, const TokenTable& tokens, const Account& account,
                           const Loot& loot) {
  ChannelCheck check;
  find_plain_tokens(sent, tokens, [&](const TokenOwner& owner) {
    ++check.values;
    check.seen.insert(owner.customer);
    const auto told = account.find(owner.customer);
    const auto had = loot.fields.find(owner.customer);
    if (told == account.end() || !told->second.fields.has(owner.field)) ++check.not_accounted;
    if (had == loot.fields.end() || !had->second.has(owner.field)) ++check.unknown;
  });
  return check;
}

Status check_ledger(const Stage& stage, const House& house, const Outsider& outsider,
                    DrillReport& report) {
  const auto untouched = judge_ledger(house.ledger(), outsider);
  report.ledger_size = untouched.size;
  report.ledger_verified = untouched.accepted;
  for (const auto& problem : untouched.problems) report.notes.push_back("ledger: " + problem);
  const auto older = stage.folder + "/pristine/data/keeper/ledger";
  for (const auto& outcome : TRY(try_tampering(house.ledger(), older, house.folder(), outsider))) {
    if (outcome.refused) continue;
    report.ledger_verified = false;
    report.problems.push_back(fmt::format("nobody noticed {}", describe(outcome.what)));
  }
  return {};
}

Result<DrillReport> run_theft(const DrillRun& run, const Theft& theft) {
  run.say("starting the house");
  const auto house = TRY(House::start(run.stage, run.name, run.without));
  DrillReport report;
  Evidence evidence;
  CaseBook book(run.stage.world);
  HonestTeam honest(run.stage.world, book);
  TRY_STATUS(honest.start(honest_plans(run.stage, *house, theft.events)));

  run.say("attacking");
  wire::ScopeQuery query;
  query.principal.value = theft.principal;
  query.network.value = theft.network;
  Account lost;
  Bytes sent;
  Attack attack{run, run.stage, *house, book, honest, evidence, query, report, lost, sent};
  TRY_STATUS(theft.attack(attack));
  honest.end();
  report.honest_reveals = honest.work.reveals;
  report.honest_refused = honest.work.refused;

  run.say("comparing with the ledger");
  // A moment before the first act, since the keeper takes the time of a turn at its beginning.
  constexpr std::uint64_t kTurnMs = 25;
  query.from_ms = evidence.began_wall_ms - kTurnMs;
  auto account = TRY(ask_scope(*house, run.stage, query));
  auto all = TRY(ask_scope(*house, run.stage, {}));
  account.insert(lost.begin(), lost.end());
  all.insert(lost.begin(), lost.end());
  const auto outsider = TRY(house->outsider(run.stage));
  TRY_STATUS(house->stop());
  take_evidence(evidence, report);
  report.affected = compare(evidence.loot, account);
  const auto channel = check_channel(sent, run.stage.world.tokens, account, evidence.loot);
  TRY_STATUS(check_tap(run, theft, *house, all, evidence, channel, report));
  if (!sent.empty()) judge_channel(channel, report);
  TRY_STATUS(check_ledger(run.stage, *house, outsider, report));
  if (theft.afterwards) TRY_STATUS(theft.afterwards(*house, report));
  const auto denials = TRY(count_denials(house->ledger(), evidence.began_wall_ms - kTurnMs));
  report.notes.push_back(fmt::format("{} of {} acts refused, {} entries of refusal in the ledger",
                                     evidence.refusals, evidence.attempts, denials));
  if (evidence.refusals > 0 && denials == 0)
    report.problems.emplace_back("no refusal stands in the ledger");
  return report;
}

}  // namespace bulkhead::drills
