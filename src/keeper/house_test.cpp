// The keeper as its peers meet it: disclosures, refusals, restart, and a front that does not play
// by the rules.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/house_fixture.h"
#include "keeper/rules.h"
#include "ledger/verify.h"

namespace bulkhead {
namespace {

TEST_F(KeeperHouse, RevealDisclosesWhatItRecordedAndScopeNamesIt) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto anna = sign_in(admin, front, "anna");
  wire::Reveal reveal{{}, case_of_anna_, FieldSet::of(Field::kEmail), Purpose::kService};
  const auto answer = anna.ask(front, reveal);
  ASSERT_TRUE(answer && answer->reason == Reason::kNone);
  const auto record = answer->as<wire::RecordAnswer>();
  ASSERT_EQ(record.values.items.size(), 1u);
  EXPECT_EQ(record.values.items[0].value.value, "one@example.com");

  wire::Scope scope;
  scope.query.principal.value = "anna";
  const auto affected = admin.call<wire::ScopeAnswer>(scope);
  ASSERT_EQ(affected.rows.items.size(), 1u);
  EXPECT_EQ(affected.rows.items[0].number, 1u);
  EXPECT_EQ(affected.rows.items[0].clear, FieldSet::of(Field::kEmail));
  scope.query.principal.value = "bert";
  EXPECT_EQ(admin.call<wire::ScopeAnswer>(scope).customers, 0u);

  const auto key = admin.call<wire::StatusAnswer>(wire::StatusQuery{});
  EXPECT_EQ(key.customers, 2u);
  stop();
  PosixDisk disk;
  auto reopened = open_keeper_folder(folder_.path(), root_);
  ASSERT_TRUE(reopened.has_value());
  const auto verifier = reopened->ledger->verifier_key();
  ASSERT_TRUE(reopened->ledger->close().has_value());
  DirectorySource source((folder_.path() / "ledger").string());
  const auto report = verify_ledger(source, {.verifier_key = verifier, .decode_entries = true});
  EXPECT_TRUE(report.ok) << (report.problems.empty() ? "" : report.problems.front());
}

TEST_F(KeeperHouse, SomebodyElsesCaseAndAFieldBeyondTheRoleAreRefused) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto bert = sign_in(admin, front, "bert");
  wire::Reveal reveal{{}, case_of_anna_, FieldSet::of(Field::kEmail), Purpose::kService};
  EXPECT_EQ(bert.ask(front, reveal)->reason, Reason::kNoGrant);
  auto unknown = reveal;
  unknown.id.bytes[0] ^= 1;
  EXPECT_EQ(bert.ask(front, unknown)->reason, Reason::kNoGrant);
  auto anna = sign_in(admin, front, "anna");
  reveal.fields = FieldSet::of(Field::kCardToken);
  EXPECT_EQ(anna.ask(front, reveal)->reason, Reason::kField);
  reveal.purpose = Purpose::kNotice;
  EXPECT_EQ(anna.ask(front, reveal)->reason, Reason::kPurpose);
  EXPECT_EQ(anna.ask(front, wire::Count{})->reason, Reason::kRole);
}

TEST_F(KeeperHouse, AProofFitsOneRequestOnceFromOneNetwork) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto anna = sign_in(admin, front, "anna");
  wire::Me me;
  me.proof = anna.proof_for(me);
  EXPECT_EQ(front.ask(me)->reason, Reason::kNone);
  EXPECT_EQ(front.ask(me)->reason, Reason::kBadProof);  // again
  wire::Grants other;
  other.proof = anna.proof_for(wire::Me{});  // made for another operation
  EXPECT_EQ(front.ask(other)->reason, Reason::kBadProof);
  wire::Reveal reveal{{}, case_of_anna_, FieldSet::of(Field::kEmail), Purpose::kService};
  reveal.proof = anna.proof_for(reveal);
  reveal.id.bytes[5] ^= 1;  // another case
  EXPECT_EQ(front.ask(reveal)->reason, Reason::kBadProof);
  auto elsewhere = me;
  elsewhere.proof = anna.proof_for(me);
  elsewhere.proof.network[0] = 0x20;
  EXPECT_EQ(front.ask(elsewhere)->reason, Reason::kNetworkChanged);
  elsewhere.proof.network = {};  // the theft used up no counter
  EXPECT_EQ(front.ask(elsewhere)->reason, Reason::kNone);
}

TEST_F(KeeperHouse, SignInTellsNothingAboutAccountsAndTakesACodeOnce) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  const auto own = EcdhKey::generate();
  const auto code = admin.call<wire::DemoCodeAnswer>(wire::DemoCode{{"anna"}}).code.value;
  wire::SignIn ask{{"anna"}, {"not the password at all"}, {code}, own->public_key(), {}};
  EXPECT_EQ(front.ask(ask)->reason, Reason::kBadCredentials);
  ask.name.value = "nobody";
  EXPECT_EQ(front.ask(ask)->reason, Reason::kBadCredentials);
  ask.name.value = "anna";
  ask.password.value = passwords_["anna"];
  EXPECT_EQ(front.ask(ask)->reason, Reason::kNone);
  EXPECT_EQ(front.ask(ask)->reason, Reason::kBadCredentials);
}

