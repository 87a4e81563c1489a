#include "keeper/sign_in_guard.h"

#include <gtest/gtest.h>

namespace bulkhead {
namespace {

wire::NetworkAddress v4(std::uint32_t address) {
  wire::NetworkAddress bytes{};
  bytes[10] = bytes[11] = 0xff;
  put_big_endian(address, &bytes[12]);
  return bytes;
}
wire::NetworkAddress v6(std::uint64_t high, std::uint64_t low) {
  wire::NetworkAddress bytes{};
  put_big_endian(high, bytes.data());
  put_big_endian(low, bytes.data() + 8);
  return bytes;
}
constexpr std::uint32_t kOffice = 0x7f000001, kElsewhere = 0x7f010001;

class SignInGuardTest : public testing::Test {
 protected:
  void pass(std::uint64_t seconds) { clock_.advance_ms(seconds * 1000); }
  // Tries at most `tries` times, waiting as long as it is told; gives back the seconds that took.
  std::uint64_t guess(std::string_view account, const wire::NetworkAddress& from, int tries) {
    std::uint64_t waited = 0;
    for (int i = 0; i < tries; ++i) {
      const auto wait = guard_.wait_s(account, from);
      waited += wait;
      pass(wait);
      EXPECT_EQ(guard_.wait_s(account, from), 0u);
      guard_.begin(account, from);
    }
    return waited;
  }
  FakeClock clock_;
  SignInGuard guard_{clock_, {.cells_per_row = 1024, .known_accounts_max = 16}};
};

TEST(NetworkPrefix, IsWhatOnePartyHolds) {
  EXPECT_EQ(prefix_of(v4(0x0a010203)), prefix_of(v4(0x0a0102ff)));
  EXPECT_NE(prefix_of(v4(0x0a010203)), prefix_of(v4(0x0a010303)));
  EXPECT_EQ(prefix_of(v6(0x20010db8'00010000, 1)), prefix_of(v6(0x20010db8'0001ffff, 9)));
  EXPECT_NE(prefix_of(v6(0x20010db8'00010000, 1)), prefix_of(v6(0x20010db8'00020000, 1)));
  EXPECT_NE(prefix_of(v6(0x20010db8'00010000, 1)), prefix_of(v4(0x20010db8)));
}

TEST_F(SignInGuardTest, WaitsDoubleAfterTheFreeTries) {
  for (std::uint32_t i = 0; i <= kBackOffPair.free; ++i) {
    EXPECT_EQ(guard_.wait_s("ada", v4(kOffice)), 0u);
    guard_.begin("ada", v4(kOffice));
  }
  for (std::uint32_t expected = 1; expected <= 1024; expected *= 2) {
    EXPECT_EQ(guard_.wait_s("ada", v4(kOffice)), expected);
    pass(expected);
    guard_.begin("ada", v4(kOffice));
  }
}

TEST_F(SignInGuardTest, ADayOfGuessingIsFewGuesses) {
  std::uint64_t waited = 0;
  int guesses = 0;
  while (waited < 24 * 3600) {
    waited += guess("ada", v4(kElsewhere), 1);
    ++guesses;
  }
  EXPECT_LT(guesses, 100);
  EXPECT_GT(guesses, 10);
}

TEST_F(SignInGuardTest, UnknownAccountsAreTreatedAlike) {
  guard_.learn("ada", v4(kOffice));
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(guard_.wait_s("ada", v4(kElsewhere)),
              guard_.wait_s("nobody", v4(kElsewhere + (1u << 16))));
    pass(guard_.wait_s("ada", v4(kElsewhere)));
    guard_.begin("ada", v4(kElsewhere));
    guard_.begin("nobody", v4(kElsewhere + (1u << 16)));
  }
}

TEST_F(SignInGuardTest, SuccessTakesItsTryBackAndMakesTheNetworkKnown) {
  for (int i = 0; i < 200; ++i) {  // a whole office signs in within a second
    const auto name = "agent-" + std::to_string(i);
    EXPECT_EQ(guard_.wait_s(name, v4(kOffice)), 0u);
    guard_.begin(name, v4(kOffice));
    guard_.succeeded(name, v4(kOffice));
  }
  EXPECT_TRUE(guard_.knows("agent-0", v4(kOffice)));
  EXPECT_FALSE(guard_.knows("agent-0", v4(kElsewhere)));
}

TEST_F(SignInGuardTest, AFullHashingLaneCostsNothing) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(guard_.wait_s("ada", v4(kOffice)), 0u);
    guard_.begin("ada", v4(kOffice));
    guard_.take_back("ada", v4(kOffice));
  }
}

TEST_F(SignInGuardTest, StrangersCannotLockOutAKnownNetwork) {
  guard_.learn("ada", v4(kOffice));
  for (std::uint32_t i = 0; i < 20'000; ++i) guard_.begin("ada", v4(0x0a000000 + (i << 8)));
  for (int i = 0; i < 500; ++i) guard_.begin("bob", v4(kOffice));  // not even from the same network
  EXPECT_GT(guard_.wait_s("ada", v4(kElsewhere)), 0u);
  EXPECT_EQ(guard_.wait_s("ada", v4(kOffice)), 0u);
}

TEST_F(SignInGuardTest, AKnownNetworkIsSlowedByItsOwnFailuresOnly) {
  guard_.learn("ada", v4(kOffice));
  for (std::uint32_t i = 0; i < kBackOffKnown.free + 20; ++i) guard_.begin("ada", v4(kOffice));
  EXPECT_GT(guard_.wait_s("ada", v4(kOffice)), 0u);
  EXPECT_LE(guard_.wait_s("ada", v4(kOffice)), kBackOffKnown.wait_s_max);
  EXPECT_EQ(guard_.wait_s("ada", v4(kElsewhere)), 0u);
}

TEST_F(SignInGuardTest, AFloodDoesNotMakeTheGuardForget) {
  for (int i = 0; i < 10; ++i) guard_.begin("ada", v4(kElsewhere));
  const auto before = guard_.wait_s("ada", v4(kElsewhere));
  ASSERT_GT(before, 0u);
  for (std::uint32_t i = 0; i < 100'000; ++i)
    guard_.begin("x" + std::to_string(i),
                 v6(0x20010db8'00000000ull + (static_cast<std::uint64_t>(i) << 16), 1));
  EXPECT_GE(guard_.wait_s("ada", v4(kElsewhere)), before);
}

TEST_F(SignInGuardTest, SprayingFromOneNetworkIsSlowed) {
  for (std::uint32_t i = 0; i <= kBackOffNetwork.free; ++i) {
    EXPECT_EQ(guard_.wait_s("agent-" + std::to_string(i), v4(kElsewhere)), 0u);
    guard_.begin("agent-" + std::to_string(i), v4(kElsewhere));
  }
  EXPECT_GT(guard_.wait_s("agent-9999", v4(kElsewhere)), 0u);
  EXPECT_EQ(guard_.wait_s("agent-9999", v4(kOffice)), 0u);
}

TEST_F(SignInGuardTest, GuessingOneAccountFromManyNetworksIsSlowed) {
  for (std::uint32_t i = 0; i <= kBackOffAccount.free; ++i)
    guard_.begin("ada", v4(0x0a000000 + (i << 8)));
  EXPECT_GT(guard_.wait_s("ada", v4(0x0b000000)), 0u);
  EXPECT_EQ(guard_.wait_s("bob", v4(0x0b000000)), 0u);
}

TEST_F(SignInGuardTest, FailuresAreForgotten) {
  for (int i = 0; i < 10; ++i) guard_.begin("ada", v4(kElsewhere));
  EXPECT_GT(guard_.wait_s("ada", v4(kElsewhere)), 0u);
  pass(11ull * kBackOffPair.forget_s);
  for (std::uint32_t i = 0; i < kBackOffPair.free; ++i) guard_.begin("ada", v4(kElsewhere));
  EXPECT_EQ(guard_.wait_s("ada", v4(kElsewhere)), 0u);
}

TEST_F(SignInGuardTest, KnownNetworksHaveALimitAndTheOldestGoes) {
  for (std::uint32_t i = 0; i < kKnownNetworksPerAccountMax; ++i)
    guard_.learn("ada", v4(0x0a000000 + (i << 8)));
  guard_.learn("ada", v4(0x0a000000));  // used again, so it is the newest now
  guard_.learn("ada", v4(0x0b000000));
  EXPECT_TRUE(guard_.knows("ada", v4(0x0a000000)));
  EXPECT_FALSE(guard_.knows("ada", v4(0x0a000100)));
  EXPECT_TRUE(guard_.knows("ada", v4(0x0b000000)));
}

TEST_F(SignInGuardTest, KnownAccountsHaveALimitAndNobodyIsPushedOut) {
  for (int i = 0; i < 40; ++i) guard_.learn("agent-" + std::to_string(i), v4(kOffice));
  EXPECT_TRUE(guard_.knows("agent-0", v4(kOffice)));
  EXPECT_FALSE(guard_.knows("agent-39", v4(kOffice)));
  EXPECT_EQ(guard_.wait_s("agent-39", v4(kOffice)), 0u);  // slowed like a stranger, but let in
}

}  // namespace
}  // namespace bulkhead
