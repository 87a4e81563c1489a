#include "cli/unknown_command.h"

#include <gtest/gtest.h>

#include "cli/commands.h"

namespace bulkhead::cli {
namespace {

std::string said_of(std::vector<std::string> words) {
  CLI::App app{"", "bulkhead"};
  app.require_subcommand(1);
  Chosen chosen;
  add_staff(app, chosen);
  add_status(app, chosen);
  add_stop(app, chosen);
  add_ledger(app, chosen);
  add_demo(app, chosen);
  add_policy(app, chosen);
  return unknown_command(app, words).value_or("");
}

TEST(UnknownCommand, IsNamedWithTheNearestRealOnes) {
  EXPECT_EQ(said_of({"ledgr"}), "there is no command \"bulkhead ledgr\"; nearest: ledger");
  EXPECT_EQ(said_of({"satff"}), "there is no command \"bulkhead satff\"; nearest: staff");
  EXPECT_EQ(said_of({"sta"}), "there is no command \"bulkhead sta\"; nearest: staff, status");
  EXPECT_EQ(said_of({"staff", "ad"}), "there is no command \"bulkhead staff ad\"; nearest: add");
  EXPECT_EQ(said_of({"demo", "cod", "agent-01"}),
            "there is no command \"bulkhead demo cod\"; nearest: code");
}

TEST(UnknownCommand, UnlikeAnythingOrOverLongItIsNamedAlone) {
  EXPECT_EQ(said_of({"nosuch"}),
            "there is no command \"bulkhead nosuch\"; bulkhead --help lists them all");
  const std::string long_word(10'000, 's');
  EXPECT_EQ(said_of({long_word}),
            "there is no command \"bulkhead " + long_word + "\"; bulkhead --help lists them all");
  EXPECT_EQ(said_of({""}), "there is no command \"bulkhead \"; bulkhead --help lists them all");
}

TEST(UnknownCommand, AWordThatIsNoCommandsPlaceIsLeftAlone) {
  EXPECT_EQ(said_of({}), "");
  EXPECT_EQ(said_of({"staff"}), "");
  EXPECT_EQ(said_of({"--nosuch", "ledgr"}), "");
  EXPECT_EQ(said_of({"staff", "--data", "ad"}), "");
  EXPECT_EQ(said_of({"policy", "set", "nosuch.toml"}), "");
}

TEST(UnknownCommand, AtMostThreeAreNearest) {
  const std::vector<std::string> known{"ab", "abc", "abcd", "abcde", "b"};
  EXPECT_EQ(nearest("ab", known), (std::vector<std::string>{"ab", "abc", "abcd"}));
  EXPECT_EQ(nearest("xyz", known), std::vector<std::string>{});
}

}  // namespace
}  // namespace bulkhead::cli
