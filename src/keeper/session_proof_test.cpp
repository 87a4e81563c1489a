#include "keeper/session_proof.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "crypto/hash.h"

namespace bulkhead {
namespace {

TEST(ReplayWindow, TakesCountersInOrderOnce) {
  ReplayWindow window;
  EXPECT_FALSE(window.accept(0));
  for (std::uint64_t counter = 1; counter < 1000; ++counter) {
    EXPECT_TRUE(window.accept(counter));
    EXPECT_FALSE(window.accept(counter));
  }
}

TEST(ReplayWindow, TakesTheLast128InAnyOrderAndNothingOlder) {
  ReplayWindow window;
  ASSERT_TRUE(window.accept(1000));
  for (std::uint64_t counter = 1000 - kReplayWindowWidth + 1; counter < 1000; ++counter)
    EXPECT_TRUE(window.accept(counter));
  EXPECT_FALSE(window.accept(1000 - kReplayWindowWidth));
  EXPECT_FALSE(window.accept(1));
}

TEST(ReplayWindow, SurvivesTheLargestCounter) {
  ReplayWindow window;
  EXPECT_TRUE(window.accept(5));
  EXPECT_TRUE(window.accept(~0ull));
  EXPECT_FALSE(window.accept(~0ull));
  EXPECT_TRUE(window.accept(~0ull - 127));
  EXPECT_FALSE(window.accept(~0ull - 128));
  EXPECT_FALSE(window.accept(5));
}

// Against a set that remembers everything: accepted if and only if new and less than 128 behind the
// newest.
TEST(ReplayWindow, AgreesWithASetOverRandomOrders) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random(seed);
    ReplayWindow window;
    std::set<std::uint64_t> seen;
    std::uint64_t newest = 0;
    for (int i = 0; i < 3000; ++i) {
      const std::uint64_t reach = random() % 20 == 0 ? 400 : 150;
      const std::uint64_t low = newest > reach ? newest - reach : 0;
      const std::uint64_t counter = low + random() % (reach + (random() % 8 == 0 ? 300 : 3));
      const bool fresh = counter > 0 && !seen.contains(counter) &&
                         (counter > newest || newest - counter < kReplayWindowWidth);
      ASSERT_EQ(window.accept(counter), fresh)
          << "seed " << seed << " counter " << counter << " newest " << newest;
      if (fresh) {
        seen.insert(counter);
        newest = std::max(newest, counter);
      }
    }
  }
}

class SessionProofsTest : public testing::Test {
 protected:
  SecretBytes key() const { return SecretBytes(view_of("0123456789abcdef0123456789abcdef")); }
  wire::Proof proof(std::uint8_t lane, std::uint64_t counter) const {
    wire::Proof proof;
    proof.session.bytes[3] = 7;
    proof.lane = lane;
    proof.counter = counter;
    proof.mac = hmac_sha256(
        key(), wire::proof_bytes(proof, "GET", "/api/v1/me", sha256(view_of("a=b\n{}"))));
    return proof;
  }
  // As the keeper judges: the MAC first.
  Status accept(const wire::Proof& with,
                const wire::Target& target = {"GET", "/api/v1/me", "a=b", "{}"}) {
    if (!proofs_.made_for(with, target)) return fail(ErrorCode::kCrypto, "another key or request");
    return proofs_.take(with);
  }
  ErrorCode refusal(const wire::Proof& with,
                    const wire::Target& target = {"GET", "/api/v1/me", "a=b", "{}"}) {
    const auto accepted = accept(with, target);
    EXPECT_FALSE(accepted);
    return accepted ? ErrorCode::kIo : accepted.error().code;
  }
  SessionProofs proofs_{key()};
};

TEST_F(SessionProofsTest, AcceptsAGoodProofOnce) {
  EXPECT_TRUE(accept(proof(0, 1)));
  EXPECT_EQ(refusal(proof(0, 1)), ErrorCode::kConflict);
  EXPECT_TRUE(accept(proof(0, 2)));
}

TEST_F(SessionProofsTest, RefusesAProofForAnythingElse) {
  EXPECT_EQ(refusal(proof(0, 1), {"POST", "/api/v1/me", "a=b", "{}"}), ErrorCode::kCrypto);
  EXPECT_EQ(refusal(proof(0, 1), {"GET", "/api/v1/cases", "a=b", "{}"}), ErrorCode::kCrypto);
  EXPECT_EQ(refusal(proof(0, 1), {"GET", "/api/v1/me", "a=c", "{}"}), ErrorCode::kCrypto);
  EXPECT_EQ(refusal(proof(0, 1), {"GET", "/api/v1/me", "a=b", "[]"}), ErrorCode::kCrypto);
  auto other_counter = proof(0, 1);
  other_counter.counter = 2;
  EXPECT_EQ(refusal(other_counter), ErrorCode::kCrypto);
  auto other_session = proof(0, 1);
  other_session.session.bytes[0] ^= 1;
  EXPECT_EQ(refusal(other_session), ErrorCode::kCrypto);
}

TEST_F(SessionProofsTest, AWrongMacMovesNothing) {
  auto wrong = proof(0, 1'000'000);
  wrong.mac[31] ^= 0x80;
  EXPECT_EQ(refusal(wrong), ErrorCode::kCrypto);
  EXPECT_TRUE(accept(proof(0, 1)));
}

TEST_F(SessionProofsTest, LanesCountByThemselvesAndHaveALimit) {
  EXPECT_EQ(refusal(proof(1, 1)), ErrorCode::kRefused);
  EXPECT_EQ(refusal(proof(255, 1)), ErrorCode::kRefused);
  for (std::uint8_t lane = 1; lane < wire::kLanesMax; ++lane) {
    const auto opened = proofs_.open_lane(wire::kLanesMax);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, lane);
  }
  for (std::uint8_t lane = 0; lane < wire::kLanesMax; ++lane) {
    EXPECT_TRUE(accept(proof(lane, 1)));
  }
  EXPECT_EQ(proofs_.open_lane(255).error().code, ErrorCode::kTooLarge);
  SessionProofs few(key());
  EXPECT_FALSE(few.open_lane(1));
}

}  // namespace
}  // namespace bulkhead
