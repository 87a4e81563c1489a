#include "cli/standing_text.h"

#include "cli/output.h"

namespace bulkhead::cli {

std::string witness_name(const wire::LedgerStanding& standing) {
  const auto& key = standing.witness.value;
  return key.empty() ? std::string("local") : key.substr(0, key.find('+'));
}

std::string anchored_text(const wire::LedgerStanding& standing) {
  if (standing.witness.value.empty())
    return "local (no witness is set: bulkhead ledger witness set)";
  const auto age = duration_text(standing.anchored_age_s);
  auto seen = standing.anchored_size == 0
                  ? fmt::format("{} has seen nothing yet, for {}", witness_name(standing), age)
                  : fmt::format("{} saw {} entries {} ago", witness_name(standing),
                                count_text(standing.anchored_size), age);
  if (standing.witness_divisor == 1) return seen;
  return fmt::format("{}; budgets without contact are divided by {}", seen,
                     standing.witness_divisor);
}

std::string window_text(const wire::UnknownWindow& window) {
  return fmt::format(
      "{} or more entries from number {} on, between {} and {}{}",
      count_text(window.known_size - window.first_entry), window.first_entry,
      time_text(window.from_ms), time_text(window.to_ms),
      window.confirmed ? "" : fmt::format(" (bulkhead ledger confirm {})", window.first_entry));
}

boost::json::array windows_json(std::span<const wire::UnknownWindow> windows) {
  boost::json::array out;
  for (const auto& one : windows) {
    out.push_back({{"from", time_json(one.from_ms)},
                   {"to", time_json(one.to_ms)},
                   {"first_entry", one.first_entry},
                   {"known_size", one.known_size},
                   {"confirmed", one.confirmed}});
  }
  return out;
}

}  // namespace bulkhead::cli
