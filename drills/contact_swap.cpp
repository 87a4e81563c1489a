// A stolen agent's session changes where strangers are reached, to an address of the thief's own,
// and then answers what is sent there, so that the strangers' cases count as proven and open
// everything. A channel that was just changed proves nothing, so nothing opens.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/encoding.h"
#include "drills/bounds.h"
#include "drills/insider.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kSwapped = 12;

std::uint64_t beyond_basic(const FieldSet fields) {
  FieldSet basic;
  for (const auto& info : kFields) {
    if (info.field_class == FieldClass::kBasic) basic = basic | FieldSet::of(info.field);
  }
  return static_cast<std::uint64_t>((fields - basic).size());
}

// What the house does when an answer comes from the address on file.
Status prove_contact(Attack& attack, const std::string& id) {
  const auto bytes = TRY(from_hex(id));
  wire::SetContact message{{}, ContactProof::kProven};
  if (bytes.size() != message.id.bytes.size())
    return fail(ErrorCode::kMalformed, "the thief's case has no id");
  std::ranges::copy(bytes, message.id.bytes.begin());
  auto admin = TRY(attack.house.admin());
  TRY(admin.call<wire::Done>(message));
  return {};
}

Status swap_and_prove(Attack& attack) {
  const auto& stage = attack.stage;
  Caller victim(attack.house.address(Face::kDesk, kVictimAddress));
  TRY_STATUS(attack.house.sign_in(victim.client(), stage, kVictimName));
  Thief thief(stage.world, attack.book, attack.evidence,
              attack.house.address(Face::kDesk, kVictimAddress), Thief::As::kAgent);
  thief.caller().client().adopt(victim.client().state().clone());
  const auto wanted = std::min(kSwapped, stage.world.options.customers);
  std::uint32_t swapped = 0;
  for (std::uint32_t customer = 1; customer <= wanted; ++customer) {
    // Two strangers a minute fit into every budget, so that budgets are not what saves them.
    if (customer % 2 == 1) TRY_STATUS(attack.house.move_clock(kMinuteMs));
    const auto id = thief.open_case_about(customer);
    if (!id) continue;
    const auto body = fmt::format(R"({{"contact.email":"thief-{}@example.net"}})", customer);
    const auto change = thief.act([&](Caller& caller) {
      return caller.ask("PATCH", "/api/v1/cases/" + *id + "/contact", body);
    });
    if (!change.ok()) continue;
    ++swapped;
    TRY_STATUS(prove_contact(attack, *id));
    thief.reveal_case(*id);
  }
  if (swapped == 0) attack.report.problems.emplace_back("no contact could be changed at all");

  std::uint32_t opened = 0;
  for (const auto& [customer, fields] : attack.evidence.loot.fields)
    opened += static_cast<std::uint32_t>(beyond_basic(fields) > 0);
  auto& report = attack.report;
  report.bound_customers = bounds().session_clear;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded = opened > bounds().swap_customers;
  report.notes.push_back(fmt::format(
      "{} contacts changed and answered for, {} customers opened by it", swapped, opened));
  return {};
}

}  // namespace

Result<DrillReport> run_contact_swap(const DrillRun& run) {
  return run_theft(run, {.principal = kVictimName,
                         .network = kVictimNetwork,
                         .face = Face::kDesk,
                         .events = false,
                         .attack = swap_and_prove,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
