// Fills a demo or drill directory with Example Airways (records/demo_airline.h): staff, clients,
// customers, past cases. Everything goes over the admin channel like real data; it must never be
// used on a production directory, whose keeper would refuse it. Owned by cli.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/admin_connection.h"
#include "cli/demo_sign_ins.h"
#include "records/demo_airline.h"

namespace bulkhead::cli {

inline constexpr std::size_t kDemoCasesPerMessage = 500;

struct DemoPlan {
  std::uint32_t customers = 5000;
  std::uint64_t seed = 1;
  std::int32_t today = 0;  // days since 1970-01-01
  bool tokens = false;
  bool small = false;  // one member of staff for each role instead of 33
};

struct DemoProgress {
  std::function<void(std::uint64_t)> on_customers;
  std::function<void(std::uint64_t)> on_cases;
};

struct DemoFilled {
  std::uint32_t first_customer = 0;
  std::uint32_t customers = 0;
  std::uint64_t bookings = 0;
  std::uint32_t cases = 0;
  std::uint64_t messages = 0;
};

// Makes those that are missing; adds their sign-ins to `known`.
Status add_demo_staff(AdminConnection& connection, bool small, DemoSignIns& known);
// Staff must be there. kConflict when customers came in meanwhile, since companions are named by
// number.
Result<DemoFilled> fill_demo(AdminConnection& connection, const DemoPlan& plan,
                             const DemoSignIns& staff, const DemoProgress& progress);

// Companions are named by their place in the demo; the keeper numbers customers on from `before`.
void name_companions(Record& record, std::uint32_t before);

// The case as the keeper takes it; `agents` are staff numbers and not empty.
wire::SeedCase to_wire(const CaseSpec& spec, std::uint32_t before, std::uint64_t now_ms,
                       const std::vector<std::uint32_t>& agents);

}  // namespace bulkhead::cli
