#include "cli/bench_demo.h"

#include <chrono>
#include <filesystem>
#include <optional>

#include "base/clock.h"
#include "cli/bench_house.h"
#include "cli/demo_fill.h"
#include "cli/progress.h"

namespace bulkhead::cli {
namespace {

namespace files = std::filesystem;

std::uint64_t mib_below(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& item : files::recursive_directory_iterator(folder, error)) {
    std::error_code vanished;
    if (item.is_regular_file(vanished)) bytes += item.file_size(vanished);
  }
  return bytes >> 20;
}

}  // namespace

Result<BenchDemoResult> bench_demo(const BenchDemoOptions& options) {
  auto house = TRY(BenchHouse::create(options.parent_folder));
  TRY_STATUS(house.start_keeper());
  BenchDemoResult result;
  {
    auto connection = TRY(house.operator_connection());
    DemoSignIns sign_ins;
    TRY_STATUS(add_demo_staff(connection, false, sign_ins));
    const auto today = static_cast<std::int32_t>(SystemClock().wall_ms() / kMsPerDay);
    Progress customers("Customers", "customers", options.customers);
    std::optional<Progress> cases;
    const auto begun = std::chrono::steady_clock::now();
    const auto filled =
        TRY(fill_demo(connection, {.customers = options.customers, .today = today}, sign_ins,
                      {.on_customers = [&](std::uint64_t at) { customers.at(at); },
                       .on_cases =
                           [&](std::uint64_t at) {
                             if (!cases) {
                               customers.finish();
                               cases.emplace("Cases", "cases", options.customers / 10);
                             }
                             cases->at(at);
                           }}));
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    if (cases) cases->finish();
    result.customers = filled.customers;
    result.bookings = filled.bookings;
    result.cases = filled.cases;
    result.messages = filled.messages;
  }
  TRY_STATUS(house.drain_keeper());
  result.disk_mib = mib_below(house.places().data);
  TRY_STATUS(house.start_keeper());
  auto connection = TRY(house.operator_connection());
  result.idle_rss_mib = TRY(connection.call<wire::StatusAnswer>(wire::StatusQuery{})).rss_mib;
  TRY_STATUS(house.drain_keeper());
  return result;
}

}  // namespace bulkhead::cli
