// The handlers, one function per operation, named after it. Each reads as four steps: the message
// was *read* by the templates below (strict decode, proof), the function *authorises* and
// *records*, and the Act it answers runs once the entries are durable. A handler must never answer
// plaintext itself. Owned by keeper; rules.h says who may call which.
#pragma once

#include "keeper/keeper.h"
#include "wire/admin_messages.h"
#include "wire/paths.h"

namespace bulkhead::handlers {

// --- fronts: sessions (handlers_session.cpp) ---
Outcome hello(Keeper&, const Call&, const wire::Hello&);
Outcome sign_in(Keeper&, const Call&, const wire::SignIn&);
Outcome client_sign_in(Keeper&, const Call&, const wire::ClientSignIn&);
Outcome sign_out(Keeper&, const Call&, const Asker&, const wire::SignOut&);
Outcome open_lane(Keeper&, const Call&, const Asker&, const wire::OpenLane&);
Outcome me(Keeper&, const Call&, const Asker&, const wire::Me&);
Outcome disclosures(Keeper&, const Call&, const Asker&, const wire::Disclosures&);
Outcome grants(Keeper&, const Call&, const Asker&, const wire::Grants&);

// --- fronts: cases (handlers_case.cpp) ---
Outcome open_case(Keeper&, const Call&, const Asker&, const wire::OpenCase&);
Outcome list_cases(Keeper&, const Call&, const Asker&, const wire::ListCases&);
Outcome show_case(Keeper&, const Call&, const Asker&, const wire::ShowCase&);
Outcome assign_case(Keeper&, const Call&, const Asker&, const wire::AssignCase&);
Outcome close_case(Keeper&, const Call&, const Asker&, const wire::CloseCase&);

// --- fronts: disclosures (handlers_reveal.cpp, handlers_message.cpp) ---
Outcome lookup(Keeper&, const Call&, const Asker&, const wire::Lookup&);
Outcome masked(Keeper&, const Call&, const Asker&, const wire::Masked&);
Outcome reveal(Keeper&, const Call&, const Asker&, const wire::Reveal&);
Outcome count(Keeper&, const Call&, const Asker&, const wire::Count&);
Outcome list_messages(Keeper&, const Call&, const Asker&, const wire::ListMessages&);
Outcome add_message(Keeper&, const Call&, const Asker&, const wire::AddMessage&);
Outcome read_ledger(Keeper&, const Call&, const wire::ReadLedger&);
Outcome read_opening(Keeper&, const Call&, const wire::ReadOpening&);

// --- contact writes and allowances (handlers_contact.cpp, handlers_allowance.cpp) ---
Outcome change_contact(Keeper&, const Call&, const Asker&, const wire::ChangeContact&);
Outcome ask_approval(Keeper&, const Call&, const Asker&, const wire::AskApproval&);
Outcome break_glass(Keeper&, const Call&, const Asker&, const wire::BreakGlass&);
Outcome list_allowances(Keeper&, const Call&, const Asker&, const wire::ListAllowances&);
Outcome decide_allowance(Keeper&, const Call&, const Asker&, const wire::DecideAllowance&);
// --- the ledger's witness and adoption (handlers_ledger.cpp) ---
Outcome add_anchor(Keeper&, const Call&, const wire::AddAnchor&);
Outcome take_anchor(Keeper&, const Call&, const wire::TakeAnchor&);
Outcome set_witness(Keeper&, const Call&, const wire::SetWitness&);
Outcome confirm_adoption(Keeper&, const Call&, const wire::ConfirmAdoption&);

// --- erasure (handlers_erasure.cpp) ---
Outcome request_erasure(Keeper&, const Call&, const Asker&, const wire::RequestErasure&);
Outcome cancel_erasure(Keeper&, const Call&, const Asker&, const wire::CancelErasure&);
Outcome erasures(Keeper&, const Call&, const wire::Erasures&);
Outcome hold(Keeper&, const Call&, const wire::Hold&);

// --- operators (handlers_admin.cpp, handlers_staff.cpp, handlers_import.cpp, handlers_scope.cpp)
// ---
Outcome admin_hello(Keeper&, const Call&, const wire::AdminHello&);
Outcome admin_sign_in(Keeper&, const Call&, const wire::AdminSignIn&);
Outcome admin_resume(Keeper&, const Call&, const wire::AdminResume&);
Outcome status(Keeper&, const Call&, const wire::StatusQuery&);
Outcome set_policy(Keeper&, const Call&, const wire::SetPolicy&);
Outcome move_clock(Keeper&, const Call&, const wire::MoveClock&);
Outcome lift_quarantine(Keeper&, const Call&, const wire::LiftQuarantine&);
Outcome demo_code(Keeper&, const Call&, const wire::DemoCode&);
Outcome staff_add(Keeper&, const Call&, const wire::StaffAdd&);
Outcome staff_list(Keeper&, const Call&, const wire::StaffList&);
Outcome staff_change(Keeper&, const Call&, const wire::StaffChange&);
Outcome client_add(Keeper&, const Call&, const wire::ClientAdd&);
Outcome client_list(Keeper&, const Call&, const wire::ClientList&);
Outcome client_revoke(Keeper&, const Call&, const wire::ClientRevoke&);
Outcome import(Keeper&, const Call&, const wire::Import&);
Outcome seed_cases(Keeper&, const Call&, const wire::SeedCases&);
Outcome set_contact(Keeper&, const Call&, const wire::SetContact&);
Outcome scope(Keeper&, const Call&, const wire::Scope&);
Outcome prove(Keeper&, const Call&, const wire::Prove&);

// --- keys (handlers_keys.cpp) ---
Outcome change_keys(Keeper&, const Call&, const wire::ChangeKeys&);
Outcome key_status(Keeper&, const Call&, const wire::KeyStatus&);
// --- canaries (handlers_canary.cpp) ---
Outcome canary(Keeper&, const Call&, const wire::Canary&);
bool is_canary(const Keeper& keeper, CustomerNumber customer);
// The canary that a case is about, if it is about one.
std::optional<CustomerNumber> canary_of(const Keeper& keeper, const CaseId& id);
// The asker was about to be shown something of that canary, or asked about its case: recorded with
// its cause; all their sessions end, a program is revoked, a person stays out until released. The
// answer is that of a session that ended.
Outcome contain(Keeper& keeper, const Call& call, const Asker& asker, CustomerNumber canary);

// --- backups (handlers_backup.cpp) ---
Outcome make_backup(Keeper&, const Call&, const wire::MakeBackup&);
Outcome read_backup(Keeper&, const Call&, const wire::ReadBackup&);
Outcome end_backup(Keeper&, const Call&, const wire::EndBackup&);

// --- acts that widen (handlers_proposal.cpp) ---
// Instead of an act that widens, outside demo and drill directories: keeps and records what is
// asked, for a second admin to approve.
Outcome propose(Keeper&, const Call&);
Outcome list_proposals(Keeper&, const Call&, const wire::ListProposals&);
Outcome approve_proposal(Keeper&, const Call&, const wire::ApproveProposal&);
Outcome refuse_proposal(Keeper&, const Call&, const wire::RefuseProposal&);
Outcome carry_out_proposal(Keeper&, const Call&, const wire::CarryOutProposal&);

// --- shared by several handlers ---
// Whose token that is; nobody when it is no auditor's of that network.
std::optional<PrincipalNumber> auditor_of(Keeper& keeper, const std::array<std::uint8_t, 32>& token,
                                          const wire::NetworkAddress& network);
wire::LedgerStanding ledger_standing(const Keeper& keeper);
std::vector<wire::UnknownWindow> unknown_windows(const LedgerFacts& facts);
// Whether the address lies in the network that a client or auditor is bound to.
bool in_network(const PrincipalDetail& facts, const wire::NetworkAddress& address);
// Refuses what a budget does not hold; somebody else's share of it is called the house's.
Outcome over_budget(Keeper& keeper, const Call& call, const Asker& asker,
                    const BudgetRefusal& refusal, CaseNumber number, FieldSet fields);
wire::CaseRow row_of_case(Keeper& keeper, CaseNumber number, PrincipalNumber asker);
// A change of cases or messages that comes too fast, refused; nothing when it may be made.
std::optional<Outcome> too_fast(Keeper& keeper, const Call& call, const Asker& asker);
// Records the case as it stands now. `customer` must exist; kNotThere otherwise.
Status record_case(Keeper& keeper, Entry entry, CaseNumber number, const Case& row);

// --- read ---
// Decodes M strictly and hands it on; anything else breaks the channel.
template <class M, Outcome (*Handle)(Keeper&, const Call&, const M&)>
Outcome read(Keeper& keeper, const Call& call) {
  const auto message = wire::decode<M>(call.body);
  return message ? Handle(keeper, call, *message) : Outcome::protocol_broken();
}

// The same for a message with a proof: who asks is known before the handler runs. About a canary's
// case nobody has any work, so whoever asks about one gets no further.
template <class M, Outcome (*Handle)(Keeper&, const Call&, const Asker&, const M&)>
Outcome read_proven(Keeper& keeper, const Call& call) {
  const auto message = wire::decode<M>(call.body);
  if (!message) return Outcome::protocol_broken();
  const auto asker = keeper.check_proof(call, message->proof, wire::target_of(*message));
  if (!asker) return Outcome::refuse(asker.error());
  if constexpr (requires(const M& m) { CaseId(m.id); }) {
    if (const auto canary = canary_of(keeper, message->id))
      return contain(keeper, call, *asker, *canary);
  }
  return Handle(keeper, call, *asker, *message);
}

}  // namespace bulkhead::handlers
