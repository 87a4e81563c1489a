// State is what the ledger says: principals, sessions, cases, grants, budgets and policy as one
// pure fold over entries. It must never be changed but by apply(), so that the running keeper and
// one that just started agree; it holds no key, no name and no personal data. Owned by keeper, used
// by the loop thread alone.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "keeper/allowances.h"
#include "keeper/canaries.h"
#include "keeper/case_index.h"
#include "keeper/contact_writes.h"
#include "keeper/details.h"
#include "keeper/key_facts.h"
#include "keeper/ledger_facts.h"
#include "keeper/meters.h"
#include "keeper/policy.h"
#include "keeper/start_credit.h"
#include "keeper/state_codec.h"
#include "ledger/entry.h"

namespace bulkhead {

struct Principal {
  PrincipalDetail facts;
  std::uint64_t since_ms = 0;  // keeper time of the entry that made it
  std::uint64_t last_totp_step = 0;
  std::uint64_t last_sign_in_ms = 0;  // wall time
  NetworkNumber last_network;
  FOLDED_MEMBERS(facts, since_ms, last_totp_step, last_sign_in_ms, last_network)
};

struct SessionRow {
  PrincipalNumber principal;
  NetworkNumber network;
  Face face{};
  std::uint64_t started_ms = 0;  // keeper time
  FOLDED_MEMBERS(principal, network, face, started_ms)
};

struct Case {
  CustomerNumber customer;
  PrincipalNumber assignee;
  std::uint64_t opened_ms = 0;   // wall time
  std::uint64_t changed_ms = 0;  // wall time
  RequestType type{};
  CaseState state{};
  ContactProof contact{};  // what counts
  ContactProof said{};     // what was recorded; a proof through a young channel does not count
  FOLDED_MEMBERS(customer, assignee, opened_ms, changed_ms, type, state, contact, said)
};

struct EventGrant {
  CaseNumber case_number;
  std::uint64_t expires_ms = 0;  // keeper time
  FOLDED_MEMBERS(case_number, expires_ms)
};

// An act that widens and is neither carried out, refused nor expired yet.
struct Proposal {
  PrincipalNumber by;
  PrincipalNumber approved_by;  // none yet: 0
  std::uint16_t op = 0;
  std::array<std::uint8_t, 32> act{};
  std::uint64_t ready_ms = 0;    // keeper time
  std::uint64_t expires_ms = 0;  // keeper time
  FOLDED_MEMBERS(by, approved_by, op, act, ready_ms, expires_ms)
};

// One of a principal's own latest disclosures and refusals, for `me/disclosures`.
struct Disclosure {
  std::uint64_t wall_ms = 0;
  FieldSet fields;
  CaseNumber case_number;
  EntryKind kind{};
  Grade grade{};
  Reason reason{};
  FOLDED_MEMBERS(wall_ms, fields, case_number, kind, grade, reason)
};

// The request to erase one customer, and whether a hold stands in its way.
struct Erasure {
  ErasureStep step{};
  bool held = false;
  PrincipalNumber by;
  std::uint64_t requested_ms = 0;  // keeper time
  std::uint64_t due_ms = 0;        // keeper time
  std::uint64_t request = 0;       // the entries that asked for it and carried it out
  std::uint64_t carried_out = 0;
  std::vector<Pseudonym> pseudonyms;  // of one carried out
  FOLDED_MEMBERS(step, held, by, requested_ms, due_ms, request, carried_out, pseudonyms)
};

// What the fold makes of an entry may change with the program. Raise this number with every such
// change: snapshots of another number are not taken up, and the whole ledger is folded again.
inline constexpr std::uint32_t kFoldVersion = 4;

inline constexpr std::size_t kDisclosuresKept = 50;

class State {
 public:
  State();

  // The one way the state changes. `customer` is the entry's customer, unsealed, or 0. kMalformed
  // when the detail is not of its kind, or names what does not exist.
  Status apply(const Entry& entry, CustomerNumber customer);

  const Policy& policy() const { return policy_; }
  PolicyNumber policy_number() const { return policy_number_; }
  const Meters& meters() const { return meters_; }
  Meters& meters() { return meters_; }

  const Principal* principal(PrincipalNumber number) const;
  const std::map<std::uint32_t, Principal>& principals() const { return principals_; }
  const SessionRow* session(SessionNumber number) const;
  const std::unordered_map<std::uint32_t, SessionRow>& sessions() const { return sessions_; }
  const Case* find_case(CaseNumber number) const;
  const std::vector<Case>& cases() const { return cases_; }
  const CaseIndex& case_index() const { return case_index_; }
  std::uint32_t open_cases() const { return open_cases_; }
  std::uint32_t customers() const { return customers_; }
  CustomerNumber last_customer() const { return CustomerNumber(last_customer_); }

  // A live grant of this client for this case.
  const EventGrant* grant(PrincipalNumber client, CaseNumber number, std::uint64_t keeper_ms) const;
  std::vector<EventGrant> grants(PrincipalNumber client, std::uint64_t keeper_ms) const;

  const ContactWrites& contact_writes() const { return contact_writes_; }
  const Allowances& allowances() const { return allowances_; }

