// The keeper: everything a handler needs to read, authorise, record and act, wired together once by
// main. Only the loop thread may use it; acts get an ActContext instead. It must never answer
// before what it recorded is durable, which is why handlers can only put entries and answers into
// the current turn. Owned by keeper.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "keeper/admin_sessions.h"
#include "keeper/anchor_gate.h"
#include "keeper/applied_index.h"
#include "keeper/backup_work.h"
#include "keeper/client_sign_ins.h"
#include "keeper/crash_note.h"
#include "keeper/directory.h"
#include "keeper/gate.h"
#include "keeper/import_queue.h"
#include "keeper/keeper_time.h"
#include "keeper/key_work.h"
#include "keeper/lanes.h"
#include "keeper/limits_cache.h"
#include "keeper/live_sessions.h"
#include "keeper/range_store.h"
#include "keeper/rate.h"
#include "keeper/sign_in_guard.h"
#include "keeper/snapshots.h"
#include "keeper/state.h"
#include "keeper/turn.h"
#include "keeper/without.h"
#include "ledger/group_committer.h"
#include "ledger/ledger.h"
#include "vault/references.h"
#include "vault/vault.h"
#include "vault/vault_reader.h"
#include "wire/paths.h"

namespace bulkhead {

class Replica;

struct KeeperParts {
  const Clock& clock;
  const KeyRing& ring;
  KeyRing* changing_ring = nullptr;  // the same, for KeyWork alone
  Vault& vault;                      // for the writer lane
  VaultReader& reader;               // the loop's own
  Ledger& ledger;
  WorkLane& writer_lane;
  WorkLane& hashing_lane;
  ImportQueue& imports;
  Mailbox& mailbox;
  const CredentialCheck* credential_check = nullptr;
  const RangeStore* breached_passwords = nullptr;
  const Snapshots* snapshots = nullptr;  // none: every start folds the whole ledger
  WorkLane* snapshot_lane = nullptr;     // writes them; goes with `snapshots`
  CrashNote* crash_note = nullptr;       // none: nothing is quarantined
  const Replica* replica = nullptr;      // none: the ledger is copied nowhere
  std::string folder = {};               // the keeper's own
  WorkLane* backup_lane = nullptr;       // writes backups there
  bool recompute = false;  // fold everything at start and compare with snapshot and tail
  std::string origin;
  bool demo = false;
  bool drill = false;
  MovedClock* drill_clock = nullptr;  // the clock, where it may be moved
  Without without;
};

// One frame being handled.
struct Call {
  std::shared_ptr<Channel> channel;
  wire::FrameHead head;
  ByteView body;
};

// Who asks, as the proof showed.
struct Asker {
  LiveSession* session = nullptr;
  PrincipalNumber number;
  PrincipalDetail facts;
  bool is_client() const { return facts.role == Role::kClient; }
};

// What a handler decided. Exactly one of: an answer known now, an act to run once durable, `later`
// (a lane will answer), or `broken` (the frame broke the protocol: its channel is closed).
struct Outcome {
  AnswerBody ready;
  Act act;
  Lane lane = Lane::kAct;
  bool later = false;
  bool broken = false;

  static Outcome answer(AnswerBody body) { return {std::move(body), {}, Lane::kAct, false, false}; }
  template <class Message>
  static Outcome with(const Message& message) {
    return answer(answer_with(message));
  }
  static Outcome refuse(Reason reason, std::uint32_t retry_after_s = 0) {
    return answer(refuse_with(reason, retry_after_s));
  }
  static Outcome run(Act act, Lane lane = Lane::kAct) {
    return {{}, std::move(act), lane, false, false};
  }
  static Outcome answered_later() { return {{}, {}, Lane::kAct, true, false}; }
  static Outcome protocol_broken() { return {{}, {}, Lane::kAct, false, true}; }
};

// UTC; pseudonyms change with it.
std::uint16_t year_of(std::uint64_t wall_ms);

// New networks that failed sign-ins may introduce in a minute; beyond, such failures share one
// number, so that a front which makes networks up fills neither ledger nor memory.
inline constexpr std::uint32_t kStrangersPerMinuteMax = 60;

// Openings that one auditor may ask for in a minute. Each is an entry.
inline constexpr std::uint32_t kOpeningsPerMinuteMax = 600;

// Erasures that one person may ask for in a day.
inline constexpr std::int64_t kErasuresADayMax = 20;

class Keeper {
 public:
  explicit Keeper(KeeperParts parts);

  // Rebuilds the state from snapshot and ledger and records this start. Call once, before anything
  // else. kConflict when ledger and vault do not belong together: one of them was rolled back.
  Status start();
  // The last snapshot, of everything recorded; after the committer stopped.
  void snapshot_at_end();

