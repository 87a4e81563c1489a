// Drill 19: every file of the data directory is copied while the house works and again after it
// stopped, and the copies are searched for the values that were planted. Without sealing there
// would be some: the runner plants one itself.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "drills/bounds.h"
#include "drills/theft.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;

constexpr std::chrono::milliseconds kWorkBefore{1500};
constexpr std::size_t kFilesMax = 1'000'000;

// Regular files alone; what vanishes meanwhile is not stolen.
Status copy_files(const std::string& from, const std::string& to) {
  std::error_code error, gone;
  std::size_t copied = 0;
  for (const auto& item : files::recursive_directory_iterator(from, error)) {
    if (!item.is_regular_file(gone)) continue;
    if (++copied > kFilesMax)
      return fail(ErrorCode::kTooLarge, "the data directory has too many files");
    const auto target = files::path(to) / files::relative(item.path(), from, gone);
    files::create_directories(target.parent_path(), gone);
    files::copy_file(item.path(), target, gone);
  }
  return error ? fail(ErrorCode::kIo, "the data directory cannot be copied") : Status();
}

// A value in the clear, in the middle of a database, as it would stand there without sealing.
Status plant(const std::string& copy, const World& world) {
  std::ofstream file(copy + "/keeper/vault.db", std::ios::binary | std::ios::app);
  file << "Bloom " << drill_token(world.options.seed, 1, Field::kFamilyName) << '\0';
  file.close();
  return file ? Status() : fail(ErrorCode::kIo, "nothing can be planted in the copy");
}

struct Search {
  std::uint64_t files = 0, bytes = 0;
  std::array<std::uint64_t, kTokenFormCount> forms{};
  std::map<std::uint32_t, FieldSet> found;
};

Status search_files(const std::string& copy, const TokenTable& tokens, Search& search) {
  std::error_code error;
  for (const auto& item : files::recursive_directory_iterator(copy, error)) {
    if (!item.is_regular_file(error)) continue;
    const auto bytes = TRY(read_whole(item.path().string()));
    ++search.files;
    search.bytes += bytes.size();
    find_tokens(view_of(bytes), tokens, [&](const TokenOwner& owner, TokenForm form) {
      ++search.forms[static_cast<std::size_t>(form)];
      auto& fields = search.found[owner.customer];
      fields = fields | FieldSet::of(owner.field);
    });
  }
  return error ? fail(ErrorCode::kIo, "the stolen files cannot be read") : Status();
}

}  // namespace

Result<DrillReport> run_stolen_disk(const DrillRun& run) {
  run.say("starting the house");
  const auto house = TRY(House::start(run.stage, run.name, run.without));
  CaseBook book(run.stage.world);
  HonestTeam honest(run.stage.world, book);
  TRY_STATUS(honest.start(honest_plans(run.stage, *house, true)));
  std::this_thread::sleep_for(kWorkBefore);

  run.say("copying its files while it runs, and after it stopped");
  const auto running = house->folder() + "/stolen-running",
             stopped = house->folder() + "/stolen-stopped";
  TRY_STATUS(copy_files(house->data(), running));
  honest.end();
  const auto outsider = TRY(house->outsider(run.stage));
  TRY_STATUS(house->stop());
  TRY_STATUS(copy_files(house->data(), stopped));
  if (run.without == kSealing) TRY_STATUS(plant(running, run.stage.world));

  run.say("searching them");
  Search search;
  TRY_STATUS(search_files(running, run.stage.world.tokens, search));
  TRY_STATUS(search_files(stopped, run.stage.world.tokens, search));

  DrillReport report;
  report.honest_reveals = honest.work.reveals;
  report.honest_refused = honest.work.refused;
  report.attempts = search.files;
  report.lost_customers = search.found.size();
  for (const auto& [customer, fields] : search.found)
    report.lost_fields += static_cast<std::uint64_t>(fields.size());
  report.bound_customers = bounds().disk_customers;
  report.exceeded = report.lost_customers > report.bound_customers;
  const auto& forms = search.forms;
  report.notes.push_back(fmt::format(
      "{} files, {:.1f} MB searched; plain {}, UTF-16 {}, hex {}, base64 {}, compressed {}",
      search.files, static_cast<double>(search.bytes) / 1e6, forms[0], forms[1], forms[2], forms[3],
      forms[4]));
  TRY_STATUS(check_ledger(run.stage, *house, outsider, report));
  return report;
}

}  // namespace bulkhead::drills
