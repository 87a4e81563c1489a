#include "cli/policy_toml.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace bulkhead {
namespace {

std::string shipped() {
  std::ifstream file(BULKHEAD_SOURCE_DIR "/config/policy.toml");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The shipped policy with one change; the piece must be there.
PolicyProblem problem_after(std::string_view piece, std::string_view instead) {
  auto text = shipped();
  const auto at = text.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  if (at != std::string::npos) text.replace(at, piece.size(), instead);
  const auto parsed = parse_policy_toml(text);
  EXPECT_FALSE(parsed) << piece << " -> " << instead;
  return parsed ? PolicyProblem{} : parsed.error();
}

TEST(PolicyToml, TheShippedFileIsTheDefault) {
  const auto parsed = parse_policy_toml(shipped());
  ASSERT_TRUE(parsed) << parsed.error().line << ": " << parsed.error().text;
  EXPECT_EQ(*parsed, default_policy());
}

TEST(PolicyToml, ReadsListsInAnyOrder) {
  auto text = shipped();
  const std::string_view bound = "\"payment.iban\" = [\"refund\"]";
  text.replace(text.find(bound), bound.size(),
               "\"payment.iban\" = [\"refund\", \"fraud\"]\n\"identity.document_number\" = []");
  const std::string_view heading = "[weights.fields]";
  text.replace(text.find(heading), heading.size(),
               "[weights.fields]\n\"payment.iban\" = 9\n\"contact.email\" = 3");
  const auto parsed = parse_policy_toml(text);
  ASSERT_TRUE(parsed) << parsed.error().text;
  ASSERT_EQ(parsed->bound_fields.items.size(), 2u);
  EXPECT_EQ(parsed->bound_fields.items[0].field, static_cast<std::uint8_t>(Field::kDocumentNumber));
  EXPECT_EQ(field_weights(*parsed).sum(FieldSet::of(Field::kIban) | FieldSet::of(Field::kEmail)),
            12u);
}

TEST(PolicyToml, SaysWhereAndWhat) {
  const auto problem = problem_after("idle_s = 1800", "idle_seconds = 1800");
  EXPECT_GT(problem.line, 50u);
  EXPECT_NE(problem.text.find("idle_s"), std::string::npos) << problem.text;
}

TEST(PolicyToml, RefusesWhatItDoesNotKnow) {
  problem_after("[session]", "[sessions]");
  problem_after("house_percent = 30", "house_percent = 30\nhouse_per_cent = 60");
  problem_after("\"payment.iban\" = [\"refund\"]", "\"payment.ibam\" = [\"refund\"]");
  problem_after("\"payment.iban\" = [\"refund\"]", "\"payment.iban\" = [\"refunds\"]");
  problem_after("\nviews = \"agent\"", "\nviews = \"agents\"");
  problem_after("\nviews = \"agent\"", "\nviews = \"lead\"");
  problem_after("[roles.analyst]", "[roles.analist]");
  problem_after("clear = [\"basic\"]", "clear = [\"basics\"]");
  problem_after("clear = [\"basic\"]", "clear = \"basic\"");
  problem_after("purposes = [\"service\", \"refund\"]", "purposes = [\"service\", 3]");
}

TEST(PolicyToml, RefusesNumbersThatAreNone) {
  problem_after("customers = [3, 10, 40, 400]", "customers = [3, 10, 40]");
  problem_after("customers = [3, 10, 40, 400]", "customers = [3, 10, 40, -1]");
  problem_after("customers = [3, 10, 40, 400]", "customers = [3, 10, 40, 4294967296]");
  problem_after("customers = [3, 10, 40, 400]", "customers = [3, 10, 40, \"400\"]");
  problem_after("lanes = 8", "lanes = 256");
  problem_after("lanes = 8", "lanes = 9");
  problem_after("lanes = 8", "lanes = 8.5");
}

TEST(PolicyToml, RefusesWhatIsMissing) {
  problem_after("number = 1", "");
  problem_after("lookup = { customers = [10, 100, 500, 8000], weight = 1 }", "");
  problem_after("absolute_s = 43200", "");
}

TEST(PolicyToml, RefusesWhatIsNotToml) {
  EXPECT_FALSE(parse_policy_toml("number = = 1"));
  EXPECT_FALSE(parse_policy_toml(""));
  EXPECT_FALSE(parse_policy_toml("\xff\xfe"));
  EXPECT_FALSE(parse_policy_toml("number = 1\n[[{"));
  EXPECT_FALSE(parse_policy_toml("number = 1\nnumber = 2"));
  EXPECT_FALSE(parse_policy_toml(std::string(kPolicyTomlBytesMax + 1, '#')));
}

}  // namespace
}  // namespace bulkhead
