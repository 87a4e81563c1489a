#include "cli/bench_gate.h"

#include <algorithm>
#include <random>

#include "cli/bench_callers.h"
#include "cli/bench_fill.h"
#include "cli/bench_house.h"
#include "cli/ledger_source.h"
#include "cli/output.h"
#include "cli/server_url.h"
#include "client/client.h"
#include "client/load_client.h"
#include "ledger/durable_file.h"
#include "ledger/fdatasync_baseline.h"
#include "ledger/verify.h"
#include "wire/paths.h"

namespace bulkhead::cli {
namespace {

constexpr int kHttpOk = 200;
constexpr double kUsPerS = 1e6;

// Uniformly random customers and fields, the same in every bench.
class Questions {
 public:
  explicit Questions(const std::vector<CaseId>& cases)
      : cases_(cases),
        clear_(view_of(default_policy(), Role::kLead, ContactProof::kProven, Purpose::kService)
                   .clear) {
    for (const auto& info : kFields) {
      // Showing companions discloses each of them too, which takes an entry of its own for each;
      // the bench wants one entry for each answer.
      if (clear_.has(info.field) && info.field != Field::kCompanions) fields_.push_back(info.field);
    }
  }
  Asked next() {
    return {cases_[std::uniform_int_distribution<std::size_t>(0, cases_.size() - 1)(random_)],
            fields_[std::uniform_int_distribution<std::size_t>(0, fields_.size() - 1)(random_)]};
  }

 private:
  const std::vector<CaseId>& cases_;
  FieldSet clear_;
  std::vector<Field> fields_;
  std::mt19937_64 random_{1};
};

class Gate {
 public:
  Gate(const BenchGateOptions& options, BenchHouse& house, FdatasyncBaseline& baseline)
      : options_(options), house_(house), baseline_(baseline) {}

  Status fill();
  Status channel_runs();
  Status http_runs();
  Status verify();
  BenchGateResult result;

 private:
  std::chrono::milliseconds lasts() const {
    return std::chrono::milliseconds(static_cast<long>(options_.run_s * 1000));
  }
  Result<std::string> code_of(const std::string& name) {
    auto answer = TRY(operator_->call<wire::DemoCodeAnswer>(wire::DemoCode{.name = {name}}));
    return std::move(answer.code.value);
  }
  Result<wire::StatusAnswer> status() {
    return operator_->call<wire::StatusAnswer>(wire::StatusQuery{});
  }
  // Exactly one entry for each answer must have come to the ledger since `before`.
  Status count_entries(std::uint64_t before, std::uint64_t answers);
  Result<std::vector<client::BrowserState>> sign_in_all(const client::ServerAddress& address);

