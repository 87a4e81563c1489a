// A stolen session reads customers; one of them hears of it and has everything erased. From the
// request on nobody is shown anything of them, after the waiting time no file holds a key of
// theirs, and still the ledger names them among those who were robbed.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/clock.h"
#include "crypto/encoding.h"
#include "drills/bounds.h"
#include "drills/theft.h"
#include "store/database.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;

constexpr const char* kOfficerName = "privacy-01";
constexpr const char* kOfficerAddress = "127.0.6.1";
constexpr std::uint64_t kWaitingTimeMs = 14 * kMsPerDay + 3'600'000;
constexpr int kLooksMax = 500;
constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr std::size_t kPieceBytes = 32;  // of wrapped keys, any of which would be too much

struct Erased {
  std::uint32_t customer = 0;  // index in the airline
  Bytes wrapped;               // the customer's keys, as keys.db held them before
};

Result<Bytes> wrapped_keys_of(const House& house, std::uint32_t number) {
  const auto keys = TRY(Database::open(house.data() + "/keeper/keys.db", {.read_only = true}));
  auto select = TRY(keys->prepare("SELECT wrapped FROM keys WHERE customer = $1"));
  if (!TRY(select.bind(1, number).step()))
    return fail(ErrorCode::kNotFound, "the customer to be erased has no keys");
  const auto bytes = select.bytes(0);
  return Bytes(bytes.begin(), bytes.end());
}

// The officer's request, in a case of somebody who proved to be the customer.
Status ask_for_erasure(Attack& attack, std::uint32_t number) {
  const auto* const officer = attack.stage.sign_ins.find(kOfficerName);
  if (officer == nullptr) return fail(ErrorCode::kNotFound, "the demo has no privacy officer");
  auto admin = TRY(attack.house.admin());
  wire::SeedCases seed;
  seed.cases.items.push_back({.customer = number,
                              .type = RequestType::kDataSubject,
                              .state = CaseState::kOpen,
                              .contact = ContactProof::kProven,
                              .assignee = officer->number,
                              .opened_ms = wall_now_ms(),
                              .messages = {}});
  const auto made = TRY(admin.call<wire::SeedCasesAnswer>(seed));
  Caller caller(attack.house.address(Face::kDesk, kOfficerAddress));
  TRY_STATUS(attack.house.sign_in(caller.client(), attack.stage, kOfficerName));
  const auto id = to_hex(made.ids.items.at(0).bytes);
  if (!caller.ask("POST", "/api/v1/cases/" + id + "/erasure").ok())
    return fail(ErrorCode::kRefused, "the erasure is refused");
  return {};
}

Status wait_until_carried_out(Attack& attack) {
  TRY_STATUS(attack.house.move_clock(kWaitingTimeMs));
  auto admin = TRY(attack.house.admin());
  for (int look = 0; look < kLooksMax; ++look) {
    const auto rows = TRY(admin.call<wire::ErasuresAnswer>(wire::Erasures{})).rows.items;
    if (!rows.empty() && rows[0].carried_out != 0) {
      if (rows[0].pseudonyms.items.empty())
        attack.report.problems.emplace_back("the receipt names no pseudonym");
      return {};
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return fail(ErrorCode::kUnavailable, "the erasure is not carried out in time");
}

Status steal_then_erase(Attack& attack, Erased& erased) {
  const auto& stage = attack.stage;
  Caller victim(attack.house.address(Face::kDesk, kVictimAddress));
  TRY_STATUS(attack.house.sign_in(victim.client(), stage, kVictimName));
  Thief thief(stage.world, attack.book, attack.evidence,
              attack.house.address(Face::kDesk, kVictimAddress), Thief::As::kAgent);
  thief.caller().client().adopt(victim.client().state().clone());
  const auto& target = stage.victim_case_ids.front();
  for (const auto& id : stage.victim_case_ids) {
    if (!thief.gave_up()) thief.read_case(id);
  }
  const auto customer = attack.book.customer_of(target);
  if (!customer || !attack.evidence.loot.fields.contains(*customer))
    return fail(ErrorCode::kNotFound, "the thief did not get the customer who will be erased");
  erased.customer = *customer;
  const auto number = stage.world.first_customer + *customer - 1;
  erased.wrapped = TRY(wrapped_keys_of(attack.house, number));

  attack.run.say("erasing one of the robbed");
  if (attack.run.without != kErasure) {
    TRY_STATUS(ask_for_erasure(attack, number));
    const auto again = thief.act([&](Caller& caller) {
      return caller.reveal(target, FieldSet::of(Field::kEmail), Purpose::kService);
    });
    if (again.ok()) attack.report.problems.emplace_back("shown after the erasure was asked for");
    TRY_STATUS(wait_until_carried_out(attack));
  }
  auto& report = attack.report;
  report.bound_customers = static_cast<std::uint32_t>(
      bounds().session_clear + stage.world.in_touch_with(kVictimAgent).size());
  report.bound_fields = report.bound_customers * bounds().session_fields;
  return {};
}

// Whether any file of the house still holds a piece of the keys.
Status search_for_keys(const House& house, const Erased& erased, DrillReport& report) {
  std::error_code error;
  std::uint64_t searched = 0, found = 0;
  for (const auto& item : files::recursive_directory_iterator(house.data(), error)) {
    if (!item.is_regular_file(error)) continue;
    const auto bytes = TRY(read_whole(item.path().string()));
    ++searched;
    for (std::size_t at = 5; at + kPieceBytes <= erased.wrapped.size(); at += kPieceBytes) {
      const auto piece = text_of(ByteView(erased.wrapped).subspan(at, kPieceBytes));
      if (bytes.find(piece) != std::string::npos) ++found;
    }
  }
  report.notes.push_back(
      fmt::format("{} pieces of the erased customer's keys in {} files", found, searched));
  report.exceeded = found > 0 || report.lost_customers > report.bound_customers;
  return error ? fail(ErrorCode::kIo, "the house's files cannot be read") : Status();
}

}  // namespace

Result<DrillReport> run_erase_after_theft(const DrillRun& run) {
  Erased erased;
  return run_theft(run, {.principal = kVictimName,
                         .network = kVictimNetwork,
                         .face = Face::kDesk,
                         .events = false,
                         .attack = [&](Attack& attack) { return steal_then_erase(attack, erased); },
                         .afterwards =
                             [&](const House& house, DrillReport& report) {
                               return search_for_keys(house, erased, report);
                             }});
}

}  // namespace bulkhead::drills
