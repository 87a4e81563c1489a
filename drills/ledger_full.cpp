// Drill 29: the ledger's disk is filled while a session is misused. Nothing is shown any more, the
// account is closed and the client revoked all the same, and nothing that was recorded is lost.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "crypto/encoding.h"
#include "drills/bounds.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

constexpr std::uint32_t kAlmostFullBytes = 900u
                                           << 10;  // a drill's disk counts as full below 512 KiB
constexpr int kEntriesToFillMax = 50'000;
constexpr std::size_t kReadBeforeFull = 2, kTriedWhenFull = 4;

std::uint64_t bytes_below(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& item : std::filesystem::recursive_directory_iterator(folder, error))
    bytes += item.is_regular_file(error) ? item.file_size(error) : 0;
  return bytes;
}

// Somebody records something again and again, until that is refused or the keeper has gone. True
// when it was refused.
bool fill_the_disk(const House& house, const CaseId& id) {
  auto admin = house.admin();
  for (int i = 0; admin && i < kEntriesToFillMax; ++i) {
    if (!admin->call<wire::Done>(wire::SetContact{id, ContactProof::kClaimed}))
      return admin->last_reason() == Reason::kSpace;
  }
  return false;
}

// What an operator does about a thief. True when all of it is done.
bool narrow_down(const House& house, std::vector<std::string>& notes) {
  auto admin = house.admin();
  const bool disabled =
      admin &&
      admin->call<wire::Done>(wire::StaffChange{{kVictimName}, wire::StaffChangeKind::kDisable})
          .has_value();
  const bool revoked =
      admin && admin->call<wire::Done>(wire::ClientRevoke{{kClientName}}).has_value();
  notes.push_back(fmt::format("on the full disk the account was {}, the client {}",
                              disabled ? "closed" : "NOT closed",
                              revoked ? "revoked" : "NOT revoked"));
  return disabled && revoked;
}

bool still_narrowed(const House& house) {
  auto admin = house.admin();
  if (!admin) return false;
  const auto staff = admin->call<wire::StaffListAnswer>(wire::StaffList{});
  const auto clients = admin->call<wire::ClientListAnswer>(wire::ClientList{});
  if (!staff || !clients) return false;
  bool disabled = false, revoked = false;
  for (const auto& row : staff->rows.items)
    disabled |= row.name.value == kVictimName && row.disabled;
  for (const auto& row : clients->rows.items)
    revoked |= row.name.value == kClientName && row.revoked;
  return disabled && revoked;
}

Status misuse_on_a_full_disk(Attack& attack) {
  auto& house = attack.house;
  const auto& ids = attack.stage.victim_case_ids;
  attack.honest.end();  // a restart would end their sessions
  TRY_STATUS(house.stop());
  house.serve_with(
      {"--ledger-space", std::to_string(bytes_below(house.ledger()) + kAlmostFullBytes)});
  TRY_STATUS(house.restart(attack.run.without, 0));
  Caller victim(house.address(Face::kDesk, kVictimAddress));
  TRY_STATUS(house.sign_in(victim.client(), attack.stage, kVictimName));
  Thief thief(attack.stage.world, attack.book, attack.evidence,
              house.address(Face::kDesk, kVictimAddress), Thief::As::kAgent);
  thief.caller().client().adopt(victim.client().state().clone());
  for (std::size_t i = 0; i < kReadBeforeFull; ++i) thief.read_case(ids[i]);
  const auto before = attack.evidence.loot.field_count();

  attack.run.say("filling the disk");
  const auto bytes = from_hex(ids.back());
  CaseId id;
  if (!bytes || bytes->size() != id.bytes.size())
    return fail(ErrorCode::kMalformed, "a case of the stage has no id");
  std::ranges::copy(*bytes, id.bytes.begin());
  const bool answers = fill_the_disk(house, id);
  for (std::size_t i = kReadBeforeFull; answers && i < kReadBeforeFull + kTriedWhenFull; ++i) {
    thief.take_heart();
    thief.read_case(ids[i]);
  }
  const auto shown = attack.evidence.loot.field_count() - before;
  auto& report = attack.report;
  const bool narrowed = narrow_down(house, report.notes);
  const bool still_in = answers && thief.act([&](Caller& caller) { return caller.me(); }).ok();

  attack.run.say("making room again");
  house.serve_with({});
  (void)house.stop();  // one that cannot write does not stop well
  if (!house.restart("", 0)) return fail(ErrorCode::kUnavailable, "it does not start again");
  const bool kept = still_narrowed(house);
  report.bound_customers = static_cast<std::uint32_t>(
      bounds().session_clear + attack.stage.world.in_touch_with(kVictimAgent).size());
  report.bound_fields = report.bound_customers * bounds().session_fields;
  // Without room held back the keeper ends at the first write that finds none.
  report.exceeded = shown > 0 || !answers || still_in || !narrowed || !kept;
  report.notes.push_back(
      fmt::format("{} fields were shown before the disk was full, {} after it; "
                  "with room again it {} what was done",
                  before, shown, kept ? "knew" : "did NOT know"));
  return {};
}

}  // namespace

Result<DrillReport> run_ledger_full(const DrillRun& run) {
  return run_theft(run, {.principal = kVictimName,
                         .network = kVictimNetwork,
                         .face = Face::kDesk,
                         .events = false,
                         .attack = misuse_on_a_full_disk,
                         .afterwards = {}});
}

}  // namespace bulkhead::drills
