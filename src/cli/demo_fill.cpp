#include "cli/demo_fill.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/check.h"
#include "base/clock.h"
#include "cli/import_pipe.h"
#include "crypto/encoding.h"
#include "crypto/random.h"

namespace bulkhead::cli {
namespace {

constexpr std::uint64_t kMsPerMinute = 60'000;
constexpr std::size_t kSeedBytesMax = 6u << 20;

// 127.0.0.0/8, mapped into IPv6.
wire::NetworkAddress loopback() {
  wire::NetworkAddress address{};
  address[10] = address[11] = 0xff;
  address[12] = 127;
  return address;
}
constexpr std::uint8_t kLoopbackBits = 96 + 8;

Result<std::set<std::string>> staff_names(AdminConnection& connection) {
  const auto list = TRY(connection.call<wire::StaffListAnswer>(wire::StaffList{}));
  std::set<std::string> names;
  for (const auto& row : list.rows.items) names.insert(row.name.value);
  return names;
}

Result<std::set<std::string>> client_names(AdminConnection& connection) {
  const auto list = TRY(connection.call<wire::ClientListAnswer>(wire::ClientList{}));
  std::set<std::string> names;
  for (const auto& row : list.rows.items) names.insert(row.name.value);
  return names;
}

Status add_members(AdminConnection& connection, const DemoStaff& staff, bool small,
                   DemoSignIns& known) {
  const auto there = TRY(staff_names(connection));
  std::set<Role> roles;
  for (const auto& member : staff.members) {
    if (small && !roles.insert(member.role).second) continue;
    if (there.contains(member.login)) continue;
    const auto team = member.team ? staff.teams[*member.team] : std::string();
    const auto secrets =
        TRY(connection.call<wire::StaffSecrets>(wire::StaffAdd{.name = {member.login},
                                                               .role = member.role,
                                                               .team = {team},
                                                               .password = {},
                                                               .grown = true}));
    known.staff.push_back({.number = secrets.number,
                           .name = member.login,
                           .display_name = member.display_name,
                           .role = member.role,
                           .team = team,
                           .password = secrets.password.value,
                           .otpauth = secrets.otpauth.value});
  }
  return {};
}

Status add_clients(AdminConnection& connection, const DemoStaff& staff, DemoSignIns& known) {
  const auto there = TRY(client_names(connection));
  for (const auto& client : staff.clients) {
    if (there.contains(client.name)) continue;
    wire::ClientAdd message{.name = {client.name},
                            .role = client.role,
                            .network = {},
                            .prefix_bits = 0,
                            .on_case_opened = {client.on_case_opened},
                            .grown = true};
    if (client.role == Role::kClient) {
      message.network = loopback();
      message.prefix_bits = kLoopbackBits;
    }
    const auto secret = TRY(connection.call<wire::ClientSecret>(message));
    known.clients.push_back({.number = secret.number,
                             .name = client.name,
                             .description = client.description,
                             .role = client.role,
                             .secret = to_base64url(secret.secret)});
  }
  return {};
}

Status send_customers(AdminConnection& connection, DemoAirline& airline, std::uint32_t before,
                      DemoFilled& filled, const DemoProgress& progress) {
  const auto on_taken = [&](std::uint32_t, const wire::ImportAnswer& answer) -> Status {
    if (!answer.rejects.items.empty())
      return fail(ErrorCode::kMalformed, "the keeper rejected a customer of the demo");
    if (answer.first_customer != before + filled.customers + 1) {
      return fail(ErrorCode::kConflict,
                  "other customers came in meanwhile; begin with a fresh directory");
    }
    filled.customers += answer.taken;
    if (progress.on_customers) progress.on_customers(filled.customers);
    return {};
  };
  ImportPipe pipe(connection, on_taken);
  wire::Import batch;
  random_bytes(batch.job);
  std::size_t bytes = 0;
  const auto flush = [&]() -> Status {
    if (batch.customers.items.empty()) return {};
    TRY_STATUS(pipe.send(batch));
    ++batch.batch;
    batch.customers.items.clear();
    bytes = 0;
    return {};
  };
  while (auto spec = airline.next_customer()) {
    name_companions(spec->record, before);
    filled.bookings += static_cast<std::uint64_t>(
        std::ranges::count(spec->record, Field::kLocator, &FieldValue::field));
    auto customer = to_wire(spec->index, std::move(spec->record));
    const auto more = encoded_bytes(customer);
    if (bytes + more > kBatchBytesMax || batch.customers.items.size() == wire::kImportCustomersMax)
      TRY_STATUS(flush());
    bytes += more;
    batch.customers.items.push_back(std::move(customer));
  }
  TRY_STATUS(flush());
  return pipe.finish();
}

std::size_t seed_bytes(const wire::SeedCase& one) {
  std::size_t bytes = 32;
  for (const auto& message : one.messages.items) bytes += 16 + message.text.value.size();
  return bytes;
}

Status send_cases(AdminConnection& connection, DemoAirline& airline, std::uint32_t before,
                  const std::vector<std::uint32_t>& agents, DemoFilled& filled,
                  const DemoProgress& progress) {
  const auto now_ms = SystemClock().wall_ms();
  wire::SeedCases batch;
  std::size_t bytes = 0;
  const auto flush = [&]() -> Status {
    if (batch.cases.items.empty()) return {};
    TRY(connection.call<wire::SeedCasesAnswer>(batch));
    filled.cases += static_cast<std::uint32_t>(batch.cases.items.size());
    if (progress.on_cases) progress.on_cases(filled.cases);
    batch.cases.items.clear();
    bytes = 0;
    return {};
  };
  while (const auto spec = airline.next_case()) {
    auto one = to_wire(*spec, before, now_ms, agents);
    filled.messages += one.messages.items.size();
    const auto more = seed_bytes(one);
    if (batch.cases.items.size() == kDemoCasesPerMessage || bytes + more > kSeedBytesMax)
      TRY_STATUS(flush());
    bytes += more;
    batch.cases.items.push_back(std::move(one));
  }
  return flush();
}

}  // namespace

void name_companions(Record& record, std::uint32_t before) {
  for (auto& value : record) {
    if (value.field != Field::kCompanions) continue;
    std::uint32_t index = 0;
    const auto* const last = value.value.data() + value.value.size();
    const auto [end, error] = std::from_chars(value.value.data(), last, index);
    CHECK(error == std::errc{} && end == last);
    value.value = std::to_string(before + index);
  }
}

wire::SeedCase to_wire(const CaseSpec& spec, std::uint32_t before, std::uint64_t now_ms,
                       const std::vector<std::uint32_t>& agents) {
  CHECK(!agents.empty());
  wire::SeedCase one{.customer = before + spec.customer,
                     .type = spec.type,
                     .state = spec.state,
                     .contact = spec.proof,
                     .assignee = spec.assignee ? agents[*spec.assignee % agents.size()] : 0,
                     .opened_ms = now_ms - spec.days_ago * kMsPerDay,
                     .messages = {}};
  for (const auto& message : spec.messages) {
    CHECK(message.text.size() <= 4096 && one.messages.items.size() < 8);
    one.messages.items.push_back(
        {one.opened_ms + message.minutes_after * kMsPerMinute, message.direction, {message.text}});
  }
  return one;
}

Status add_demo_staff(AdminConnection& connection, bool small, DemoSignIns& known) {
  const auto staff = DemoAirline::staff();
  TRY_STATUS(add_members(connection, staff, small, known));
  return add_clients(connection, staff, known);
}

Result<DemoFilled> fill_demo(AdminConnection& connection, const DemoPlan& plan,
                             const DemoSignIns& staff, const DemoProgress& progress) {
  std::vector<std::uint32_t> agents;
  for (const auto& one : staff.staff) {
    if (one.role == Role::kAgent) agents.push_back(one.number);
  }
  if (agents.empty())
    return fail(ErrorCode::kNotFound, "there is no agent to whom cases could be assigned");
  const auto status = TRY(connection.call<wire::StatusAnswer>(wire::StatusQuery{}));
  const auto before = status.customers;
  DemoAirline airline(
      {.customers = plan.customers, .seed = plan.seed, .today = plan.today, .tokens = plan.tokens});
  DemoFilled filled{.first_customer = before + 1};
  TRY_STATUS(send_customers(connection, airline, before, filled, progress));
  TRY_STATUS(send_cases(connection, airline, before, agents, filled, progress));
  return filled;
}

}  // namespace bulkhead::cli
