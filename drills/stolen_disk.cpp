// Drill 19: every file of the data directory, and what all processes of the house wrote to their
// log, is copied while the house works and again after it stopped, and the copies are searched for
// the values that were planted. Refusals and malformed requests that hold such values come first,
// since those are what programs like to log. Without sealing there would be some: the runner plants
// one in the vault and one in the log itself.
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
constexpr std::uint64_t kProvocations = 12;
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

Status plant_in_log(const std::string& log, const World& world) {
  std::ofstream file(log, std::ios::app);
  file << "refused: " << drill_token(world.options.seed, 2, Field::kEmail) << '\n';
  file.close();
  return file ? Status() : fail(ErrorCode::kIo, "nothing can be planted in the copy");
}

struct Provoked {
  std::uint64_t refused = 0;
  std::uint64_t echoed = 0;   // refusals that say a customer's value
  std::uint64_t metrics = 0;  // bytes of what is counted, without one
};

bool has_token(std::string_view text, const World& world) {
  bool found = false;
  find_plain_tokens(view_of(text), world.tokens, [&](const TokenOwner&) { found = true; });
  return found;
}

// Requests with customers' values wherever a request can hold one, all to be refused.
Result<Provoked> provoke(const Stage& stage, const House& house) {
  const auto& world = stage.world;
  const auto token = [&](Field field) { return drill_token(world.options.seed, 3, field); };
  const auto mail = world.value_of(3, Field::kEmail);
  const auto address = house.address(Face::kDesk, kVictimAddress);
  Provoked provoked;
  const auto count = [&](const Answer& answer) {
    provoked.refused += static_cast<std::uint64_t>(answer.refused());
    provoked.echoed += static_cast<std::uint64_t>(has_token(answer.body, world));
  };
  Caller agent(address);
  TRY_STATUS(house.sign_in(agent.client(), stage, kVictimName));
  const std::string made_up_id(32, '0');
  count(agent.ask("GET", "/api/v1/cases/" + token(Field::kFamilyName)));
  count(agent.ask("GET", "/api/v1/cases?view=" + token(Field::kFamilyName)));
  count(agent.ask("POST", "/api/v1/lookups", R"({"kind":")" + token(Field::kGivenName) + R"("})"));
  count(agent.ask("POST", "/api/v1/lookups", R"({"kind":"email","value":")" + mail));
  count(agent.ask("POST", "/api/v1/cases/" + made_up_id + "/messages",
                  R"({"direction":"note","text":")" + token(Field::kMessage) + R"("})"));
  count(agent.ask("PATCH", "/api/v1/cases/" + made_up_id + "/contact",
                  R"({"contact.email":")" + mail + R"("})"));
  count(agent.ask(token(Field::kGivenName), "/api/v1/me"));
  count(agent.ask_bare("GET", "/api/v1/me", "X-Customer: " + mail + "\r\n"));
  count(
      agent.ask_bare("GET", "/api/v1/ledger/checkpoint", "Authorization: Bearer " + mail + "\r\n"));
  count(agent.ask_bare("GET", "/api/v1/me", token(Field::kFamilyName) + "\r\n"));
  // Names and passwords are typed into the wrong box now and then.
  Caller stranger(house.address(Face::kDesk, kThiefsOwnAddress));
  for (const auto& name : {mail, token(Field::kGivenName)})
    provoked.refused += static_cast<std::uint64_t>(
        !stranger.client().sign_in(name, token(Field::kFamilyName), "000000"));
  Caller local(house.address(Face::kDesk, kAuditorAddress));
  const auto metrics = local.ask_bare("GET", "/metrics");
  if (metrics.ok() && !has_token(metrics.body, world)) provoked.metrics = metrics.body.size();
  return provoked;
}

// What every process of the house wrote down lies beside its data.
Status copy_log(const House& house, const std::string& to) {
  std::error_code error;
  files::copy_file(house.folder() + "/serve.log", to + "/serve.log", error);
  return error ? fail(ErrorCode::kIo, "the log cannot be copied") : Status();
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
  const auto provoked = TRY(provoke(run.stage, *house));
  TRY_STATUS(copy_files(house->data(), running));
  TRY_STATUS(copy_log(*house, running));
  honest.end();
  const auto outsider = TRY(house->outsider(run.stage));
  TRY_STATUS(house->stop());
  TRY_STATUS(copy_files(house->data(), stopped));
  TRY_STATUS(copy_log(*house, stopped));
  std::uint64_t planted = 0;
  if (run.without == kSealing) {
    TRY_STATUS(plant(running, run.stage.world));
    TRY_STATUS(plant_in_log(stopped + "/serve.log", run.stage.world));
    planted = 2;
  }

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
  // What was planted must all be found, or the search would not find what lies there by itself.
  report.exceeded =
      report.lost_customers > report.bound_customers && report.lost_customers >= planted;
  std::error_code error;
  const auto log_bytes = files::file_size(stopped + "/serve.log", error);
  report.notes.push_back(
      fmt::format("{} requests with customers' values refused first; the log has {} bytes",
                  provoked.refused, log_bytes));
  if (provoked.echoed > 0) report.problems.emplace_back("a refusal says a customer's value");
  if (provoked.metrics == 0) report.problems.emplace_back("the metrics could not be searched");
  if (provoked.refused != kProvocations)
    report.problems.emplace_back("a malformed request was let through");
  if (error || log_bytes == 0) report.problems.emplace_back("nothing was logged");
  const auto& forms = search.forms;
  report.notes.push_back(fmt::format(
      "{} files, {:.1f} MB searched; plain {}, UTF-16 {}, hex {}, base64 {}, compressed {}",
      search.files, static_cast<double>(search.bytes) / 1e6, forms[0], forms[1], forms[2], forms[3],
      forms[4]));
  TRY_STATUS(check_ledger(run.stage, *house, outsider, report));
  return report;
}

}  // namespace bulkhead::drills
