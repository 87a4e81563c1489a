#include "cli/demo_fill.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "cli/bench_fill.h"
#include "cli/fake_keeper_for_test.h"

namespace bulkhead::cli {
namespace {

// A keeper that holds `before` customers and remembers what it is given.
class DemoHouse {
 public:
  explicit DemoHouse(std::uint32_t before) { imports_.customers = before; }

  std::optional<Bytes> handle(wire::Op op, ByteView body) {
    switch (op) {
      case wire::Op::kStaffList:
        return good(staff_);
      case wire::Op::kClientList:
        return good(wire::ClientListAnswer{});
      case wire::Op::kStaffAdd: {
        const auto message = wire::decode<wire::StaffAdd>(body);
        EXPECT_TRUE(message->grown);
        staff_.rows.items.push_back(
            {++number_, message->name, message->role, message->team, false, 0});
        return good(wire::StaffSecrets{number_, {"password"}, {"otpauth://totp/x"}});
      }
      case wire::Op::kClientAdd:
        return good(wire::ClientSecret{++number_, {}});
      case wire::Op::kStatus: {
        wire::StatusAnswer status;
        status.customers = imports_.customers;
        return good(status);
      }
      case wire::Op::kImport: {
        const auto import = wire::decode<wire::Import>(body);
        for (const auto& customer : import->customers.items) {
          for (const auto& value : customer.values.items) {
            if (value.field == static_cast<std::uint8_t>(Field::kCompanions))
              companions.insert(std::stoul(value.value.value));
          }
        }
        return imports_.take(body);
      }
      case wire::Op::kSeedCases: {
        const auto message = wire::decode<wire::SeedCases>(body);
        wire::SeedCasesAnswer answer{.first_case = 1, .ids = {}};
        for (const auto& one : message->cases.items) {
          cases.push_back(one);
          answer.ids.items.emplace_back();
        }
        return good(answer);
      }
      default:
        return std::nullopt;
    }
  }
  std::uint32_t staff() const { return static_cast<std::uint32_t>(staff_.rows.items.size()); }

  std::set<unsigned long> companions;
  std::vector<wire::SeedCase> cases;

 private:
  FakeImports imports_;
  wire::StaffListAnswer staff_;
  std::uint32_t number_ = 0;
};

TEST(DemoFill, CompanionsAndCasesAreNamedByTheKeepersNumbers) {
  constexpr std::uint32_t kBefore = 1000, kCustomers = 300;
  DemoHouse house(kBefore);
  FakeKeeper keeper([&](wire::Op op, ByteView body) { return house.handle(op, body); });
  auto connection = keeper.connect();
  DemoSignIns sign_ins;
  ASSERT_TRUE(add_demo_staff(connection, true, sign_ins));
  const auto filled =
      fill_demo(connection, {.customers = kCustomers, .seed = 1, .today = 20'454}, sign_ins, {});
  ASSERT_TRUE(filled);
  EXPECT_EQ(filled->first_customer, kBefore + 1);
  EXPECT_EQ(filled->customers, kCustomers);
  ASSERT_FALSE(house.companions.empty());
  EXPECT_GT(*house.companions.begin(), kBefore);
  EXPECT_LE(*house.companions.rbegin(), kBefore + kCustomers);
  ASSERT_GE(house.cases.size(), kCustomers / 10);
  bool open = false;
  for (const auto& one : house.cases) {
    EXPECT_GT(one.customer, kBefore);
    EXPECT_LE(one.customer, kBefore + kCustomers);
    if (one.assignee != 0) {
      EXPECT_EQ(one.assignee, sign_ins.find("agent-01")->number);
    }
    open = open || (one.state != CaseState::kClosed && one.assignee != 0);
  }
  EXPECT_TRUE(open);
}

TEST(DemoFill, StaffAreAddedOnce) {
  DemoHouse house(0);
  FakeKeeper keeper([&](wire::Op op, ByteView body) { return house.handle(op, body); });
  auto connection = keeper.connect();
  DemoSignIns sign_ins;
  ASSERT_TRUE(add_demo_staff(connection, false, sign_ins));
  const auto before = house.staff();
  EXPECT_EQ(before, sign_ins.staff.size());
  ASSERT_TRUE(add_demo_staff(connection, false, sign_ins));
  EXPECT_EQ(house.staff(), before);
}

TEST(DemoFill, SomebodyElsesCustomersInBetweenAreNoticed) {
  DemoHouse house(0);
  FakeImports other;
  other.customers = 5;  // came in between the status and the first batch
  FakeKeeper keeper([&](wire::Op op, ByteView body) {
    return op == wire::Op::kImport ? other.take(body) : house.handle(op, body);
  });
  auto connection = keeper.connect();
  DemoSignIns sign_ins;
  sign_ins.staff.emplace_back().number = 1;  // an agent
  EXPECT_EQ(fill_demo(connection, {.customers = 10, .seed = 1, .today = 20'454}, sign_ins, {})
                .error()
                .code,
            ErrorCode::kConflict);
}

TEST(DemoFill, SignInsAreKeptAndFoundAgain) {
  const auto path = testing::TempDir() + "bulkhead-sign-ins-" + std::to_string(getpid());
  EXPECT_EQ(load_sign_ins(path).error().code, ErrorCode::kNotFound);
  const DemoSignIns sign_ins{
      .staff = {{3, "agent-01", "Anna Bloom", Role::kAgent, "North", "secret", "otpauth://totp/x"}},
      .clients = {{9, "auditor", "Reads", Role::kAuditor, "AAAA"}}};
  ASSERT_TRUE(save_sign_ins(path, sign_ins));
  EXPECT_EQ(*load_sign_ins(path), sign_ins);
  const auto mode = std::filesystem::status(path).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_NE(describe(sign_ins, false).find("bulkhead demo code agent-01"), std::string::npos);
  std::filesystem::remove(path);
}

TEST(BenchFill, PolicyIsOneAndTooWideToRefuse) {
  const auto policy = bench_policy();
  ASSERT_TRUE(check_policy(policy));
  PeopleSum people;
  people.add(policy, Role::kLead, {.age_ms = 0, .grown = true});
  const auto shared = shared_limits(policy, people);
  const auto own = own_limits(policy, Role::kLead, {.age_ms = 0, .grown = true}, shared);
  for (const auto& limits : {shared.team, shared.face, shared.house, own}) {
    EXPECT_GE(limits.of(Column::kClearContact, Horizon::kMinute).customers, 50'000'000u);
    EXPECT_GE(limits.of(Column::kClearContact, Horizon::kMinute).weight, 1'000'000'000u);
  }
}

}  // namespace
}  // namespace bulkhead::cli
