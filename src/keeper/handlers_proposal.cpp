// Acts that widen, outside demo and drill directories: one admin proposes, a second one approves,
// an hour of keeper time passes, and the first has it carried out, once and exactly as proposed.
// What was proposed stands in a sealed row; the entries hold its salted digest.
#include <algorithm>

#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keeper/handlers.h"
#include "keeper/rules.h"

namespace bulkhead::handlers {
namespace {

constexpr std::uint64_t kWaitMs = 3'600'000;
constexpr std::uint64_t kLifeMs = 24 * kWaitMs;
constexpr std::uint32_t kLookAgainS = 60;  // while wall and boot time are apart

// The sealed row. The salt keeps a digest from telling names to whoever tries some.
struct KeptAct {
  std::uint16_t op = 0;
  wire::Text<wire::kActBytesMax> body;
  Salt salt{};
  WIRE_MEMBERS(op, body, salt)
};

RowWrite row_of(std::uint32_t number, Bytes bytes) {
  return {static_cast<std::uint8_t>(RowKind::kProposal), number, 0, std::move(bytes), false};
}

std::uint32_t seconds_until(std::uint64_t at_ms, std::uint64_t now_ms) {
  return at_ms <= now_ms ? 0 : static_cast<std::uint32_t>((at_ms - now_ms + 999) / 1000);
}

// Rows whose proposals are over: a password may stand in one.
std::vector<RowWrite> rows_to_remove(Keeper& keeper) {
  std::vector<RowWrite> writes;
  const auto rows = keeper.parts().reader.rows(static_cast<std::uint8_t>(RowKind::kProposal));
  if (!rows) return writes;
  for (const auto& row : *rows) {
    const bool decided = row.id <= keeper.state().last_proposal();
    if (!decided || keeper.state().proposal(row.id, keeper.now_ms()) != nullptr) continue;
    writes.push_back({row.kind, row.id, 0, {}, true});
    if (writes.size() == kRowBatchMax / 2) break;
  }
  return writes;
}

void remove_rows(Keeper& keeper) {
  keeper.parts().writer_lane.submit(
      [&vault = keeper.parts().vault, writes = rows_to_remove(keeper)] {
        if (!vault.write_rows(writes, vault.applied_index()))
          log_warning("what ended proposals asked for was not removed; the next one does");
      });
}

std::size_t open_proposals(const Keeper& keeper) {
  return static_cast<std::size_t>(std::ranges::count_if(
      keeper.state().proposals(),
      [&](const auto& one) { return one.second.expires_ms > keeper.now_ms(); }));
}

void record_step(Keeper& keeper, const Call& call, ProposalStep step, std::uint32_t number,
                 const Proposal& proposal, bool alone = false) {
  auto entry = keeper.make_entry(EntryKind::kApproval, call);
  entry.principal = call.channel->operator_number;
  entry.detail = wire::encode(ProposalDetail{step, number, proposal.op, proposal.act,
                                             proposal.ready_ms, proposal.expires_ms, alone});
  keeper.record(std::move(entry));
}

std::optional<KeptAct> kept_act(Keeper& keeper, std::uint32_t number, const Proposal& proposal) {
  const auto row = keeper.parts().reader.row(static_cast<std::uint8_t>(RowKind::kProposal), number);
  auto act = row ? wire::decode<KeptAct>(row->bytes) : std::unexpected(row.error());
  if (!act || act->op != proposal.op || sha256(row->bytes) != proposal.act) {
    log_warning("what proposal {} asks for is not in the vault as it was recorded", number);
    return std::nullopt;
  }
  return std::move(*act);
}

bool is_active_admin(const Keeper& keeper, PrincipalNumber number) {
  const auto* one = keeper.state().principal(number);
  return one != nullptr && one->facts.role == Role::kAdmin && !one->facts.disabled;
}

// A new house has one admin, who could never get a second one. Once any other admin has signed in,
// this is over for ever: whoever disables all others stays bound to a second person.
bool may_add_second_admin_alone(const Keeper& keeper, const KeptAct& act, PrincipalNumber by) {
  if (act.op != static_cast<std::uint16_t>(wire::Op::kStaffAdd)) return false;
  const auto message = wire::decode<wire::StaffAdd>(view_of(act.body.value));
  if (!message || message->role != Role::kAdmin) return false;
  return std::ranges::none_of(keeper.state().principals(), [&](const auto& one) {
    return one.second.facts.role == Role::kAdmin && PrincipalNumber(one.first) != by &&
           one.second.last_sign_in_ms != 0;
  });
}

// What another admin may be shown of it.
std::string shown(KeptAct act) {
  if (act.op != static_cast<std::uint16_t>(wire::Op::kStaffAdd)) return std::move(act.body.value);
  auto message = wire::decode<wire::StaffAdd>(view_of(act.body.value));
  if (!message) return {};
  message->password.value.clear();
  return std::string(text_of(wire::encode(*message)));
}

}  // namespace

Outcome propose(Keeper& keeper, const Call& call) {
  if (open_proposals(keeper) >= wire::kProposalsMax) return Outcome::refuse(Reason::kTooMany);
  if (call.body.size() > wire::kActBytesMax) return Outcome::refuse(Reason::kMalformed);
  KeptAct act{call.head.op, {std::string(text_of(call.body))}, {}};
  random_bytes(act.salt);
  const auto number = keeper.take_proposal_number();
  auto writes = rows_to_remove(keeper);
  writes.push_back(row_of(number, wire::encode(act)));
  const auto digest = sha256(writes.back().bytes);
  auto stored = std::make_shared<bool>(false);
  const Call later{call.channel, call.head, {}};
  const bool queued = keeper.on_lane(
      keeper.parts().writer_lane,
      [&vault = keeper.parts().vault, writes = std::move(writes), stored] {
        *stored = vault.write_rows(writes, vault.applied_index()).has_value();
      },
      [&keeper, later, number, digest, stored] {
        if (!*stored) return keeper.answer_later(later, Outcome::refuse(Reason::kLedger));
        if (open_proposals(keeper) >= wire::kProposalsMax)
          return keeper.answer_later(later, Outcome::refuse(Reason::kTooMany));
        const auto now_ms = keeper.now_ms();
        record_step(keeper, later, ProposalStep::kProposed, number,
                    {{}, {}, later.head.op, digest, now_ms + kWaitMs, now_ms + kLifeMs});
        keeper.answer_later(later, Outcome::with(wire::Proposed{number, kWaitMs / 1000}));
      });
  return queued ? Outcome::answered_later() : Outcome::refuse(Reason::kTooMany, 5);
}

Outcome list_proposals(Keeper& keeper, const Call&, const wire::ListProposals&) {
  wire::ListProposalsAnswer answer;
  const auto now_ms = keeper.now_ms();
  for (const auto& [number, proposal] : keeper.state().proposals()) {
    if (proposal.expires_ms <= now_ms || answer.rows.items.size() >= wire::kProposalsMax) continue;
    auto act = kept_act(keeper, number, proposal);
    if (!act) continue;
    answer.rows.items.push_back({number,
                                 proposal.op,
                                 {shown(std::move(*act))},
                                 proposal.act,
                                 {keeper.directory().name_of(proposal.by)},
                                 {keeper.directory().name_of(proposal.approved_by)},
                                 seconds_until(proposal.ready_ms, now_ms),
                                 seconds_until(proposal.expires_ms, now_ms)});
  }
  return Outcome::with(answer);
}

Outcome approve_proposal(Keeper& keeper, const Call& call, const wire::ApproveProposal& message) {
  const auto* const proposal = keeper.state().proposal(message.number, keeper.now_ms());
  if (proposal == nullptr) return Outcome::refuse(Reason::kNotThere);
  if (proposal->by == call.channel->operator_number) return Outcome::refuse(Reason::kRole);
  // An approval is of what was shown, and an approver's name is not replaced by another.
  const bool approved = is_active_admin(keeper, proposal->approved_by);
  if (message.digest != proposal->act || approved) return Outcome::refuse(Reason::kState);
  record_step(keeper, call, ProposalStep::kApproved, message.number, Proposal(*proposal));
  return Outcome::with(wire::Done{});
}

Outcome refuse_proposal(Keeper& keeper, const Call& call, const wire::RefuseProposal& message) {
  const auto* const proposal = keeper.state().proposal(message.number, keeper.now_ms());
  if (proposal == nullptr) return Outcome::refuse(Reason::kNotThere);
  record_step(keeper, call, ProposalStep::kRefused, message.number, Proposal(*proposal));
  remove_rows(keeper);
  return Outcome::with(wire::Done{});
}

Outcome carry_out_proposal(Keeper& keeper, const Call& call,
                           const wire::CarryOutProposal& message) {
  const auto* const found = keeper.state().proposal(message.number, keeper.now_ms());
  if (found == nullptr) return Outcome::refuse(Reason::kNotThere);
  const Proposal proposal = *found;
  // Secrets that it makes are shown once, to the one who asked for them.
  if (proposal.by != call.channel->operator_number) return Outcome::refuse(Reason::kRole);
  if (const auto wait_s = seconds_until(proposal.ready_ms, keeper.now_ms()); wait_s > 0)
    return Outcome::refuse(Reason::kState, wait_s);
  // A rekey that would be refused must not use up what two people agreed on.
  const bool backing_up = proposal.op == static_cast<std::uint16_t>(wire::Op::kChangeKeys) &&
                          keeper.backup_work().phase() == wire::BackupPhase::kMaking;
  if (keeper.clocks_apart() || backing_up) return Outcome::refuse(Reason::kState, kLookAgainS);
  const auto act = kept_act(keeper, message.number, proposal);
  const auto* const rule = rule_of(proposal.op);
  if (!act || rule == nullptr || rule->width == nullptr) return Outcome::refuse(Reason::kNotThere);
  // An approver who was disabled since approves nothing.
  const bool approved = is_active_admin(keeper, proposal.approved_by);
  if (!approved && !may_add_second_admin_alone(keeper, *act, proposal.by))
    return Outcome::refuse(Reason::kNoGrant);
  record_step(keeper, call, ProposalStep::kCarriedOut, message.number, proposal, !approved);
  remove_rows(keeper);
  return rule->handle(keeper, {call.channel, call.head, view_of(act->body.value)});
}

}  // namespace bulkhead::handlers
