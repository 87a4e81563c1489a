// Random entries that a fold can take, and a keeper's folder of a test's own. Never for product
// code. Owned by keeper; tests only.
#pragma once

#include <optional>
#include <random>
#include <utility>

#include "crypto/random.h"
#include "keeper/details.h"
#include "keeper/keeper_setup.h"
#include "keeper/snapshots.h"
#include "store/temporary_folder.h"

namespace bulkhead {

// The life of a house from one seed: people, sessions, cases, grants, imports, policies, names,
// changes of contact, allowances and disclosures of every column. Keeper time passes by leaps, so
// that windows and pairs run out.
class RandomEntries {
 public:
  struct Made {
    Entry entry;
    CustomerNumber customer;
  };
  explicit RandomEntries(std::uint64_t seed, std::uint32_t customers = 300)
      : random_(seed), customers_(customers) {}

  Made next() {
    now_ms_ += chance(200) ? below(40) * 86'400'000ull : below(20'000);
    Made made;
    auto& entry = made.entry;
    entry.wall_ms = entry.keeper_ms = now_ms_;
    entry.principal = PrincipalNumber(1 + below(12));
    entry.face = static_cast<Face>(below(word_count<Face>()));
    entry.policy = PolicyNumber(1);
    for (auto& byte : entry.salt) byte = static_cast<std::uint8_t>(random_());
    const auto kind = below(42);
    if (people_ < 12 || kind == 0) {
      hire(entry);
    } else if (kind < 25) {
      made.customer = CustomerNumber(1 + below(customers_));
      disclose(entry);
    } else {
      security(made, kind);
    }
    return made;
  }

 private:
  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  bool chance(std::uint32_t one_in) { return below(one_in) == 0; }

  void hire(Entry& entry) {
    PrincipalDetail detail;
    detail.number = people_ < 12 ? ++people_ : 1 + below(12);
    detail.role = detail.number % 4 == 0 ? Role::kClient : Role::kAgent;
    detail.team = below(3);
    detail.disabled = chance(5);
    detail.secrets = 1 + below(3);
    entry.kind = detail.role == Role::kClient ? EntryKind::kClient : EntryKind::kStaff;
    entry.detail = wire::encode(detail);
  }
  void disclose(Entry& entry) {
    static constexpr std::array kKinds{EntryKind::kReveal, EntryKind::kReveal, EntryKind::kReveal,
                                       EntryKind::kLookup, EntryKind::kCount,  EntryKind::kDenied};
    entry.kind = kKinds[below(kKinds.size())];
    entry.grade = chance(6) ? Grade::kNothing : Grade::kClear;
    entry.column = static_cast<std::uint8_t>(below(kColumnCount + 1));
    entry.fields.bits = random_() & random_() & FieldSet::all().bits;
    entry.reason = chance(4) ? Reason::kNotThere : Reason::kNone;
    entry.case_number = CaseNumber(below(5));
    const auto allowance = chance(2) ? glass_ : given_;
    if (entry.kind == EntryKind::kReveal && allowance != 0 && chance(3))
      entry.detail = wire::encode(AllowanceUse{allowance});
  }
  void write(Made& made) {
    auto& entry = made.entry;
    entry.kind = EntryKind::kWrite;
    entry.column = static_cast<std::uint8_t>(Column::kWrite);
    entry.fields = FieldSet::of(chance(2) ? Field::kEmail : Field::kPhone);
    made.customer = CustomerNumber(1 + below(customers_));
    const bool ended = chance(2);
    entry.detail = wire::encode(WriteDetail{ended ? WriteStep::kEnded : WriteStep::kBegun,
                                            static_cast<std::uint8_t>(Compartment::kContact),
                                            2 + below(5), ended ? 1 + below(5) : 0,
                                            ended ? 0 : now_ms_ + below(500'000'000)});
  }
  // Asked for and given, or taken and reviewed, in turn.
  void allow(Made& made) {
    constexpr std::uint64_t kForEverMs = 1ull << 50;
    auto& entry = made.entry;
    entry.kind = EntryKind::kAllowance;
    entry.case_number = CaseNumber(1 + below(cases_));
    made.customer = CustomerNumber(1 + below(customers_));
    AllowanceDetail detail{AllowanceKind::kApproval, AllowanceStep::kAsked, 0, 20, kForEverMs};
    if (chance(2)) {
      detail.kind = AllowanceKind::kBreakGlass;
      detail.step = glass_ == 0 ? AllowanceStep::kTaken : AllowanceStep::kReviewed;
      detail.number = glass_ == 0 ? ++allowances_ : glass_;
      glass_ = glass_ == 0 ? detail.number : 0;
    } else if (asked_ == 0) {
      detail.number = asked_ = ++allowances_;
    } else {
      detail.step = AllowanceStep::kGiven;
      detail.number = given_ = std::exchange(asked_, 0);
    }
    entry.detail = wire::encode(detail);
  }
  void security(Made& made, std::uint32_t kind) {
    auto& entry = made.entry;
    if (kind < 28) {
      entry.kind = EntryKind::kSignIn;
      entry.session = SessionNumber(++sessions_);
      entry.detail = wire::encode(SignInDetail{random_() % 1000});
    } else if (kind == 28) {
      entry.kind = EntryKind::kErasure;
      made.customer = CustomerNumber(1 + below(customers_));
      ErasureDetail detail{static_cast<ErasureStep>(1 + below(5)), now_ms_ + below(99), {}};
      if (detail.step == ErasureStep::kCarriedOut) detail.pseudonyms.items.resize(1 + below(3));
      entry.detail = wire::encode(detail);
    } else if (kind < 30) {
      entry.kind = EntryKind::kSessionEnd;
      entry.session = SessionNumber(1 + below(sessions_ + 1));
    } else if (kind < 34) {
      entry.kind = EntryKind::kCase;
      made.customer = CustomerNumber(1 + below(customers_));
      entry.case_number = CaseNumber(chance(2) || cases_ == 0 ? ++cases_ : 1 + below(cases_));
      CaseDetail detail;
      detail.state = static_cast<CaseState>(below(word_count<CaseState>()));
      detail.assignee = entry.principal.value;
      detail.opened_ms = now_ms_;
      entry.detail = wire::encode(detail);
    } else if (kind < 36) {
      entry.kind = EntryKind::kGrant;
      entry.case_number = CaseNumber(1 + below(9));
      entry.detail = wire::encode(GrantDetail{4, now_ms_ + below(900'000)});
    } else if (kind == 36) {
      entry.kind = EntryKind::kImport;
      ImportDetail detail{{}, ++batches_, batches_ * 10, 10};
      detail.job[0] = static_cast<std::uint8_t>(below(3));
      entry.detail = wire::encode(detail);
    } else if (kind == 37) {
      entry.kind = EntryKind::kName;
      NameDetail detail{static_cast<NameKind>(below(word_count<NameKind>())), ++names_, {}};
      detail.commitment[3] = static_cast<std::uint8_t>(below(200));
      entry.detail = wire::encode(detail);
    } else if (kind == 38 && chance(2)) {
      entry.kind = EntryKind::kApproval;
      ProposalDetail detail{ProposalStep::kProposed, ++proposals_, 67, {}, now_ms_, now_ms_, false};
      detail.act[0] = static_cast<std::uint8_t>(below(200));
      detail.expires_keeper_ms += 1 + below(86'400'000);
      entry.detail = wire::encode(detail);
    } else if (kind == 38 && chance(2)) {
      entry.kind = EntryKind::kContainment;
      entry.detail = wire::encode(
          ContainmentDetail{static_cast<ContainmentStep>(below(word_count<ContainmentStep>())),
                            static_cast<std::uint16_t>(below(20))});
    } else if (kind == 40 || (kind == 41 && cases_ == 0)) {
      write(made);
    } else if (kind == 41) {
      allow(made);
    } else if (kind == 38 && chance(3)) {
      entry.kind = EntryKind::kWitness;
      WitnessDetail detail{static_cast<WitnessStep>(below(2)), {}, below(9), below(9), now_ms_};
      detail.key.value = std::to_string(below(3));
      entry.detail = wire::encode(detail);
    } else if (kind == 38 && adoptions_ < wire::kUnknownWindowsMax && chance(4)) {
      entry.kind = EntryKind::kCheckpointNote;
      AdoptionDetail detail;
      detail.size = adoptions_++;
      detail.known_size = detail.size + 1 + below(50);
      detail.last_wall_ms = now_ms_ - below(99);
      detail.last_customer = below(customers_);
      entry.detail = wire::encode(detail);
    } else if (kind == 38 && chance(2)) {
      const bool begins = key_steps_++ % 2 == 0;
      entry.kind = EntryKind::kKey;
      entry.detail = wire::encode(KeyDetail{.step = begins ? KeyStep::kBegun : KeyStep::kEnded,
                                            .change = KeyChange::kRotate,
                                            .epoch = 2 + (key_steps_ - 1) / 2,
                                            .damaged = begins ? 0 : below(9)});
    } else if (kind == 38 && chance(2)) {
      entry.kind = EntryKind::kKey;
      entry.detail = wire::encode(
          KeyDetail{.step = KeyStep::kBackedUp, .backup_key = ++backups_, .entries = 7});
    } else if (kind == 38 && chance(3)) {
      ++backups_;  // a number that no backup gets
      entry.kind = EntryKind::kKey;
      entry.detail = wire::encode(
          KeyDetail{.step = KeyStep::kRestored, .entries = 7, .last_customer = below(customers_)});
    } else if (kind == 38 && chance(2)) {
      canary(made);
    } else if (kind == 38) {
      entry.kind = EntryKind::kRestart;
      entry.face = chance(4) ? Face::kKeeper : Face::kDesk;
      entry.detail = wire::encode(RestartDetail{++instances_, below(3'600'000)});
    } else {
      entry.kind = EntryKind::kPolicy;
      auto policy = default_policy();
      policy.agent.budgets.masked.day += below(100);
      const auto bytes = wire::encode(policy);
      entry.detail = wire::encode(PolicyDetail{{std::string(text_of(bytes))}});
    }
  }

  // Each canary is added, touched and, when it is not to stay, released and removed again.
  void canary(Made& made) {
    made.entry.kind = EntryKind::kContainment;
    CanaryDetail detail{canary_step_, canaries_, 1 + canaries_ % 12, below(99)};
    if (canary_step_ == CanaryStep::kAdded) detail.canary = ++canaries_;
    made.customer = CustomerNumber(1'000'000 + canaries_);
    switch (canary_step_) {
      case CanaryStep::kAdded:
        canary_step_ = CanaryStep::kTouched;
        break;
      case CanaryStep::kTouched:
        canary_step_ = chance(2) ? CanaryStep::kAdded : CanaryStep::kReleased;
        break;
      case CanaryStep::kReleased:
        canary_step_ = CanaryStep::kRemoved;
        break;
      case CanaryStep::kRemoved:
        canary_step_ = CanaryStep::kAdded;
        break;
    }
    made.entry.detail = wire::encode(detail);
  }

  std::mt19937_64 random_;
  std::uint32_t customers_;
  std::uint64_t now_ms_ = 1'767'225'600'000;
  std::uint32_t people_ = 0, sessions_ = 0, cases_ = 0, batches_ = 0, names_ = 0, instances_ = 0,
                proposals_ = 0, allowances_ = 0, asked_ = 0, given_ = 0, glass_ = 0, adoptions_ = 0,
                key_steps_ = 0, canaries_ = 0, backups_ = 0;
  CanaryStep canary_step_ = CanaryStep::kAdded;
};

// A new folder with key ring, vault and ledger, opened without a keeper.
class FolderForTest {
 public:
  FolderForTest() {
    CHECK(make_keeper_folder(temporary_.path(), root_, "demo.invalid/drill-test").has_value());
    reopen();
  }
  void reopen() {
    folder.reset();
    auto opened = open_keeper_folder(temporary_.path(), root_);
    CHECK(opened.has_value());
    folder.emplace(std::move(*opened));
  }
  std::string path(std::string_view name) const { return (temporary_.path() / name).string(); }
  const SecretBytes& root() const { return root_; }
  Snapshots snapshots() const {
    return Snapshots({path("snapshots"), *folder->disk, *folder->ring, *folder->ledger});
  }

 private:
  TemporaryFolder temporary_;
  SecretBytes root_ = random_secret(32);

 public:
  std::optional<KeeperFolder> folder;
};

}  // namespace bulkhead