// The step is durable before the answer, so the same code is no good after a restart either.
TEST_F(KeeperHouse, ACodeIsTakenOnceAcrossARestart) {
  const FakeClock still;
  stop();
  clock_ = &still;
  start();
  const auto own = EcdhKey::generate();
  wire::SignIn ask{{"anna"}, {}, {}, own->public_key(), {}};
  {
    auto admin = connect_admin();
    auto front = connect_front();
    fill(admin);
    ask.password.value = passwords_["anna"];
    ask.code = admin.call<wire::DemoCodeAnswer>(wire::DemoCode{{"anna"}}).code;
    EXPECT_EQ(front.ask(ask)->reason, Reason::kNone);
  }
  stop();
  start();
  auto front = connect_front();
  EXPECT_EQ(front.ask(ask)->reason, Reason::kBadCredentials);
  stop();
}

TEST_F(KeeperHouse, DisablingEndsTheSession) {
  auto admin = connect_admin();
  auto front = connect_front();
  fill(admin);
  auto anna = sign_in(admin, front, "anna");
  EXPECT_EQ(anna.ask(front, wire::Me{})->reason, Reason::kNone);
  admin.call<wire::Done>(wire::StaffChange{{"anna"}, wire::StaffChangeKind::kDisable});
  EXPECT_EQ(anna.ask(front, wire::Me{})->reason, Reason::kNoSession);
}

TEST_F(KeeperHouse, ARestartEndsSessionsAndKeepsBudgets) {
  wire::MeAnswer before;
  SessionId old;
  {
    auto admin = connect_admin();
    auto front = connect_front();
    fill(admin);
    auto anna = sign_in(admin, front, "anna");
    old = anna.session;
    wire::Reveal reveal{{}, case_of_anna_, FieldSet::of(Field::kEmail), Purpose::kService};
    EXPECT_EQ(anna.ask(front, reveal)->reason, Reason::kNone);
    before = anna.ask(front, wire::Me{})->as<wire::MeAnswer>();
  }
  stop();
  start();
  auto admin = connect_admin();
  auto front = connect_front();
  auto anna = sign_in(admin, front, "anna");
  const auto after = anna.ask(front, wire::Me{})->as<wire::MeAnswer>();
  EXPECT_EQ(after.budgets, before.budgets);
  anna.session = old;
  EXPECT_EQ(anna.ask(front, wire::Me{})->reason, Reason::kNoSession);
}

// Every operation number, over both kinds of channel, as the first frame: only the greeting of that
// kind is answered.
TEST_F(KeeperHouse, AnyOtherOperationBeforeTheGreetingClosesTheChannel) {
  for (const auto face : {Face::kDesk, Face::kAdmin}) {
    for (std::uint16_t op = 0; op < 140; ++op) {
      const auto* rule = rule_of(op);
      if (rule != nullptr && rule->stage == Stage::kGreeting &&
          rule->admin == (face == Face::kAdmin))
        continue;
      auto peer = connect(face);
      peer.send(op, {});
      EXPECT_FALSE(peer.receive().has_value()) << op;
    }
  }
  EXPECT_TRUE(connect_front().ask(wire::ReadLedger{}).has_value());  // the keeper itself goes on
}

// Every operation with a body that is not its message, over a channel that has greeted.
TEST_F(KeeperHouse, AMessageThatDoesNotFollowItsFormatClosesTheChannel) {
  for (const auto& rule : kRules) {
    if (rule.stage != Stage::kServing) continue;
    auto peer = rule.admin ? connect_admin() : connect_front();
    peer.send(static_cast<std::uint16_t>(rule.op), Bytes{2, 3, 5});
    EXPECT_FALSE(peer.receive().has_value()) << rule.name;
  }
  auto twice = connect_front();
  EXPECT_FALSE(twice.ask(wire::Hello{Face::kDesk, 0}).has_value());
  auto large = connect_front();
  large.send(static_cast<std::uint16_t>(wire::Op::kMe), Bytes(2000, 0));
  EXPECT_FALSE(large.receive().has_value());
  auto foreign = connect_front();
  foreign.instance.value += 1;
  EXPECT_FALSE(foreign.ask(wire::ReadLedger{}).has_value());
  auto escaped = connect(Face::kDesk);
  EXPECT_FALSE(escaped.ask(wire::Hello{Face::kDesk, 1}).has_value());
}

}  // namespace
}  // namespace bulkhead
