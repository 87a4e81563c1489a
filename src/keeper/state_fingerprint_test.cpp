// The fingerprint of the state: equal for the same entries, another one when any of them is missing
// or different.
#include <gtest/gtest.h>

#include "keeper/state.h"

namespace bulkhead {
namespace {

Entry entry_of(EntryKind kind, Bytes detail = {}) {
  static std::uint64_t now_ms = 1'767'225'600'000;
  Entry entry;
  entry.kind = kind;
  entry.wall_ms = entry.keeper_ms = ++now_ms;
  entry.principal = PrincipalNumber(1);
  entry.session = SessionNumber(1);
  entry.case_number = CaseNumber(1);
  entry.face = Face::kDesk;
  entry.detail = std::move(detail);
  return entry;
}

Entry reveal_of(FieldSet fields) {
  auto entry = entry_of(EntryKind::kReveal);
  entry.grade = Grade::kClear;
  entry.fields = fields;
  entry.column = static_cast<std::uint8_t>(Column::kClearContact);
  return entry;
}

// One entry at least for each part of the state.
std::vector<Entry> one_of_each() {
  PrincipalDetail agent;
  agent.number = agent.secrets = 1;
  PrincipalDetail client;
  client.number = 2;
  client.role = Role::kClient;
  auto policy = default_policy();
  policy.session.idle_s = 60;
  const auto text = wire::encode(policy);
  std::vector<Entry> entries;
  entries.push_back(
      entry_of(EntryKind::kPolicy, wire::encode(PolicyDetail{{std::string(text_of(text))}})));
  entries.push_back(entry_of(EntryKind::kRestart, wire::encode(RestartDetail{7, 0})));
  entries.push_back(entry_of(EntryKind::kName, wire::encode(NameDetail{NameKind::kTeam, 1, {9}})));
  entries.push_back(entry_of(EntryKind::kStaff, wire::encode(agent)));
  entries.push_back(entry_of(EntryKind::kClient, wire::encode(client)));
  entries.push_back(entry_of(EntryKind::kImport, wire::encode(ImportDetail{{1}, 0, 1, 2})));
  entries.push_back(entry_of(EntryKind::kSignIn, wire::encode(SignInDetail{5})));
  entries.push_back(
      entry_of(EntryKind::kCase, wire::encode(CaseDetail{RequestType::kQuestion, CaseState::kOpen,
                                                         ContactProof::kProven, 1, 3, 4})));
  entries.push_back(entry_of(EntryKind::kGrant, wire::encode(GrantDetail{2, 2'000'000'000'000})));
  entries.push_back(reveal_of(FieldSet::of(Field::kEmail)));
  entries.push_back(entry_of(
      EntryKind::kKey,
      wire::encode(KeyDetail{.step = KeyStep::kBegun, .change = KeyChange::kRekey, .epoch = 2})));
  entries.push_back(entry_of(EntryKind::kKey,
                             wire::encode(KeyDetail{.step = KeyStep::kBackedUp, .backup_key = 1})));
  entries.push_back(entry_of(EntryKind::kDenied));
  return entries;
}

std::uint64_t fold(const std::vector<Entry>& entries) {
  State state;
  // Without one of them another may not fit; what it leaves is a state all the same.
  for (const auto& entry : entries) (void)state.apply(entry, CustomerNumber(1)).has_value();
  EXPECT_EQ(state.entries(), entries.size());
  return state.fingerprint();
}

TEST(StateFingerprint, IsThatOfTheEntriesAndOfNoOthers) {
  const auto entries = one_of_each();
  State state;
  for (const auto& entry : entries) ASSERT_TRUE(state.apply(entry, CustomerNumber(1)));
  const auto whole = fold(entries);
  EXPECT_EQ(state.fingerprint(), whole);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto changed = entries;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(fold(changed), whole) << i;
  }
}

// Each part by itself, so that no part is forgotten: the number of entries and the times are the
// same.
TEST(StateFingerprint, SeesEachPart) {
  const auto entries = one_of_each();
  const auto whole = fold(entries);
  const auto changed_at = [&](EntryKind kind, auto change) {
    auto changed = entries;
    for (auto& entry : changed) {
      if (entry.kind == kind) change(entry);
    }
    return fold(changed);
  };
  EXPECT_NE(changed_at(EntryKind::kPolicy, [](Entry& one) { one.policy.value = 9; }), whole);
  EXPECT_NE(changed_at(EntryKind::kRestart,
                       [](Entry& one) { one.detail = wire::encode(RestartDetail{8, 0}); }),
            whole);
  EXPECT_NE(changed_at(EntryKind::kName, [](Entry& one) { one.detail.back() ^= 1; }), whole);
  EXPECT_NE(changed_at(EntryKind::kImport,
                       [](Entry& one) { one.detail = wire::encode(ImportDetail{{2}, 0, 1, 2}); }),
            whole);
  EXPECT_NE(changed_at(EntryKind::kSignIn, [](Entry& one) { one.network.value = 3; }), whole);
  EXPECT_NE(changed_at(EntryKind::kSignIn,
                       [](Entry& one) { one.detail = wire::encode(SignInDetail{6}); }),
            whole);
  EXPECT_NE(changed_at(EntryKind::kCase, [](Entry& one) { one.detail.back() ^= 1; }), whole);
  EXPECT_NE(changed_at(EntryKind::kGrant, [](Entry& one) { one.case_number.value = 2; }), whole);
  EXPECT_NE(changed_at(EntryKind::kReveal,
                       [](Entry& one) { one.column = static_cast<std::uint8_t>(Column::kMasked); }),
            whole);
  EXPECT_NE(changed_at(EntryKind::kDenied, [](Entry& one) { one.reason = Reason::kBudget; }),
            whole);
}

}  // namespace
}  // namespace bulkhead
