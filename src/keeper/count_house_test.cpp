// How many customers and open cases there are is told in tens, and below ten not at all, so that
// nobody is counted out of it one by one.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/house_fixture.h"

namespace bulkhead {
namespace {

class CountHouse : public KeeperHouse {
 protected:
  CountHouse() { clock_ = &time_; }
  void SetUp() override {
    KeeperHouse::SetUp();
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
    fill(*admin_);
    const wire::StaffAdd lead{{"lena"}, Role::kLead, {"north"}, {}, true};
    passwords_["lena"] = admin_->call<wire::StaffSecrets>(lead).password.value;
    lena_.emplace(sign_in(*admin_, *front_, "lena"));
  }
  void TearDown() override {
    admin_.reset();
    front_.reset();
    KeeperHouse::TearDown();
  }
  void add_customers(std::uint32_t count) {
    wire::Import import;
    random_bytes(import.job);
    for (std::uint32_t i = 0; i < count; ++i) {
      import.customers.items.emplace_back().values.items.push_back(
          {static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
    }
    EXPECT_EQ(admin_->call<wire::ImportAnswer>(import).taken, count);
  }
  void add_cases(std::uint32_t count, CaseState state) {
    wire::SeedCases seed;
    seed.cases.items.assign(
        count, {2, RequestType::kQuestion, state, ContactProof::kNone, 0, time_.wall_ms(), {}});
    admin_->call<wire::SeedCasesAnswer>(seed);
  }
  wire::CountAnswer told() {
    time_.advance_ms(60'000);  // so that no budget ends it
    return lena_->ask(*front_, wire::Count{})->as<wire::CountAnswer>();
  }

  FakeClock time_;
  std::optional<Peer> admin_, front_;
  std::optional<SignedIn> lena_;
};

TEST_F(CountHouse, CustomersAreToldInTensAndBelowTenNotAtAll) {
  // How many there are then, and what is told.
  static constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 9> kTold{
      {{2, 0}, {9, 0}, {10, 10}, {14, 10}, {15, 20}, {20, 20}, {24, 20}, {25, 30}, {101, 100}}};
  std::uint32_t there = 2;
  for (const auto& [count, expected] : kTold) {
    if (count > there) add_customers(count - there);
    there = count;
    EXPECT_EQ(told().customers, expected) << count;
  }
}

TEST_F(CountHouse, OpenCasesAsWellAndClosedOnesDoNotCount) {
  EXPECT_EQ(told().open_cases, 0u);  // one
  add_cases(30, CaseState::kClosed);
  add_cases(8, CaseState::kOpen);
  EXPECT_EQ(told().open_cases, 0u);  // nine
  add_cases(1, CaseState::kOpen);
  EXPECT_EQ(told().open_cases, 10u);
  add_cases(5, CaseState::kOpen);
  EXPECT_EQ(told().open_cases, 20u);  // fifteen
}

TEST_F(CountHouse, EachIsAnEntryAndOnlySomeRolesMayAsk) {
  const auto size = [&] {
    return admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).ledger_size;
  };
  auto anna = sign_in(*admin_, *front_, "anna");
  const auto before = size();
  EXPECT_EQ(lena_->ask(*front_, wire::Count{})->reason, Reason::kNone);
  EXPECT_EQ(size(), before + 1);
  EXPECT_EQ(anna.ask(*front_, wire::Count{})->reason, Reason::kRole);
  EXPECT_EQ(size(), before + 2);
}

}  // namespace
}  // namespace bulkhead