  const KeeperParts& parts() const { return parts_; }
  const State& state() const { return state_; }
  Directory& directory() { return directory_; }
  LiveSessions& sessions() { return sessions_; }
  AdminSessions& admin_sessions() { return admin_sessions_; }
  SignInGuard& guard() { return guard_; }
  ClientSignIns& client_sign_ins() { return client_sign_ins_; }
  const CredentialCheck& credential_check() const { return *parts_.credential_check; }
  LimitsCache& limits() { return limits_; }
  AnchorGate& anchor_gate() { return anchor_gate_; }
  // What an auditor opened within the last minute.
  Rate& openings_of(PrincipalNumber auditor) { return openings_[auditor.value]; }
  Turn& turn() { return turn_; }
  std::uint64_t now_ms() const { return now_ms_; }    // keeper time of this turn
  std::uint64_t wall_ms() const { return wall_ms_; }  // wall time of this turn
  std::uint64_t up_ms() const { return now_ms_ - started_ms_; }
  std::uint64_t entries_recorded() const { return applied_; }  // durable or not yet
  const KeyWork& key_work() const { return key_work_; }
  BackupWork& backup_work() { return backup_work_; }

  // Takes the time for the turn that begins; notices a wall clock that stepped.
  void begin_turn();
  // Whether the wall clock stepped against boot time: what destroys or widens for good waits.
  bool clocks_apart() const { return clocks_apart_; }
  // Ends idle and old sessions and writes down what was compressed. A few times a second.
  void sweep();
  // Writes down what was compressed within the second that is not over yet. Call once, at the end.
  void end();

  // --- what is closed (keeper_space.cpp)
  // Why nobody may ask for that now: the disk is full, or an adoption is not confirmed.
  std::optional<Reason> closed_for(wire::Op op);
  // Whether the disk counts as full: from when it is seen until the keeper has recorded its end.
  bool disk_full() const { return full_ || parts_.ledger.space_low(); }

  // --- read: who asks
  // -----------------------------------------------------------------------------------------------
  // Checks the proof against method and path. A refusal has been recorded when it answers a Reason.
  std::expected<Asker, Reason> check_proof(const Call& call, const wire::Proof& proof,
                                           const wire::Target& target);

  // Whether an admin's sign-in still counts: not over, the account enabled, its secrets the same.
  bool holds(const AdminSession& session) const;
  void admit_operator(Channel& channel, const AdminSession& session);
  // Of a frame on an admin channel that serves: whether its operator may still act. It moves on the
  // end, so that a long import is not cut short.
  bool operator_may_act(Channel& channel);
  // Fronts that greeted and are still there.
  void greeted(const std::shared_ptr<Channel>& channel) { fronts_.push_back(channel); }
  std::vector<std::shared_ptr<Channel>> fronts();

  // --- authorise
  // ----------------------------------------------------------------------------------------------------
  CaseId case_id(CaseNumber number) const;
  std::optional<CaseNumber> case_number(const CaseId& id) const;
  // kNoGrant whether the case is not there, closed or somebody else's.
  std::expected<CaseAccess, Reason> access(const Asker& asker, const CaseId& id) const;
  // Whether a disclosure or write fits all budgets; fills the entry's column, charge and weight.
  // What the asker's own budget refuses may go by an allowance, and with `by_allowance` by nothing
  // else, since that is why it may be shown at all; the entry's detail says so then.
  std::expected<void, BudgetRefusal> spend(const Asker& asker, Column column,
                                           CustomerNumber customer, Entry& entry,
                                           bool by_allowance = false);
  // Of those with this identifier the one who has had it longest, since an agent may give anybody
  // any. Nothing when there is nobody.
  Result<std::optional<CustomerNumber>> holder_of(IdentifierKind kind, std::string_view normalised);

  // --- allowances
  // Whether somebody may see by it now: given or taken, not expired, its session and case as they
  // were, and the approver still fit to approve.
  bool is_live(const Allowance& one) const;
  // Whether one of the asker's session is live and covers this customer.
  bool has_allowance(const Asker& asker, CustomerNumber customer) const;

  // --- record
  // -------------------------------------------------------------------------------------------------------
  // An entry with times, instance, face and policy set; with an asker also person, session, team
  // and network.
  Entry make_entry(EntryKind kind) const;  // of the keeper's own doing
  Entry make_entry(EntryKind kind, const Call& call) const;
  Entry make_entry(EntryKind kind, const Call& call, const Asker& asker) const;
  // Names the customer in the entry by this year's pseudonym. kNotFound: there is no such customer.
  // The keys it took are answered, so that the act need not fetch them again.
  Result<PersonKeys> name_customer(Entry& entry, CustomerNumber customer);
  // Puts the entry into the turn and applies it.
  void record(Entry entry, CustomerNumber customer = CustomerNumber());
  // Records a refusal (alike ones within a second become one entry after the first few) and answers
  // it.
  Outcome deny(const Call& call, const Asker& asker, Reason reason,
               CaseNumber case_number = CaseNumber(), FieldSet fields = {},
               std::uint32_t retry_after_s = 0);
  // A refusal to somebody unknown: one entry per network prefix, reason and second.
  void record_unknown(const Call& call, EntryKind kind, Reason reason, NetworkNumber network);

