// What an event grants a program at a running keeper: so many customers at once, for so long, in
// its own network.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/client_for_test.h"
#include "keeper/policy.h"

namespace bulkhead {
namespace {

class GrantsHouse : public KeeperHouse {
 protected:
  GrantsHouse() { clock_ = &time_; }

  void open_house() {
    admin_.emplace(connect_admin());
    front_.emplace(connect_front());
    api_.emplace(connect_front(Face::kApi));
    fill(*admin_);
    kiosk_.emplace(ProgramForTest::add(*admin_, "kiosk", RequestType::kBaggage));
    for (const auto* const name : {"anna", "bert"})
      staff_.push_back(sign_in(*admin_, *front_, name));
    ASSERT_EQ(kiosk_->sign_in(*api_, &program_), Reason::kNone);
  }
  CaseId open_case(SignedIn& agent, RequestType type) {
    const wire::Lookup lookup{{}, IdentifierKind::kEmail, {"one@example.com"}};
    const auto found = agent.ask(*front_, lookup)->as<wire::LookupAnswer>().customer;
    EXPECT_TRUE(found.has_value());
    if (!found) return {};
    const auto answer = agent.ask(*front_, wire::OpenCase{{}, *found, type});
    EXPECT_EQ(answer->reason, Reason::kNone) << name_of(answer->reason);
    return answer->as<wire::CaseAnswer>().row.id;
  }
  std::vector<wire::GrantRow> grants() {
    return program_->ask(*api_, wire::Grants{})->as<wire::GrantsAnswer>().rows.items;
  }
  Reason reveal(const CaseId& id) {
    return program_
        ->ask(*api_, wire::Reveal{{}, id, FieldSet::of(Field::kEmail), Purpose::kService})
        ->reason;
  }

  FakeClock time_;
  std::optional<Peer> admin_, front_, api_;
  std::optional<ProgramForTest> kiosk_;
  std::vector<SignedIn> staff_;
  std::optional<SignedIn> program_;
};

TEST_F(GrantsHouse, AnEventGrantsOneCustomerForAQuarterOfAnHour) {
  open_house();
  const auto other = open_case(staff_[0], RequestType::kRefund);
  EXPECT_TRUE(grants().empty());
  EXPECT_EQ(reveal(other), Reason::kNoGrant);
  const auto id = open_case(staff_[0], RequestType::kBaggage);
  ASSERT_EQ(grants().size(), 1u);
  EXPECT_EQ(grants()[0].id, id);
  EXPECT_EQ(reveal(case_of_anna_), Reason::kNoGrant);  // the same customer's case, but not this one

  time_.advance_ms(Policy{}.client_grant_s * 1000ull - 1000);
  EXPECT_EQ(reveal(id), Reason::kNone);
  time_.advance_ms(2000);
  EXPECT_EQ(reveal(id), Reason::kNoGrant);
  EXPECT_TRUE(grants().empty());
}

TEST_F(GrantsHouse, NoMoreThanTwentyFiveAtOnce) {
  open_house();
  const std::size_t most = Policy{}.client_grants_max;
  std::vector<CaseId> opened;
  for (std::size_t i = 0; i < most + 1; ++i) {
    if (i % 8 == 0) time_.advance_ms(61'000);  // lookups have a budget for each minute
    opened.push_back(open_case(staff_[i % 2], RequestType::kBaggage));
  }
  EXPECT_EQ(grants().size(), most);
  EXPECT_EQ(reveal(opened.back()), Reason::kNoGrant);
  EXPECT_EQ(reveal(opened.front()), Reason::kNone);
  // Room again once the first have ended.
  time_.advance_ms(Policy{}.client_grant_s * 1000ull);
  const auto later = open_case(staff_[0], RequestType::kBaggage);
  EXPECT_EQ(grants().size(), 1u);
  EXPECT_EQ(reveal(later), Reason::kNone);
}

TEST_F(GrantsHouse, AProgramElsewhereGetsNothingFromThem) {
  open_house();
  const auto id = open_case(staff_[0], RequestType::kBaggage);
  wire::NetworkAddress away{};
  away[0] = 0x20;
  away[1] = 0x01;
  auto moved = *kiosk_;
  moved.network = away;
  EXPECT_NE(moved.sign_in(*api_), Reason::kNone);
  program_->network = away;  // a taken session carried elsewhere
  EXPECT_EQ(reveal(id), Reason::kNetworkChanged);
}

}  // namespace
}  // namespace bulkhead
