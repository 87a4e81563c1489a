// KeeperHouse with an administrator who has to sign in. Owned by keeper; tests only.
#pragma once

#include "base/clock.h"
#include "crypto/encoding.h"
#include "keeper/house_fixture.h"
#include "keeper/totp.h"

namespace bulkhead {

// A house with an administrator, where nothing is a demo.
class RealHouse : public KeeperHouse {
 protected:
  void SetUp() override {
    root_ = random_secret(32);
    auto made = make_keeper_folder(folder_.path(), root_, "airline.example/ledger");
    ASSERT_TRUE(made && *made);
    first_ = **made;
    start();
  }
  std::string code() const { return code_of(first_.otpauth); }
  std::string code_of(const std::string& otpauth) const {
    constexpr std::string_view kMark = "secret=";
    const auto at = otpauth.find(kMark) + kMark.size();
    const auto bytes = from_base32(otpauth.substr(at, otpauth.find('&', at) - at));
    EXPECT_TRUE(bytes.has_value());
    TotpSecret secret{};
    std::copy_n(bytes->begin(), secret.size(), secret.begin());
    return totp_code(secret,
                     totp_step(clock_ == nullptr ? SystemClock().wall_ms() : clock_->wall_ms()));
  }
  Reason sign_in_admin(const std::string& password, const std::string& code) {
    auto peer = connect(Face::kAdmin);
    EXPECT_FALSE(peer.call<wire::AdminHelloAnswer>(wire::AdminHello{}).signed_in);
    const auto answer = peer.ask(wire::AdminSignIn{{first_.name}, {password}, {code}});
    return answer ? answer->reason : Reason::kLedger;
  }
  FirstAdmin first_;
};

}  // namespace bulkhead
