#include "cli/canary_record.h"

#include <algorithm>

#include "base/clock.h"
#include "records/demo_airline.h"

namespace bulkhead::cli {
namespace {
constexpr std::uint32_t kCanaryAirline = 1'000'000;  // customers to choose one of
}

Result<std::vector<wire::ImportValue>> make_canary_record(std::uint64_t seed,
                                                          std::span<const std::string> chosen) {
  const auto today = static_cast<std::int32_t>(SystemClock().wall_ms() / kMsPerDay);
  const DemoAirline airline({.customers = kCanaryAirline, .seed = seed, .today = today});
  auto record = airline.customer(1 + static_cast<std::uint32_t>(seed % kCanaryAirline)).record;
  const auto take_away = [&](Field field) {
    std::erase_if(record, [&](const FieldValue& value) { return value.field == field; });
  };
  take_away(Field::kCompanions);  // they would be somebody real
  for (const auto& one : chosen) {
    const auto equals = one.find('=');
    const auto* const info = field_named(std::string_view(one).substr(0, equals));
    if (equals == std::string::npos || info == nullptr)
      return fail(ErrorCode::kMalformed, "--set takes FIELD=VALUE, such as contact.email=ADDRESS");
    take_away(info->field);
    if (equals + 1 < one.size()) record.push_back({info->field, 0, one.substr(equals + 1)});
  }
  std::vector<wire::ImportValue> values;
  for (auto& value : record) {
    values.push_back(
        {static_cast<std::uint8_t>(value.field), value.item, {std::move(value.value)}});
  }
  return values;
}

}  // namespace bulkhead::cli
