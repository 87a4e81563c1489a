#include "drills/bounds.h"

#include <toml++/toml.h>

#include "base/check.h"

namespace bulkhead::embedded {
extern const std::string_view drills_bounds_toml;
}

namespace bulkhead::drills {
namespace {

constexpr std::int64_t kBoundMax = 1'000'000;

}  // namespace

Result<Bounds> parse_bounds(std::string_view text) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error&) {  // the library's only way to say so
    return fail(ErrorCode::kMalformed, "bounds.toml is no TOML");
  }
  bool whole = true;
  const auto number = [&](std::string_view section, std::string_view name) {
    const auto value = table[section][name].value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > kBoundMax) whole = false;
    return static_cast<std::uint32_t>(value.value_or(0));
  };
  const Bounds found{.client_open_grants = number("stolen_client", "open_grants"),
                     .client_fields = number("stolen_client", "fields_per_customer"),
                     .session_clear = number("stolen_session", "clear_per_day"),
                     .session_masked = number("stolen_session", "masked_per_day"),
                     .session_fields = number("stolen_session", "fields_per_customer"),
                     .session_break_glass = number("stolen_session", "break_glass"),
                     .pair_clear = number("stolen_pair", "clear_per_day"),
                     .slow_clear = number("low_and_slow", "clear_per_month"),
                     .new_staff_clear = number("new_staff", "clear_in_all"),
                     .canary_after = number("canary", "customers_after"),
                     .swap_customers = number("contact_swap", "customers"),
                     .owned_clear = number("front_owned", "clear_per_day"),
                     .owned_break_glass = number("front_owned", "break_glass"),
                     .recon_customers = number("recon", "customers"),
                     .recon_existence = number("recon", "existence_per_hour"),
                     .lookup_existence = number("lookup_misses", "existence_per_hour"),
                     .lookup_misses = number("lookup_misses", "misses_per_hour"),
                     .disk_customers = number("stolen_disk", "customers"),
                     .ledger_entries = number("ledger_edit", "entries")};
  if (!whole)
    return fail(ErrorCode::kMalformed, "bounds.toml lacks a number or has a senseless one");
  return found;
}

const Bounds& bounds() {
  static const Bounds kBounds = [] {
    const auto parsed = parse_bounds(embedded::drills_bounds_toml);
    CHECK(parsed.has_value());
    return *parsed;
  }();
  return kBounds;
}

}  // namespace bulkhead::drills
