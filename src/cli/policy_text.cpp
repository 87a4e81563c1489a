#include "cli/policy_text.h"

#include "cli/output.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace bulkhead::cli {
namespace {

std::string customers_of(const Budget& budget) {
  return fmt::format("{} / {} / {} / {}", budget.minute, budget.hour, budget.day, budget.month);
}

}  // namespace

std::string describe(const Policy& policy) {
  Table table({"role", "grade", "distinct customers per 1 min / 1 h / 1 day / 30 days"});
  for (std::size_t i = 0; i < word_count<Role>(); ++i) {
    const auto role = static_cast<Role>(i);
    for (std::size_t j = 0; j < kColumnCount; ++j) {
      const auto column = static_cast<Column>(j);
      const auto& budget = policy.rule(role).budgets.of(column);
      if (budget.month == 0) continue;
      table.add({std::string(name_of(role)), std::string(name_of(column)), customers_of(budget)});
    }
  }
  return table.text();
}

std::string digest_of(Policy policy) {
  policy.number = default_policy().number;
  return to_hex(sha256(wire::encode(policy)));
}

}  // namespace bulkhead::cli