  const Erasure* erasure(CustomerNumber customer) const;
  const std::map<std::uint32_t, Erasure>& erasures() const { return erasures_; }
  // Whether nobody may be shown anything of this customer any more, nor that there is one.
  bool is_erased(CustomerNumber customer) const;
  // One that may still be decided on.
  const Proposal* proposal(std::uint32_t number, std::uint64_t keeper_ms) const;
  const std::map<std::uint32_t, Proposal>& proposals() const { return proposals_; }
  std::uint32_t last_proposal() const { return last_proposal_; }

  // The ledger's witness, and what of the ledger was lost.
  const LedgerFacts& ledger_facts() const { return ledger_facts_; }
  const KeyFacts& keys() const { return keys_; }
  const Canaries& canaries() const { return canaries_; }

  // Operations that nobody may ask for now.
  const std::set<std::uint16_t>& quarantined() const { return quarantined_; }

  const std::deque<Disclosure>* disclosures(PrincipalNumber number) const;
  std::optional<ImportDetail> last_batch(const std::array<std::uint8_t, 16>& job,
                                         std::uint32_t batch) const;
  // How many customers whose numbers are above this one.
  std::uint32_t imported_after(CustomerNumber last) const;
  // Of a batch that may be imported again after a restore: which of its good rows are not
  // taken, since they were erased or asked for it.
  std::set<std::uint32_t> erased_rows(const std::array<std::uint8_t, 16>& job,
                                      std::uint32_t batch) const;
  std::optional<std::uint32_t> number_of(NameKind kind,
                                         const std::array<std::uint8_t, 32>& commitment) const;

  // The next free ledger-local numbers.
  PrincipalNumber next_principal() const;
  SessionNumber next_session() const { return SessionNumber(last_session_ + 1); }
  CaseNumber next_case() const { return CaseNumber(static_cast<std::uint32_t>(cases_.size()) + 1); }
  InstanceNumber next_instance() const { return InstanceNumber(last_instance_ + 1); }
  std::uint32_t next_name(NameKind kind) const;

  // How many entries made this state.
  std::uint64_t entries() const { return entries_; }
  // Equal for equal state, however it came to be. Walks over everything; not cryptographic.
  std::uint64_t fingerprint() const;

  std::uint64_t first_wall_ms() const { return first_wall_ms_; }
  std::uint64_t last_wall_ms() const { return last_wall_ms_; }
  std::uint64_t last_keeper_ms() const { return last_keeper_ms_; }
  const StartCredit& start_credit() const { return start_credit_; }

  // Who is charged for what this principal does through this face; shared by the check before and
  // the fold after.
  MeterHolders holders_of(PrincipalNumber principal, Face face) const;
  const FieldWeights& weights() const { return weights_; }

  // The whole state for a snapshot (snapshots.h), and back into a State just made. Equal states
  // give equal bytes.
  void write(StateWriter& to) const;
  void read(StateReader& from);

 private:
  Status apply_principal(const Entry& entry);
  Status apply_case(const Entry& entry, CustomerNumber customer);
  Status apply_grant(const Entry& entry);
  Status apply_erasure(const Entry& entry, CustomerNumber customer);
  Status apply_import(const Entry& entry);
  Status apply_keys(const Entry& entry);
  void remember_erased_rows(const ImportDetail& batch);
  Status apply_policy(const Entry& entry);
  Status apply_proposal(const Entry& entry);
  Status apply_containment(const Entry& entry, CustomerNumber customer);
  Status apply_adoption(const Entry& entry);
  void apply_sign_in(const Entry& entry);
  Status apply_allowance(const Entry& entry, CustomerNumber customer);
  Status charge(const Entry& entry, CustomerNumber customer);
  void remember(const Entry& entry);
  template <class Self>
  static auto folded(Self& self);

  Policy policy_;
  FieldWeights weights_;
  PolicyNumber policy_number_;
  Meters meters_;
  std::map<std::uint32_t, Principal> principals_;
  std::unordered_map<std::uint32_t, SessionRow> sessions_;
  std::vector<Case> cases_;  // by number - 1
  CaseIndex case_index_;     // follows from the cases
  std::unordered_map<std::uint32_t, std::vector<EventGrant>> grants_;
  std::unordered_map<std::uint32_t, std::deque<Disclosure>> disclosures_;
  std::map<std::uint32_t, Erasure> erasures_;  // by customer
  std::map<std::pair<std::array<std::uint8_t, 16>, std::uint32_t>, ImportDetail> imports_;
  std::map<std::pair<std::array<std::uint8_t, 16>, std::uint32_t>, std::set<std::uint32_t>>
      erased_rows_;
  std::map<std::pair<NameKind, std::array<std::uint8_t, 32>>, std::uint32_t> names_;
  std::map<std::uint32_t, Proposal> proposals_;
  ContactWrites contact_writes_;
  Allowances allowances_;
  std::set<std::uint16_t> quarantined_;
  LedgerFacts ledger_facts_;
  KeyFacts keys_;
  Canaries canaries_;
  std::array<std::uint32_t, word_count<NameKind>()> last_name_{};
  std::uint32_t last_proposal_ = 0;
  std::uint32_t last_session_ = 0;
  std::uint32_t last_instance_ = 0;
  std::uint32_t customers_ = 0;
  std::uint32_t last_customer_ = 0;
  std::uint32_t open_cases_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t first_wall_ms_ = 0;
  std::uint64_t last_wall_ms_ = 0;
  std::uint64_t last_keeper_ms_ = 0;
  StartCredit start_credit_;
};

}  // namespace bulkhead
