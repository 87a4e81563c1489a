// A front, session or administrator that wants more than it may: each was possible once.
#include <gtest/gtest.h>

#include "keeper/house_fixture.h"
#include "keeper/live_sessions.h"

namespace bulkhead {
namespace {

TEST_F(KeeperHouse, AFrontCannotWidenWhatWasAskedFor) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto anna = sign_in(admin, front, "anna");
  wire::Reveal reveal{{}, case_of_anna_, FieldSet::of(Field::kGivenName), Purpose::kService};
  reveal.proof = anna.proof_for(reveal);
  auto wider = reveal;
  wider.fields = FieldSet::of(Field::kEmail);
  EXPECT_EQ(front.ask(wider)->reason, Reason::kBadProof);
  auto other = reveal;
  other.purpose = Purpose::kRefund;
  EXPECT_EQ(front.ask(other)->reason, Reason::kBadProof);
  EXPECT_EQ(front.ask(reveal)->reason, Reason::kNone);  // and the refusals used nothing up

  wire::Lookup lookup{{}, IdentifierKind::kEmail, {"one@example.com"}};
  lookup.proof = anna.proof_for(lookup);
  lookup.value.value = "two@example.com";
  EXPECT_EQ(front.ask(lookup)->reason, Reason::kBadProof);
}

TEST_F(KeeperHouse, ASessionOfTheDeskIsNoneAtTheApi) {
  auto admin = connect_admin();
  auto desk = connect_front();
  fill(admin);
  auto anna = sign_in(admin, desk, "anna");
  auto api = connect_front(Face::kApi);
  EXPECT_EQ(anna.ask(api, wire::Me{})->reason, Reason::kBadProof);
  EXPECT_EQ(anna.ask(desk, wire::Me{})->reason, Reason::kNone);
}

TEST_F(KeeperHouse, SpentMissesRefuseRightGuessesAlike) {
  constexpr int kTriesMax = 200;
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto anna = sign_in(admin, front, "anna");
  auto reason = Reason::kNone;
  int misses = 0;
  for (; misses < kTriesMax && reason == Reason::kNone; ++misses) {
    reason = anna.ask(front, wire::Lookup{{},
                                          IdentifierKind::kEmail,
                                          {"nobody" + std::to_string(misses) + "@example.com"}})
                 ->reason;
  }
  EXPECT_EQ(reason, Reason::kBudget);
  EXPECT_LT(misses, 40);  // the hour's budget of wrong guesses, or the minute's
  const wire::Lookup right{{}, IdentifierKind::kEmail, {"one@example.com"}};
  EXPECT_EQ(anna.ask(front, right)->reason, Reason::kBudget);
}

TEST_F(KeeperHouse, NotesStayWithWhoMayReadThem) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto anna = sign_in(admin, front, "anna");
  const auto add = [&](Direction direction, const char* text) {
    EXPECT_EQ(anna.ask(front, wire::AddMessage{{}, case_of_anna_, direction, {text}})->reason,
              Reason::kNone);
  };
  add(Direction::kFromCustomer, "Where is my bag?");
  add(Direction::kNote, "Sounded upset.");
  const auto shown = [&] {
    const auto answer = anna.ask(front, wire::ListMessages{{}, case_of_anna_});
    EXPECT_EQ(answer->reason, Reason::kNone);
    return answer->as<wire::MessagesAnswer>().rows.items.size();
  };
  EXPECT_EQ(shown(), 2u);  // a proven contact opens notes
  wire::Scope scope;
  scope.query.principal.value = "anna";
  const auto affected = admin.call<wire::ScopeAnswer>(scope);
  ASSERT_EQ(affected.rows.items.size(), 1u);
  EXPECT_TRUE(affected.rows.items[0].clear.has(Field::kNote));
  admin.call<wire::Done>(wire::SetContact{case_of_anna_, ContactProof::kClaimed});
  EXPECT_EQ(shown(), 1u);
}