  const BenchGateOptions& options_;
  BenchHouse& house_;
  FdatasyncBaseline& baseline_;
  std::optional<AdminConnection> operator_;
  BenchTeam team_;
  std::vector<CaseId> cases_;
  std::string key_;
};

Status Gate::fill() {
  TRY_STATUS(house_.start_keeper());
  operator_.emplace(TRY(house_.operator_connection()));
  const auto now = TRY(status());
  key_ = ledger_key(now);
  Progress customers("Customers", "customers", options_.customers);
  result.import_per_s = TRY(import_bench_customers(*operator_, options_.customers, customers));
  customers.finish();
  team_ = TRY(make_bench_team(*operator_));
  Progress cases("Cases", "cases", options_.customers);
  cases_ = TRY(open_bench_cases(*operator_, options_.customers, team_.assignee, cases));
  cases.finish();
  return {};
}

Status Gate::count_entries(std::uint64_t before, std::uint64_t answers) {
  const auto now = TRY(status());
  result.rss_mib = std::max(result.rss_mib, now.rss_mib);
  if (now.ledger_size - before == answers) return {};
  return fail(ErrorCode::kConflict, "the ledger holds more or fewer entries than were answered");
}

Status Gate::channel_runs() {
  auto channel = TRY(house_.channel(Face::kDesk));
  auto callers = TRY(ChannelCallers::open(std::move(channel), Face::kDesk));
  const auto count = *std::ranges::max_element(options_.callers);
  Progress sign_ins("Sign-ins", "sessions", count);
  for (unsigned i = 0; i < count; ++i) {
    const auto code = TRY(code_of(team_.leads[i].name));
    TRY_STATUS(callers.sign_in(team_.leads[i].name, team_.leads[i].password, code));
    sign_ins.at(i + 1);
  }
  sign_ins.finish();
  Questions questions(cases_);
  for (const auto many : options_.callers) {
    TRY_STATUS(baseline_.sample());
    const auto before = TRY(status()).ledger_size;
    const auto outcome = TRY(callers.run(many, lasts(), [&] { return questions.next(); }));
    TRY_STATUS(count_entries(before, outcome.answers));
    result.channel.push_back(outcome.run);
    note(fmt::format("channel, {} callers: {} reveals/s", many,
                     count_text(static_cast<std::uint64_t>(outcome.run.per_s))));
  }
  operator_.reset();
  return house_.drain_keeper();
}

Result<std::vector<client::BrowserState>> Gate::sign_in_all(const client::ServerAddress& address) {
  std::vector<client::BrowserState> states;
  const auto count = *std::ranges::max_element(options_.callers);
  Progress sign_ins("Sign-ins", "sessions", count);
  for (unsigned i = 0; i < count; ++i) {
    client::Client one(address);
    const auto code = TRY(code_of(team_.leads[i].name));
    TRY_STATUS(one.sign_in(team_.leads[i].name, team_.leads[i].password, code));
    states.push_back(one.state().clone());
    sign_ins.at(i + 1);
  }
  sign_ins.finish();
  return states;
}

Status Gate::http_runs() {
  TRY_STATUS(house_.start_serving());
  operator_.emplace(TRY(house_.operator_connection()));
  const auto front = TRY(local_front(house_.places().data, "desk"));
  const auto address = TRY(server_address(front, {}, house_.places().data));
  auto states = TRY(sign_in_all(address));
  Questions questions(cases_);
  for (const auto many : options_.callers) {
    TRY_STATUS(baseline_.sample());
    std::vector<client::BrowserState> mine;
    mine.reserve(many);
    for (unsigned i = 0; i < many; ++i) mine.push_back(states[i].clone());
    auto load = TRY(client::LoadClient::connect(address, std::move(mine)));
    std::vector<std::string_view> names(many);
    const auto before = TRY(status()).ledger_size;
    const auto run = TRY(load.run(
        lasts(),
        [&](std::size_t caller, client::LoadRequest& to) {
          const auto asked = questions.next();
          names[caller] = info_of(asked.field)->name;
          to.target = wire::path_of_case(asked.id, "/reveal");
          to.body = fmt::format(R"({{"fields":["{}"],"purpose":"service"}})", names[caller]);
        },
        [&](std::size_t caller, int status, std::string_view body) {
          // Either nothing is on file, or it is this field in clear.
          const bool empty = body.find("\"field\"") == std::string_view::npos;
          return status == kHttpOk && body.find("\"masked\":true") == std::string_view::npos &&
                 (empty || body.find(names[caller]) != std::string_view::npos);
        }));
    if (run.rejected > 0)
      return fail(ErrorCode::kRefused,
                  "the front did not answer with the field that was asked for");
    TRY_STATUS(count_entries(before, run.answers));
    for (unsigned i = 0; i < many; ++i) states[i] = load.state(i).clone();
    result.http.push_back(
        {.callers = many, .per_s = run.per_s, .p50_us = run.p50_us, .p99_us = run.p99_us});
    note(fmt::format("https, {} callers: {} reveals/s", many,
                     count_text(static_cast<std::uint64_t>(run.per_s))));
  }
  TRY_STATUS(baseline_.sample());
  operator_.reset();
  return house_.stop_serving();
}

Status Gate::verify() {
  DirectorySource source(ledger_folder(house_.places()));
  Progress progress("Verifying", "entries", 0);
  const auto report = verify_ledger(source, {.verifier_key = key_, .decode_entries = true},
                                    [&](std::uint64_t done, std::uint64_t total) {
                                      progress.set_total(total);
                                      progress.at(done);
                                    });
  progress.finish();
  if (!report.ok) return fail(ErrorCode::kCrypto, "the ledger does not verify after the runs");
  return {};
}

boost::json::array runs_json(const std::vector<BenchRun>& runs) {
  boost::json::array out;
  for (const auto& run : runs) {
    out.push_back({{"callers", run.callers},
                   {"per_s", run.per_s},
                   {"p50_us", run.p50_us},
                   {"p99_us", run.p99_us}});
  }
  return out;
}

void add_runs(Table& table, std::string_view way, const std::vector<BenchRun>& runs,
              const BenchGateResult& result) {
  for (const auto& run : runs) {
    table.add({std::string(way), std::to_string(run.callers),
               count_text(static_cast<std::uint64_t>(run.per_s)), fmt::format("{:.0f}", run.p50_us),
               fmt::format("{:.0f}", run.p99_us),
               fmt::format("{:.1f}", run.per_s * result.fdatasync_p50_us / kUsPerS),
               fmt::format("{:.2f}", run.p50_us / result.fdatasync_p50_us)});
  }
}

}  // namespace

Result<BenchGateResult> bench_gate(const BenchGateOptions& options) {
  if (options.callers.empty() || *std::ranges::max_element(options.callers) > kBenchCallersMax) {
    return fail(ErrorCode::kTooLarge, "a bench has 1 to 64 callers");
  }
  auto house = TRY(BenchHouse::create(options.parent_folder));
  PosixDisk disk;
  auto baseline = TRY(FdatasyncBaseline::create(disk, house.places().data));
  Gate gate(options, house, baseline);
  TRY_STATUS(gate.fill());
  TRY_STATUS(gate.channel_runs());
  TRY_STATUS(gate.http_runs());
  TRY_STATUS(gate.verify());
  gate.result.fdatasync_p50_us = baseline.p50_us();
  gate.result.fdatasync_p99_us = baseline.p99_us();
  TRY_STATUS(baseline.finish());
  return gate.result;
}

boost::json::value to_json(const BenchGateResult& result) {
  return {{"name", "gate"},
          {"fdatasync_us", {{"p50", result.fdatasync_p50_us}, {"p99", result.fdatasync_p99_us}}},
          {"channel", runs_json(result.channel)},
          {"http", runs_json(result.http)},
          {"rss_mib", result.rss_mib}};
}

std::string describe(const BenchGateResult& result) {
  Table table(
      {"way", "callers", "reveals/s", "p50 us", "p99 us", "x 1/fdatasync", "p50 / fdatasync"});
  add_runs(table, "channel", result.channel, result);
  add_runs(table, "https", result.http, result);
  return fmt::format(
      "fdatasync of 128 bytes: p50 {:.0f} us, p99 {:.0f} us.  Keeper: {} MiB.  Import: {} "
      "customers/s.\n\n{}\n"
      "Targets: channel with 1 caller p50 <= 2.5 fdatasync; with 64 callers >= 6 x 1/fdatasync; "
      "https with "
      "64 callers >= 3 x.\n",
      result.fdatasync_p50_us, result.fdatasync_p99_us, result.rss_mib,
      count_text(static_cast<std::uint64_t>(result.import_per_s)), table.text());
}

}  // namespace bulkhead::cli
