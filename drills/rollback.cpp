// A bribed agent uses up a day; then vault and ledger are put back as they were before, so that the
// budgets would be new and the theft unsaid. The second place knows better: the house does not
// start, and once its ledger is adopted the loss is named and nothing is refilled.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/run_keeper.h"
#include "drills/bounds.h"
#include "drills/insider.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;

constexpr std::uint32_t kRollBackBeyondBound = 60;

struct RolledBack {
  std::string keeper, copy, second;  // folders, and the file in the second place
  std::uint64_t size_before = 0, size_after = 0;
};

Status copy_folder(const std::string& from, const std::string& to) {
  std::error_code error;
  files::remove_all(to, error);
  files::copy(from, to, files::copy_options::recursive, error);
  return error ? fail(ErrorCode::kIo, "the house's files cannot be copied") : Status();
}

Result<std::uint64_t> entries_of(const House& house) {
  auto admin = TRY(house.admin());
  return TRY(admin.call<wire::StatusAnswer>(wire::StatusQuery{})).ledger_size;
}

// The house gets a second place, unless that is what is missing, and its files are copied.
Status prepare(Attack& attack, RolledBack& back) {
  auto& house = attack.house;
  back.keeper = house.data() + "/keeper";
  back.copy = house.folder() + "/before";
  const auto elsewhere = house.folder() + "/elsewhere";
  back.second = elsewhere + "/checkpoint";
  std::error_code error;
  files::create_directory(elsewhere, error);
  files::permissions(elsewhere, files::perms::all, error);
  if (error) return fail(ErrorCode::kIo, "no folder for a second place can be made");
  if (attack.run.without != kAnchor)
    house.serve_with({"--second-place", back.second, "--unanchored"});
  TRY_STATUS(house.restart(attack.run.without, 0));
  back.size_before = TRY(entries_of(house));
  TRY_STATUS(house.stop());
  TRY_STATUS(copy_folder(back.keeper, back.copy));
  if (attack.run.without != kAnchor) house.serve_with({"--second-place", back.second});
  return house.restart(attack.run.without, 0);
}

// As `bulkhead ledger adopt` does it. The key is a copy, so it is given to the keeper's user first.
Status adopt(const RolledBack& back, const House& house) {
  const auto key = house.folder() + "/key/root.key";
  const auto user = cli::keeper_user();
  if (user && chown(key.c_str(), user->uid, user->gid) != 0)
    return fail(ErrorCode::kIo, "the key cannot be given to the keeper's user");
  TRY(cli::run_keeper(
      {"--adopt", "--data", back.keeper, "--key", key, "--second-place", back.second}, user));
  return {};
}

// Every lost entry must lie in what the ledger says is missing; then what it said before is still
// said.
Status check_window(Attack& attack, const RolledBack& back, const Account& before) {
  auto admin = TRY(attack.house.admin());
  const auto answer = TRY(admin.call<wire::ScopeAnswer>(wire::Scope{}));
  for (const auto& window : answer.unknown.items) {
    if (window.first_entry > back.size_before || window.known_size < back.size_after) continue;
    attack.lost = before;
    attack.report.notes.push_back(fmt::format("the ledger names entries {} to {} as lost; {} were",
                                              window.first_entry, window.known_size - 1,
                                              back.size_after - back.size_before));
    return {};
  }
  attack.report.problems.emplace_back("the ledger does not say which entries are missing");
  return {};
}

Status roll_back(Attack& attack) {
  auto& house = attack.house;
  RolledBack back;
  attack.honest.end();  // a restart would end their sessions
  TRY_STATUS(prepare(attack, back));
  const auto wanted =
      std::min(bounds().session_clear + kRollBackBeyondBound, attack.stage.world.options.customers);
  std::vector<Insider> insiders;
  insiders.emplace_back(attack, 0, 1, wanted);
  attack.run.say("using up a day");
  TRY(take_a_day(attack, insiders));
  const auto first_day = attack.evidence.loot.fields.size();
  const auto before = TRY(ask_scope(house, attack.stage, attack.scope));
  back.size_after = TRY(entries_of(house));

  attack.run.say("putting vault and ledger back");
  TRY_STATUS(house.stop());
  TRY_STATUS(copy_folder(back.copy, back.keeper));
  const bool refused = !house.restart(attack.run.without, 0);
  if (refused) {
    TRY_STATUS(adopt(back, house));
    TRY_STATUS(house.restart(attack.run.without, 0));
    TRY_STATUS(check_window(attack, back, before));
  }
  TRY_STATUS(insiders.front().sign_in());
  for (unsigned i = 0; i < 3 && !insiders.front().done(); ++i) insiders.front().take(wanted);

  auto& report = attack.report;
  report.bound_customers = bounds().session_clear;
  report.bound_fields = report.bound_customers * bounds().session_fields;
  report.exceeded = attack.evidence.loot.fields.size() > report.bound_customers;
  report.notes.push_back(
      fmt::format("the start was {}; {} customers on the first day, {} more after",
                  refused ? "refused" : "NOT refused", first_day,
                  attack.evidence.loot.fields.size() - first_day));
  return {};
}

}  // namespace

Result<DrillReport> run_rollback(const DrillRun& run) { return run_insiders(run, roll_back); }

}  // namespace bulkhead::drills
