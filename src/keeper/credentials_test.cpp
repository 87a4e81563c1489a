#include "keeper/credentials.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bulkhead {
namespace {

SecretBytes secret(std::string_view text) { return SecretBytes(view_of(text)); }

std::optional<PasswordFault> fault(std::string_view password,
                                   std::vector<std::string_view> inputs = {},
                                   const RangeStore* breached = nullptr) {
  const auto found = password_fault(password, inputs, breached);
  EXPECT_TRUE(found);
  return found.value_or(std::nullopt);
}

TEST(PasswordFault, CountsCharactersNotBytes) {
  EXPECT_EQ(fault("velvet otter 7"), PasswordFault::kTooShort);  // 14
  EXPECT_EQ(fault("velvet otter 71"), std::nullopt);             // 15
  EXPECT_EQ(fault("жёлтый кот"), PasswordFault::kTooShort);      // 10 characters, 19 bytes
  EXPECT_EQ(fault("жёлтый кот плывёт домой"), std::nullopt);
  EXPECT_EQ(fault("正しい馬の電池ホチキスで夜明けに飛ぶ"), std::nullopt);
}

TEST(PasswordFault, HasNoCompositionRules) {
  EXPECT_EQ(fault("mauve lantern sings underwater"), std::nullopt);
}

TEST(PasswordFault, HasAnUpperLimit) {
  std::string text;
  for (int i = 0; text.size() < wire::kPasswordBytesMax; ++i)
    text += fmt::format("{}otter", i * 7919 % 1000);
  text.resize(wire::kPasswordBytesMax);
  EXPECT_EQ(fault(text), std::nullopt);
  text += 'x';
  EXPECT_EQ(fault(text), PasswordFault::kTooLong);
}

TEST(PasswordFault, RefusesWhatIsNotText) {
  for (const std::string_view bad :
       {"\xff\xfevelvet otter 7", "velvet otter \xc3 harbour", "velvet\xc0\xaf otter harb",
        "velvet\xed\xa0\x80 otter harbour", "velvet \xf4\x90\x80\x80 otter harbour",
        "velvet otter harbour\t", "velvet otter harbour \xe2\x82"}) {
    EXPECT_EQ(fault(bad), PasswordFault::kNotText);
  }
  EXPECT_EQ(fault(std::string_view("velvet otter\0harbour", 20)), PasswordFault::kNotText);
}

TEST(PasswordFault, RefusesWhatIsQuicklyGuessed) {
  for (const std::string_view weak :
       {"passwordpassword", "aaaaaaaaaaaaaaaaaaaa", "123456789012345", "qwertyuiopasdfg",
        "abcabcabcabcabcabc", "ыыыыыыыыыыыыыыыыыыыы"}) {
    EXPECT_EQ(fault(weak), PasswordFault::kWeak) << weak;
  }
}

TEST(PasswordFault, ConsidersWhatTheAttackerKnows) {
  const std::string_view password = "Xanthippe-Oldenburg";
  EXPECT_EQ(fault(password), std::nullopt);
  EXPECT_EQ(fault(password, {"xanthippe", "Oldenburg"}), PasswordFault::kWeak);
  EXPECT_EQ(fault("velvet otter harbour", {"", "\xff", "ада"}), std::nullopt);
  EXPECT_EQ(fault("velvet otter harbour", std::vector<std::string_view>(100, "word")),
            std::nullopt);
}

TEST(PasswordFault, LooksIntoTheBreachedStore) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / fmt::format("credentials-{}", ::getpid());
  std::filesystem::create_directories(folder);
  // SHA-1 of "correct horse battery staple".
  std::ofstream(folder / "list.txt") << "ABF7AAD6438836DBE526AA231ABDE2D0EEF74D42:216\n";
  ASSERT_TRUE(RangeStore::build(folder / "list.txt", folder));
  const auto store = RangeStore::open(folder);
  ASSERT_TRUE(store);
  EXPECT_EQ(fault("correct horse battery staple", {}, &*store), PasswordFault::kBreached);
  EXPECT_EQ(fault("correct horse battery stapler", {}, &*store), std::nullopt);
  std::filesystem::remove_all(folder);
}

TEST(PasswordFault, AdviceSaysWhatToDo) {
  for (const auto f : {PasswordFault::kTooShort, PasswordFault::kTooLong, PasswordFault::kNotText,
                       PasswordFault::kBreached, PasswordFault::kWeak}) {
    EXPECT_TRUE(advice(f).starts_with("Use ") || advice(f).starts_with("Choose ")) << advice(f);
  }
}

constexpr std::uint64_t kNowMs = 1'767'225'600'000;

TEST(Credentials, RowKeepsItsEncoding) {
  const auto row = make_credentials(secret("velvet otter harbour"), 3);
  ASSERT_TRUE(row);
  const auto bytes = wire::encode(*row);
  const auto again = wire::decode<Credentials>(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(wire::encode(*again), bytes);
  EXPECT_EQ(again->version, 3u);
  EXPECT_TRUE(row->password_hash.value.starts_with("$argon2id$"));
  EXPECT_EQ(row->password_hash.value.find("otter"), std::string::npos);
}

TEST(CredentialCheck, WantsBothFactorsAndAnAccount) {
  const auto check = CredentialCheck::create();
  ASSERT_TRUE(check);
  const auto row = make_credentials(secret("velvet otter harbour"), 1);
  ASSERT_TRUE(row);
  const auto step = totp_step(kNowMs);
  const auto code = totp_code(row->totp_secret, step);
  const auto wrong_code = code == "000000" ? "000001" : "000000";

  const auto accepted = check->check(&*row, secret("velvet otter harbour"), code, kNowMs, 0);
  ASSERT_TRUE(accepted);
  EXPECT_EQ(*accepted, step);

  const auto refused = [&](const Credentials* of, std::string_view password, std::string_view with,
                           std::uint64_t last) {
    const auto answer = check->check(of, secret(password), with, kNowMs, last);
    return answer ? std::string("accepted")
                  : fmt::format("{} {}", to_string(answer.error().code), answer.error().context);
  };
  // All refusals read alike, so that none tells which part was wrong.
  const auto same = refused(&*row, "velvet otter harbor", code, 0);
  EXPECT_NE(same, "accepted");
  EXPECT_EQ(refused(&*row, "velvet otter harbour", wrong_code, 0), same);
  EXPECT_EQ(refused(&*row, "velvet otter harbour", code, step), same);
  EXPECT_EQ(refused(&*row, "", "", 0), same);
  EXPECT_EQ(refused(nullptr, "velvet otter harbour", code, 0), same);
}

}  // namespace
}  // namespace bulkhead