  NetworkNumber network_number(const Call& call, const wire::NetworkAddress& address);
  // The same for somebody who has not shown who they are: none when too many are new this minute.
  NetworkNumber network_of_stranger(const Call& call, const wire::NetworkAddress& address);
  // The number a network already has.
  std::optional<NetworkNumber> known_network(const wire::NetworkAddress& address) const;
  // Numbers that nobody has or is about to get.
  InstanceNumber take_instance_number();
  std::uint32_t take_principal_number();
  std::uint32_t take_proposal_number();
  std::uint32_t take_canary_number();
  void end_session(const SessionId& id, Reason reason);

  // --- contact writes
  // Records what became of a change: which version stands in the vault since.
  void end_contact_write(CustomerNumber customer, std::uint32_t version, std::uint32_t stands);

  // --- erasure
  // Carries out what is due: recorded first, then the keys are destroyed. Part of sweep().
  void carry_out_erasures();
  // A canary that is one no longer: its keys go at once.
  void erase_canary(CustomerNumber customer, PrincipalNumber by);

  // --- answers from lanes
  // -------------------------------------------------------------------------------------------
  // Runs `work` on a lane, then `resume` on the loop with its own turn. False when the lane is
  // full.
  // `waiting_max`: how many jobs may wait before this one.
  bool on_lane(WorkLane& lane, std::move_only_function<void()> work, Resumption resume,
               std::size_t waiting_max = SIZE_MAX);
  void answer_later(const Call& call, Outcome outcome);

 private:
  void learn_networks();
  // How much of the time since the last entry a start believes.
  std::uint64_t time_believed_ms() const;

  struct Alike {  // refusals that are alike
    Entry entry;
    std::uint64_t second = 0;
    std::uint32_t seen = 0;
    std::uint32_t unwritten = 0;
  };
  struct Doomed {  // a customer whose erasure is recorded and whose keys are still there
    CustomerNumber customer;
    std::uint64_t recorded = 0;  // entries that must be durable before the keys go
    bool under_way = false;
    std::uint64_t not_before_ms = 0;  // keeper time of the next try
  };
  bool may_use(const Allowance& one, const Asker& asker, CustomerNumber customer) const;
  std::expected<Charge, BudgetRefusal> check_allowed(const MeterEvent& event, const Allowance& one,
                                                     Face face);
  Result<std::uint32_t> contact_version(CustomerNumber customer) const;
  Status check_contacts() const;
  void end_interrupted_writes();
  void doom_unfinished();
  void destroy_keys();
  Status rebuild();
  Status fold(State& state, TreeSize from) const;
  Status check_vault() const;
  Status destroy_unknown_backup_keys() const;
  Status catch_up_vault();
  void quarantine_what_aborts();
  void snapshot_when_due();
  void watch_space();
  void watch_clocks();
  Digest network_commitment(const NetworkPrefix& prefix) const;
  void flush_alike(Alike& alike);
  void record_alike(std::uint64_t key, std::uint32_t free, Entry entry, std::uint16_t op);

  KeeperParts parts_;
  State state_;
  std::uint64_t applied_ = 0;            // entries that the state reflects, durable or not yet
  std::uint64_t snapshot_size_ = 0;      // of the newest snapshot, taken up or begun
  std::uint64_t snapshot_ms_ = 0;        // boot time when it was begun
  std::optional<SealedState> snapshot_;  // waits for a checkpoint that covers it
  Directory directory_;
  LiveSessions sessions_;
  AdminSessions admin_sessions_;
  SignInGuard guard_;
  ClientSignIns client_sign_ins_;
  LimitsCache limits_;
  AnchorGate anchor_gate_;
  KeyWork key_work_;
  BackupWork backup_work_;
  Turn turn_;
  std::vector<std::weak_ptr<Channel>> fronts_;
  std::vector<Doomed> doomed_;
  std::optional<KeeperTime> time_;
  std::unordered_map<std::uint64_t, Alike> alike_;
  std::unordered_map<std::uint32_t, Rate> openings_;  // by auditor, of whom there are few
  std::uint64_t now_ms_ = 0;
  std::uint64_t wall_ms_ = 0;
  std::uint64_t started_ms_ = 0;
  std::uint64_t strangers_minute_ = 0;
  std::uint32_t strangers_ = 0;
  std::uint32_t last_taken_principal_ = 0;
  std::uint32_t last_taken_proposal_ = 0;
  std::uint32_t last_taken_canary_ = 0;
  std::uint32_t last_taken_instance_ = 0;
  std::uint32_t refused_while_full_ = 0;
  bool full_ = false;  // the disk, as the ledger was told
  bool clocks_apart_ = false;
};

}  // namespace bulkhead
