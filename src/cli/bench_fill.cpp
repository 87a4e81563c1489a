#include "cli/bench_fill.h"

#include <fmt/format.h>

#include <chrono>

#include "base/clock.h"
#include "cli/import_pipe.h"
#include "crypto/random.h"
#include "records/demo_airline.h"

namespace bulkhead::cli {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr const char* kTeam = "bench";

}  // namespace

Result<double> import_bench_customers(AdminConnection& connection, std::uint32_t count,
                                      Progress& progress) {
  const auto started = std::chrono::steady_clock::now();
  std::uint64_t taken = 0;
  ImportPipe pipe(connection, [&](std::uint32_t, const wire::ImportAnswer& answer) -> Status {
    if (!answer.rejects.items.empty())
      return fail(ErrorCode::kMalformed, "the keeper rejected a customer of the bench");
    taken += answer.taken;
    progress.at(taken);
    return {};
  });
  const auto today = static_cast<std::int32_t>(SystemClock().wall_ms() / kMsPerDay);
  DemoAirline airline({.customers = count, .seed = kSeed, .today = today});
  wire::Import batch;
  random_bytes(batch.job);
  while (auto spec = airline.next_customer()) {
    batch.customers.items.push_back(to_wire(spec->index, std::move(spec->record)));
    if (batch.customers.items.size() < wire::kImportCustomersMax && spec->index < count) continue;
    TRY_STATUS(pipe.send(batch));
    ++batch.batch;
    batch.customers.items.clear();
  }
  TRY_STATUS(pipe.finish());
  if (taken != count)
    return fail(ErrorCode::kMalformed, "the keeper took fewer customers than were sent");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  return static_cast<double>(count) / took.count();
}

Policy bench_policy() {
  // Ten times what a run can reach, and still below 2^32 when it is weighted.
  constexpr std::uint32_t kCustomers = 100'000'000;
  constexpr std::uint16_t kWeight = 40;
  const Budget wide{kCustomers, kCustomers, kCustomers, kCustomers, kWeight};
  auto policy = default_policy();
  for (auto* rule : {&policy.agent, &policy.lead})
    rule->budgets = {wide, wide, wide, wide, wide, rule->budgets.write};
  return policy;
}

Result<BenchTeam> make_bench_team(AdminConnection& connection) {
  const auto policy = wire::encode(bench_policy());
  TRY(connection.call<wire::SetPolicyAnswer>(
      wire::SetPolicy{.policy = {std::string(text_of(policy))}}));
  BenchTeam team;
  const auto desk = TRY(connection.call<wire::StaffSecrets>(wire::StaffAdd{.name = {"bench-desk"},
                                                                           .role = Role::kAgent,
                                                                           .team = {kTeam},
                                                                           .password = {},
                                                                           .grown = true}));
  team.assignee = desk.number;
  for (unsigned i = 1; i <= kBenchCallersMax; ++i) {
    const auto name = fmt::format("bench-{:02}", i);
    auto secrets = TRY(connection.call<wire::StaffSecrets>(wire::StaffAdd{
        .name = {name}, .role = Role::kLead, .team = {kTeam}, .password = {}, .grown = true}));
    team.leads.push_back({name, std::move(secrets.password.value)});
  }
  return team;
}

Result<std::vector<CaseId>> open_bench_cases(AdminConnection& connection, std::uint32_t customers,
                                             std::uint32_t assignee, Progress& progress) {
  std::vector<CaseId> ids;
  ids.reserve(customers);
  const auto now_ms = SystemClock().wall_ms();
  wire::SeedCases batch;
  for (std::uint32_t customer = 1; customer <= customers; ++customer) {
    batch.cases.items.push_back({.customer = customer,
                                 .type = RequestType::kQuestion,
                                 .state = CaseState::kOpen,
                                 .contact = ContactProof::kProven,
                                 .assignee = assignee,
                                 .opened_ms = now_ms,
                                 .messages = {}});
    if (batch.cases.items.size() < wire::kSeedCasesMax && customer < customers) continue;
    const auto answer = TRY(connection.call<wire::SeedCasesAnswer>(batch));
    if (answer.ids.items.size() != batch.cases.items.size())
      return fail(ErrorCode::kMalformed, "the keeper opened fewer cases");
    ids.insert(ids.end(), answer.ids.items.begin(), answer.ids.items.end());
    batch.cases.items.clear();
    progress.at(customer);
  }
  return ids;
}

}  // namespace bulkhead::cli
