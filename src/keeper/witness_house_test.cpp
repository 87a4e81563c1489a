// The house and its witness: whose word counts, how old it is, and what its silence does.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "keeper/anchor_gate.h"
#include "keeper/narrowed_limits.h"
#include "keeper/real_house_fixture.h"
#include "ledger/checkpoint.h"
#include "ledger/cosignature.h"
#include "ledger/note.h"

namespace bulkhead {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;
constexpr std::string_view kWitnessName = "witness.example";

std::string key_text(const SigningKey& key) {
  return NoteVerifier::create(kWitnessName, NoteKeyType::kCosignature, key.public_key())->text();
}

class WitnessedHouse : public KeeperHouse {
 protected:
  WitnessedHouse() { clock_ = &time_; }
  void SetUp() override {
    KeeperHouse::SetUp();
    admin_.emplace(connect_admin());
    fill(*admin_);
  }
  void TearDown() override {
    admin_.reset();
    KeeperHouse::TearDown();
  }
  void set_witness() { admin_->call<wire::Done>(wire::SetWitness{{key_text(witness_)}}); }
  // The last checkpoint, once it covers all that was recorded.
  std::string checkpoint() {
    for (int look = 0; look < 2'000; ++look) {
      const auto status = admin_->call<wire::StatusAnswer>(wire::StatusQuery{});
      if (status.checkpoint_size == status.ledger_size) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    PosixDisk disk;
    const auto bytes = disk.read((folder_.path() / "ledger/checkpoint").string(), 10'000).value();
    return std::string(text_of(bytes));
  }
  std::string cosigned(std::string note, const SigningKey& key, std::uint64_t time_s) const {
    auto whole = parse_note(note).value();
    whole.signatures.push_back(cosign(whole.text, kWitnessName, key, time_s).value());
    return format_note(whole).value();
  }
  std::uint64_t now_s() const { return time_.wall_ms() / 1000; }
  Reason hand_in(const std::string& note) {
    time_.advance_ms(kAnchorIntervalMs);
    return admin_->ask(wire::TakeAnchor{{note}})->reason;
  }
  wire::LedgerStanding standing() {
    return admin_->call<wire::StatusAnswer>(wire::StatusQuery{}).standing;
  }

  FakeClock time_;
  SigningKey witness_ = SigningKey::generate();
  std::optional<Peer> admin_;
};

TEST_F(WitnessedHouse, WithoutOneItIsLocal) {
  EXPECT_TRUE(standing().witness.value.empty());
  EXPECT_EQ(hand_in(cosigned(checkpoint(), witness_, now_s())), Reason::kState);
  time_.advance_ms(48 * kHourMs);
  EXPECT_EQ(standing().witness_divisor, 1u);
}

TEST_F(WitnessedHouse, ItsWordIsRecordedWithItsAge) {
  set_witness();
  const auto note = cosigned(checkpoint(), witness_, now_s());
  const auto size = open_note(note, {{NoteVerifier::parse(key_text(witness_)).value()}});
  ASSERT_TRUE(size);
  EXPECT_EQ(hand_in(note), Reason::kNone);
  const auto told = standing();
  EXPECT_EQ(told.witness.value, key_text(witness_));
  EXPECT_GT(told.anchored_size, 0u);
  EXPECT_EQ(told.anchored_age_s, kAnchorIntervalMs / 1000);  // since it spoke, not since we heard
  recompute_ = true;
  admin_.reset();
  stop();
  start();
  admin_.emplace(connect_admin());
  EXPECT_EQ(standing().anchored_size, told.anchored_size);
}

TEST_F(WitnessedHouse, OnlyItsOwnCosignatureOverThisLedgerCounts) {
  set_witness();
  const auto note = checkpoint();
  const auto stranger = SigningKey::generate();
  for (const auto& bad :
       {std::string("junk"), std::string(8000, 'a'), note, cosigned(note, stranger, now_s()),
        cosigned(note, witness_, now_s() + 3600),  // it cannot have seen that yet
        cosigned(sign_checkpoint({"demo.invalid/other", {1}, {}, {}}, stranger).value(), witness_,
                 now_s())}) {
    EXPECT_EQ(hand_in(bad), Reason::kMalformed) << bad.substr(0, 80);
  }
}

TEST_F(WitnessedHouse, AnOldWordIsAsOldAsItIs) {
  set_witness();
  const auto early = checkpoint();
  const auto early_s = now_s();
  time_.advance_ms(kHourMs);
  EXPECT_EQ(standing().witness_divisor, 2u);
  // Handed in an hour late it refreshes nothing.
  EXPECT_EQ(hand_in(cosigned(early, witness_, early_s)), Reason::kNone);
  EXPECT_EQ(standing().witness_divisor, 2u);
  EXPECT_EQ(hand_in(cosigned(checkpoint(), witness_, now_s())), Reason::kNone);
  EXPECT_EQ(standing().witness_divisor, 1u);
  const auto size = standing().anchored_size;
  // Neither does one that it gave before, nor one over less.
  time_.advance_ms(2 * kHourMs);
  EXPECT_EQ(hand_in(cosigned(early, witness_, now_s())), Reason::kNone);
  EXPECT_EQ(standing().anchored_size, size);
  EXPECT_EQ(standing().witness_divisor, 2u);
}

TEST_F(WitnessedHouse, ItsSilenceShrinksWhatIsShownWithoutContact) {
  auto front = connect_front();
  wire::Import import;
  random_bytes(import.job);
  constexpr std::uint32_t kUnknown = 30;
  for (std::uint32_t i = 0; i < kUnknown; ++i) {
    wire::ImportCustomer customer;
    customer.values.items.push_back({static_cast<std::uint8_t>(Field::kFamilyName), 0, {"Person"}});
    import.customers.items.push_back(customer);
  }
  const auto first = admin_->call<wire::ImportAnswer>(import).first_customer;
  const auto anna_number =
      admin_->call<wire::StaffListAnswer>(wire::StaffList{}).rows.items.at(0).number;
  wire::SeedCases seed;
  for (std::uint32_t i = 0; i < kUnknown; ++i) {
    seed.cases.items.push_back({first + i,
                                RequestType::kQuestion,
                                CaseState::kOpen,
                                ContactProof::kNone,
                                anna_number,
                                time_.wall_ms(),
                                {}});
  }
  const auto cases = admin_->call<wire::SeedCasesAnswer>(seed).ids.items;
  std::size_t next = 0;
  const auto shown_in_a_minute = [&] {
    time_.advance_ms(2 * kMinuteMs);
    auto anna = sign_in(*admin_, front, "anna");
    unsigned shown = 0;
    for (; shown < 10; ++shown, ++next) {
      wire::Reveal ask{{}, cases.at(next), FieldSet::of(Field::kFamilyName), Purpose::kService};
      if (anna.ask(front, ask)->reason != Reason::kNone) break;
    }
    // Those who got in touch are served all the same.
    wire::Reveal mine{{}, case_of_anna_, FieldSet::of(Field::kEmail), Purpose::kService};
    EXPECT_EQ(anna.ask(front, mine)->reason, Reason::kNone);
    return shown;
  };
  set_witness();
  EXPECT_EQ(shown_in_a_minute(), 3u);
  time_.advance_ms(kHourMs);
  EXPECT_EQ(shown_in_a_minute(), 1u);
  time_.advance_ms(23 * kHourMs);
  EXPECT_EQ(shown_in_a_minute(), 1u);  // a quarter of three, and never none
  EXPECT_EQ(hand_in(cosigned(checkpoint(), witness_, now_s())), Reason::kNone);
  time_.advance_ms(kHourMs / 2);
  EXPECT_EQ(shown_in_a_minute(), 3u);
}

TEST_F(WitnessedHouse, MalformedAnchorsAreLookedAtTenTimesAMinute) {
  set_witness();
  for (std::uint32_t i = 0; i < kBadAnchorsPerMinuteMax; ++i)
    EXPECT_EQ(admin_->ask(wire::TakeAnchor{{"junk"}})->reason, Reason::kMalformed);
  const auto answer = admin_->ask(wire::TakeAnchor{{"junk"}});
  EXPECT_EQ(answer->reason, Reason::kTooMany);
  EXPECT_GT(answer->as<wire::Refusal>().retry_after_s, 0u);
  time_.advance_ms(kMinuteMs);
  EXPECT_EQ(hand_in(cosigned(checkpoint(), witness_, now_s())), Reason::kNone);
  // A good one is recorded at most every ten seconds.
  EXPECT_EQ(admin_->ask(wire::TakeAnchor{{cosigned(checkpoint(), witness_, now_s() + 1)}})->reason,
            Reason::kTooMany);
}

TEST_F(WitnessedHouse, AnAuditorsTokenBringsItThroughAFront) {
  set_witness();
  const auto secret = admin_->call<wire::ClientSecret>(
      wire::ClientAdd{{"auditor"}, Role::kAuditor, {}, 0, {}, false});
  auto api = connect_front(Face::kApi);
  time_.advance_ms(kAnchorIntervalMs);
  const auto note = cosigned(checkpoint(), witness_, now_s());
  wire::AddAnchor ask{secret.secret, {}, {note}};
  ask.token[0] ^= 1;
  EXPECT_EQ(api.ask(ask)->reason, Reason::kNoSession);
  ask.token[0] ^= 1;
  const auto size = api.ask(ask)->as<wire::AnchorAnswer>().size;
  EXPECT_GT(size, 0u);
  EXPECT_EQ(standing().anchored_size, size);
}

TEST_F(WitnessedHouse, TheWitnessSawMoreThanThisLedgerHas) {
  set_witness();
  admin_.reset();
  stop();
  // As this ledger's key would have signed it before a roll-back.
  std::string ahead;
  {
    const auto opened = open_keeper_folder(folder_.path(), root_).value();
    ahead = sign_checkpoint({opened.origin, {opened.ledger->size().value + 100}, {}, {}},
                            opened.ring->ledger_signing_key())
                .value();
  }
  start();
  admin_.emplace(connect_admin());
  EXPECT_EQ(hand_in(cosigned(ahead, witness_, now_s())), Reason::kLedger);
  EXPECT_EQ(standing().anchored_size, 0u);
}

TEST_F(WitnessedHouse, AKeyThatIsNoWitnessIsNotSet) {
  const auto ledger =
      NoteVerifier::create("a", NoteKeyType::kEd25519, witness_.public_key())->text();
  for (const auto& bad : {std::string("witness.example"), ledger, key_text(witness_) + "x"})
    EXPECT_EQ(admin_->ask(wire::SetWitness{{bad}})->reason, Reason::kMalformed) << bad;
  set_witness();
  admin_->call<wire::Done>(wire::SetWitness{});
  EXPECT_TRUE(standing().witness.value.empty());
}

TEST_F(RealHouse, AWitnessIsSetByTwo) {
  auto peer = connect(Face::kAdmin);
  peer.call<wire::AdminHelloAnswer>(wire::AdminHello{});
  peer.call<wire::AdminSession>(wire::AdminSignIn{{first_.name}, {first_.password}, {code()}});
  const auto key = SigningKey::generate();
  const auto proposed = peer.call<wire::Proposed>(wire::SetWitness{{key_text(key)}});
  EXPECT_EQ(peer.ask(wire::CarryOutProposal{proposed.number})->reason, Reason::kState);
  EXPECT_TRUE(peer.call<wire::StatusAnswer>(wire::StatusQuery{}).standing.witness.value.empty());
}

TEST(NarrowedLimits, NeverWidenNorCloseForALostWitness) {
  const auto policy = default_policy();
  const auto full = field_weights(policy).sum(FieldSet::all());
  const auto whole = shared_limits(policy, {}).house;
  for (const std::uint32_t divisor : {1u, 2u, 4u}) {
    auto limits = whole;
    narrow(limits, {.divisor = divisor}, full);
    for (const auto column : kAllColumns) {
      for (const auto horizon : kAllHorizons) {
        const auto& before = whole.of(column, horizon);
        const auto& after = limits.of(column, horizon);
        EXPECT_LE(after.customers, before.customers);
        EXPECT_LE(after.weight, before.weight);
        if (before.customers > 0) {
          EXPECT_GE(after.customers, 1u);
          EXPECT_GE(after.weight, std::min(full, before.weight));
        }
        if (column == Column::kClearContact) {
          EXPECT_EQ(after, before);
        }
      }
    }
  }
}

TEST(NarrowedLimits, LostEntriesCountAsSpentWhileAHorizonReachesThem) {
  LedgerFacts facts;
  constexpr std::uint64_t kStart = 1'000'000'000;
  facts.adoptions.push_back({100, 200, 5 * kMsPerDay, 7 * kMsPerDay + 1, 0, true});
  EXPECT_TRUE(narrowing_of(facts, kStart).spent[0]);  // before it started at all
  facts.started(kStart);
  const auto at = [&](std::uint64_t later_ms) { return narrowing_of(facts, kStart + later_ms); };
  EXPECT_EQ(at(0).spent, (std::array{true, true, true, false}));
  EXPECT_EQ(at(kMinuteMs).spent, (std::array{false, true, true, false}));
  EXPECT_EQ(at(kHourMs).spent, (std::array{false, false, true, false}));
  EXPECT_EQ(at(kMsPerDay).spent, (std::array{false, false, false, false}));
  EXPECT_EQ(at(kMsPerDay).month_days, 3u);  // two days and a bit
  EXPECT_EQ(at(30 * kMsPerDay).month_days, 0u);

  const auto policy = default_policy();
  auto limits = shared_limits(policy, {}).house;
  const auto whole = limits;
  narrow(limits, at(2 * kHourMs), 1);
  for (const auto column : kAllColumns) {
    EXPECT_EQ(limits.of(column, Horizon::kDay), Limit{});
    EXPECT_EQ(limits.of(column, Horizon::kMinute), whole.of(column, Horizon::kMinute));
    const auto day = whole.of(column, Horizon::kDay).customers;
    const auto month = whole.of(column, Horizon::kMonth).customers;
    EXPECT_EQ(limits.of(column, Horizon::kMonth).customers, month > 3 * day ? month - 3 * day : 0);
  }
}

TEST(LedgerFacts, TakeNoMoreAdoptionsThanScopeCanName) {
  LedgerFacts facts;
  AdoptionDetail detail;
  for (std::size_t i = 0; i < wire::kUnknownWindowsMax; ++i) {
    detail.size = i;
    ASSERT_TRUE(facts.apply_adoption(detail, {}));
  }
  EXPECT_EQ(facts.apply_adoption(detail, {}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(facts.unconfirmed(), &facts.adoptions.front());
  detail.step = AdoptionStep::kConfirmed;
  for (std::size_t i = 0; i < wire::kUnknownWindowsMax; ++i) {
    detail.size = i;
    ASSERT_TRUE(facts.apply_adoption(detail, {}));
  }
  EXPECT_EQ(facts.unconfirmed(), nullptr);
  detail.size = 99;
  EXPECT_FALSE(facts.apply_adoption(detail, {}));
}

}  // namespace
}  // namespace bulkhead
