// What a bench's house starts with: customers with all six compartments, one open case with proven
// contact for each, staff, and a policy too wide to refuse. Everything goes over the admin channel.
// Owned by cli.
#pragma once

#include <string>
#include <vector>

#include "cli/admin_connection.h"
#include "cli/progress.h"
#include "keeper/policy.h"

namespace bulkhead::cli {

inline constexpr unsigned kBenchCallersMax = 64;

// Customers 1 to `count` from the demo's generator. Answers how many a second came in, generator
// included.
Result<double> import_bench_customers(AdminConnection& connection, std::uint32_t count,
                                      Progress& progress);

struct BenchStaff {
  std::string name, password;
};

// Budgets that no run uses up; everything else as config/policy.toml has it. Passes check_policy.
Policy bench_policy();

// Puts bench_policy() in force and makes kBenchCallersMax leads of one team. A lead may work on
// every case of the team, so that each caller may ask for any customer.
struct BenchTeam {
  std::vector<BenchStaff> leads;
  std::uint32_t assignee = 0;  // an agent of that team, whose cases they are
};
Result<BenchTeam> make_bench_team(AdminConnection& connection);

// The case of customer i stands at [i - 1].
Result<std::vector<CaseId>> open_bench_cases(AdminConnection& connection, std::uint32_t customers,
                                             std::uint32_t assignee, Progress& progress);

}  // namespace bulkhead::cli
