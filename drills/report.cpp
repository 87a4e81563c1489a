#include "drills/report.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/output.h"

namespace bulkhead::drills {
namespace {

namespace json = boost::json;

json::object to_object(const DrillReport& report) {
  json::object fails;
  for (const auto& [protection, failed] : report.fails_without) fails[protection] = failed;
  const auto time_of = [](const std::optional<std::uint64_t>& ms) -> json::value {
    if (!ms) return nullptr;
    return *ms;
  };
  return {{"name", report.name},
          {"catalogue", report.catalogue},
          {"customers", report.customers},
          {"attempts", report.attempts},
          {"lost_customers", report.lost_customers},
          {"lost_fields", report.lost_fields},
          {"lost_existence", report.lost_existence},
          {"seen_in_transit", report.seen_in_transit},
          {"bound_customers", report.bound_customers},
          {"bound_fields", report.bound_fields},
          {"first_refusal_ms", time_of(report.first_refusal_ms)},
          {"contained_ms", time_of(report.contained_ms)},
          {"affected",
           {{"customers", report.affected.customers},
            {"fields", report.affected.fields},
            {"precision", report.affected.precision},
            {"recall", report.affected.recall}}},
          {"ledger", {{"size", report.ledger_size}, {"verified", report.ledger_verified}}},
          {"delivery_unknown", report.delivery_unknown},
          {"honest", {{"reveals", report.honest_reveals}, {"refused", report.honest_refused}}},
          {"fails_without", std::move(fails)},
          {"passed", report.passed}};
}

std::string fails_text(const DrillReport& report) {
  std::string text;
  for (const auto& [protection, failed] : report.fails_without) {
    text +=
        fmt::format("{}{}{}", text.empty() ? "" : " ", protection, failed ? "" : "(did not fail!)");
  }
  return text.empty() ? "-" : text;
}

}  // namespace

void judge(DrillReport& report) {
  const auto must = [&report](bool holds, std::string problem) {
    if (!holds) report.problems.push_back(std::move(problem));
  };
  must(!report.exceeded, "more was lost than the bounds allow");
  must(report.affected.recall == 1.0, "the affected set misses somebody or something");
  must(report.affected.precision == 1.0, "the affected set names more than was lost");
  must(report.ledger_verified, "the ledger does not verify, or a tampered copy was taken for good");
  must(report.honest_refused == 0, "honest work was refused");
  must(report.honest_reveals > 0, "honest work stopped");
  for (const auto& [protection, failed] : report.fails_without) {
    must(failed, fmt::format("it does not fail without {}", protection));
  }
  report.passed = report.problems.empty();
}

std::string to_json(std::span<const DrillReport> reports) {
  json::array drills;
  for (const auto& report : reports) drills.push_back(to_object(report));
  return json::serialize(json::object{{"drills", std::move(drills)}}) + "\n";
}

std::string to_table(std::span<const DrillReport> reports) {
  cli::Table table({"drill", "attempts", "lost", "bound", "fields", "existence", "refused after",
                    "affected", "recall", "ledger", "honest", "refused", "fails without", ""});
  for (const auto& one : reports) {
    table.add({one.name, std::to_string(one.attempts), std::to_string(one.lost_customers),
               std::to_string(one.bound_customers), std::to_string(one.lost_fields),
               std::to_string(one.lost_existence),
               one.first_refusal_ms ? fmt::format("{} ms", *one.first_refusal_ms) : "never",
               std::to_string(one.affected.customers), fmt::format("{:.3g}", one.affected.recall),
               fmt::format("{}{}", one.ledger_size, one.ledger_verified ? " ok" : " BROKEN"),
               std::to_string(one.honest_reveals), std::to_string(one.honest_refused),
               fails_text(one), one.passed ? "passed" : "FAILED"});
  }
  auto text = table.text();
  for (const auto& one : reports) {
    for (const auto& note : one.notes) text += fmt::format("{}: {}\n", one.name, note);
    for (const auto& problem : one.problems)
      text += fmt::format("{}: FAILED, {}\n", one.name, problem);
  }
  return text;
}

}  // namespace bulkhead::drills