TEST_F(KeeperHouse, WhatPassedThroughOneProcessIsKnown) {
  auto admin = connect_admin();
  auto owned = connect_front();
  auto other = connect_front();
  fill(admin);
  auto anna = sign_in(admin, owned, "anna");
  const auto fields = [](Field field) { return FieldSet::of(field); };
  EXPECT_EQ(
      anna.ask(owned, wire::Reveal{{}, case_of_anna_, fields(Field::kEmail), Purpose::kService})
          ->reason,
      Reason::kNone);
  EXPECT_EQ(anna.ask(owned, wire::AddMessage{{}, case_of_anna_, Direction::kNote, {"Called back."}})
                ->reason,
            Reason::kNone);
  EXPECT_EQ(
      anna.ask(other, wire::Reveal{{}, case_of_anna_, fields(Field::kGivenName), Purpose::kService})
          ->reason,
      Reason::kNone);
  const auto through = [&](InstanceNumber instance, std::optional<Face> face) {
    wire::Scope scope;
    scope.query.exposed_through = instance.value;
    scope.query.exposed_face = face;
    const auto rows = admin.call<wire::ScopeAnswer>(scope).rows.items;
    return rows.size() == 1 ? rows[0].clear : FieldSet();
  };
  EXPECT_EQ(through(owned.instance, {}), fields(Field::kEmail) | fields(Field::kNote));
  EXPECT_EQ(through(other.instance, {}), fields(Field::kGivenName));
  EXPECT_EQ(through({}, Face::kDesk),
            fields(Field::kEmail) | fields(Field::kNote) | fields(Field::kGivenName));
  EXPECT_EQ(through({}, Face::kApi), FieldSet());
  const auto status = admin.call<wire::StatusAnswer>(wire::StatusQuery{});
  ASSERT_EQ(status.fronts.items.size(), 2u);
  EXPECT_EQ(status.fronts.items[0].instance, owned.instance);
}

TEST(LiveSessions, OneAccountHasOnlySoMany) {
  LiveSessions sessions;
  const auto open = [&](std::uint32_t principal, std::uint8_t number, std::uint64_t used_ms) {
    LiveSession one{.id = SessionId{{number, static_cast<std::uint8_t>(principal)}},
                    .number = {},
                    .principal = PrincipalNumber(principal),
                    .network = {},
                    .prefix = {},
                    .face = Face::kDesk,
                    .proofs = SessionProofs(random_secret(32)),
                    .started_ms = 0,
                    .last_used_ms = used_ms};
    EXPECT_TRUE(sessions.add(std::move(one)));
  };
  for (std::uint8_t i = 0; i < kSessionsPerPrincipalMax; ++i) {
    EXPECT_FALSE(sessions.one_too_many(PrincipalNumber(1)));
    open(1, i, 100 - i);
  }
  EXPECT_FALSE(sessions.one_too_many(PrincipalNumber(2)));
  // The one unused for longest.
  EXPECT_EQ(sessions.one_too_many(PrincipalNumber(1))->bytes[0], kSessionsPerPrincipalMax - 1);
}

TEST_F(KeeperHouse, AResetDoesNotUndoADisable) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  // Both are sent before either is answered, as two administrators would.
  auto other = connect_admin();
  const auto encoded = [](wire::StaffChangeKind kind) {
    return wire::encode(wire::StaffChange{{"anna"}, kind});
  };
  admin.send(static_cast<std::uint16_t>(wire::Op::kStaffChange),
             encoded(wire::StaffChangeKind::kReset));
  other.send(static_cast<std::uint16_t>(wire::Op::kStaffChange),
             encoded(wire::StaffChangeKind::kDisable));
  EXPECT_EQ(admin.receive()->reason, Reason::kNone);
  EXPECT_EQ(other.receive()->reason, Reason::kNone);
  for (const auto& row : admin.call<wire::StaffListAnswer>(wire::StaffList{}).rows.items) {
    if (row.name.value == "anna") {
      EXPECT_TRUE(row.disabled);
    }
  }
}

}  // namespace
}  // namespace bulkhead
