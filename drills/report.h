// What a drill found, and how it is told: one JSON object that other tools read, or a table for
// people. It must never hold a customer's value or name. Owned by drills.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bulkhead::drills {

struct AffectedReport {
  std::uint64_t customers = 0;
  std::uint64_t fields = 0;
  double precision = 1;
  double recall = 1;
};

struct DrillReport {
  std::string name;
  int catalogue = 0;
  std::uint64_t customers = 0;
  std::uint64_t attempts = 0;
  std::uint64_t lost_customers = 0;
  std::uint64_t lost_fields = 0;
  std::uint64_t lost_existence = 0;
  std::uint64_t seen_in_transit = 0;
  std::uint64_t bound_customers = 0;
  std::uint64_t bound_fields = 0;
  std::optional<std::uint64_t> first_refusal_ms;
  std::optional<std::uint64_t> contained_ms;  // until all who were to be contained were
  AffectedReport affected;
  std::uint64_t ledger_size = 0;
  bool ledger_verified = false;
  std::uint64_t delivery_unknown = 0;
  std::uint64_t honest_reveals = 0;
  std::uint64_t honest_refused = 0;
  std::vector<std::pair<std::string, bool>> fails_without;
  bool passed = false;

  bool exceeded = false;              // more was lost than the bounds allow
  std::vector<std::string> notes;     // for people: what the figures do not say
  std::vector<std::string> problems;  // why it failed
};

// Decides `passed` from the figures and adds a problem for each that is wrong.
void judge(DrillReport& report);

// {"drills":[...]}, one line, members in the order of the issue. Times count from the first hostile
// act and are null when that never happened: only a touched canary contains anybody.
std::string to_json(std::span<const DrillReport> reports);
std::string to_table(std::span<const DrillReport> reports);

}  // namespace bulkhead::drills
