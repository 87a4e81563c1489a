// Somebody who is new sees a tenth of what their role may, and grows into it over fourteen days.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/house_fixture.h"
#include "keeper/policy.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kStepMs = 20 * 60'000;  // beyond the minute, within an idle session
constexpr std::uint32_t kStrangers = 60;

class NewStaff : public KeeperHouse {
 protected:
  NewStaff() { clock_ = &time_; }

  std::uint32_t add(Peer& admin, const std::string& name, bool grown) {
    const auto secrets =
        admin.call<wire::StaffSecrets>(wire::StaffAdd{{name}, Role::kAgent, {"north"}, {}, grown});
    passwords_[name] = secrets.password.value;
    return secrets.number;
  }
  void import_strangers(Peer& admin) {
    wire::Import import;
    random_bytes(import.job);
    for (std::uint32_t i = 0; i < kStrangers; ++i) {
      wire::ImportCustomer customer;
      customer.values.items.push_back(
          {static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
      import.customers.items.push_back(customer);
    }
    ASSERT_EQ(admin.call<wire::ImportAnswer>(import).taken, kStrangers);
  }
  // Cases of everybody, of whom nobody got in touch.
  std::vector<CaseId> give_cases(Peer& admin, std::uint32_t agent) {
    wire::SeedCases seed;
    for (std::uint32_t customer = 1; customer <= kStrangers; ++customer) {
      seed.cases.items.push_back({customer,
                                  RequestType::kQuestion,
                                  CaseState::kOpen,
                                  ContactProof::kNone,
                                  agent,
                                  time_.wall_ms(),
                                  {}});
    }
    return admin.call<wire::SeedCasesAnswer>(seed).ids.items;
  }
  // How many of those cases' customers show their name in twenty hours of patience.
  std::uint32_t take(Peer& admin, const std::string& name, const std::vector<CaseId>& cases) {
    constexpr unsigned kSteps = 60;
    auto front = connect_front();
    auto session = sign_in(admin, front, name);
    std::uint32_t shown = 0;
    for (unsigned step = 0; step < kSteps && shown < cases.size(); ++step) {
      wire::Reveal ask;
      ask.id = cases[shown];
      ask.fields = FieldSet::of(Field::kFamilyName);
      ask.purpose = Purpose::kService;
      auto answer = session.ask(front, ask);
      if (answer->reason == Reason::kExpired || answer->reason == Reason::kNoSession) {
        session = sign_in(admin, front, name);
        answer = session.ask(front, ask);
      }
      shown += static_cast<std::uint32_t>(answer->reason == Reason::kNone);
      time_.advance_ms(kStepMs);
    }
    return shown;
  }
  FakeClock time_;
};

TEST_F(NewStaff, SeeATenthAndGrow) {
  auto admin = connect_admin();
  import_strangers(admin);
  const auto day = default_policy().agent.budgets.clear_cold.day;
  const auto old_cases = give_cases(admin, add(admin, "old", true));
  const auto new_cases = give_cases(admin, add(admin, "new", false));
  const auto before = take(admin, "new", new_cases);
  EXPECT_GE(before, day / 10);
  // The first day's growth: a fourteenth of what is missing.
  EXPECT_LE(before, day / 10 + day / 14 + 1);
  EXPECT_EQ(take(admin, "old", old_cases), day);
  time_.advance_ms(14 * kMsPerDay);
  EXPECT_EQ(take(admin, "new", new_cases), day);
}

}  // namespace
}  // namespace bulkhead
