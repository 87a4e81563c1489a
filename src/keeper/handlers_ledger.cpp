// The ledger's witness and adoption: who cosigns checkpoints, what it has seen, and the second
// admin's word that a ledger of which entries were lost may be used again.
#include <algorithm>

#include "base/log.h"
#include "keeper/handlers.h"
#include "ledger/checkpoint.h"
#include "ledger/cosignature.h"
#include "ledger/replica.h"

namespace bulkhead::handlers {
namespace {

constexpr std::uint64_t kWitnessAheadSMax = 300;  // its clock against ours

struct Anchored {
  Checkpoint checkpoint;
  std::uint64_t time_s = 0;
};

// A checkpoint that this ledger's key signed, and its witness too.
Result<Anchored> open_anchor(Keeper& keeper, const std::string& note) {
  const auto& parts = keeper.parts();
  const auto ledger = TRY(NoteVerifier::create(parts.origin, NoteKeyType::kEd25519,
                                               parts.ring.ledger_signing_key().public_key()));
  const auto witness = TRY(NoteVerifier::parse(keeper.state().ledger_facts().witness.value));
  const auto opened = TRY(open_note(note, std::vector{ledger, witness}));
  Anchored anchored{TRY(open_checkpoint(note, ledger)), 0};
  for (const auto& signature : opened.signatures) {
    if (witness.knows(signature)) anchored.time_s = TRY(cosignature_time_s(signature));
  }
  if (anchored.time_s == 0)
    return fail(ErrorCode::kCrypto, "no cosignature of the ledger's witness holds");
  if (anchored.time_s > keeper.wall_ms() / 1000 + kWitnessAheadSMax)
    return fail(ErrorCode::kMalformed, "the witness's clock is ahead");
  return anchored;
}

std::uint32_t age_s(const Keeper& keeper, std::uint64_t time_s) {
  const auto now_s = keeper.wall_ms() / 1000;
  return now_s > time_s
             ? static_cast<std::uint32_t>(std::min<std::uint64_t>(now_s - time_s, UINT32_MAX))
             : 0;
}

// When the witness spoke, in keeper time: what is handed in late is as old as it is.
std::uint64_t heard_ms(const Keeper& keeper, std::uint64_t time_s) {
  const auto age_ms = age_s(keeper, time_s) * 1000ull;
  return keeper.now_ms() > age_ms ? keeper.now_ms() - age_ms : 0;
}

void record_anchor(Keeper& keeper, const Call& call, PrincipalNumber by, const Anchored& anchored) {
  auto entry = keeper.make_entry(EntryKind::kWitness, call);
  entry.principal = by;
  entry.detail = wire::encode(WitnessDetail{WitnessStep::kAnchored,
                                            {},
                                            anchored.checkpoint.size.value,
                                            anchored.time_s,
                                            heard_ms(keeper, anchored.time_s)});
  keeper.record(std::move(entry));
}

Outcome refuse_anchor(Keeper& keeper, const Call& call, Reason reason) {
  keeper.anchor_gate().refused();
  keeper.record_unknown(call, EntryKind::kDenied, reason, NetworkNumber());
  return Outcome::refuse(reason);
}

// What is cosigned, compared with the ledger's own root, which takes reading a few tiles.
Outcome take(Keeper& keeper, const Call& call, PrincipalNumber by, const std::string& note) {
  const auto& facts = keeper.state().ledger_facts();
  if (facts.witness.value.empty()) return Outcome::refuse(Reason::kState);
  if (const auto wait_s = keeper.anchor_gate().wait_s(keeper.now_ms()); wait_s > 0)
    return Outcome::refuse(Reason::kTooMany, wait_s);
  const auto anchored = open_anchor(keeper, note);
  if (!anchored) return refuse_anchor(keeper, call, Reason::kMalformed);
  const auto size = anchored->checkpoint.size;
  const wire::AnchorAnswer answer{size.value, age_s(keeper, anchored->time_s)};
  // One that says no more than is known is no news, and no entry.
  if (size.value < facts.anchored_size || anchored->time_s <= facts.anchored_time_s)
    return Outcome::with(answer);
  if (size > keeper.parts().ledger.checkpoint_size()) {
    log_error("the witness saw more entries than this ledger has: it was rolled back");
    return refuse_anchor(keeper, call, Reason::kLedger);
  }
  keeper.anchor_gate().taken(keeper.now_ms());
  auto same = std::make_shared<bool>(false);
  const Call later{call.channel, call.head, {}};
  const bool queued = keeper.on_lane(
      keeper.parts().writer_lane,
      [&ledger = keeper.parts().ledger, checkpoint = anchored->checkpoint, same] {
        const auto root = ledger.root_at(checkpoint.size);
        *same = root && *root == checkpoint.root;
      },
      [&keeper, later, by, anchored = *anchored, answer, same] {
        if (!*same) {
          log_error("the witness saw another history than this ledger's");
          return keeper.answer_later(later, refuse_anchor(keeper, later, Reason::kLedger));
        }
        record_anchor(keeper, later, by, anchored);
        keeper.answer_later(later, Outcome::with(answer));
      });
  return queued ? Outcome::answered_later() : Outcome::refuse(Reason::kTooMany, 5);
}

}  // namespace

Outcome set_witness(Keeper& keeper, const Call& call, const wire::SetWitness& message) {
  if (!message.key.value.empty()) {
    const auto key = NoteVerifier::parse(message.key.value);
    if (!key || key->type() != NoteKeyType::kCosignature)
      return Outcome::refuse(Reason::kMalformed);
  }
  auto entry = keeper.make_entry(EntryKind::kWitness, call);
  entry.principal = call.channel->operator_number;
  entry.detail = wire::encode(WitnessDetail{WitnessStep::kSet, message.key, 0, 0, 0});
  keeper.record(std::move(entry));
  return Outcome::with(wire::Done{});
}

Outcome add_anchor(Keeper& keeper, const Call& call, const wire::AddAnchor& message) {
  const auto auditor = auditor_of(keeper, message.token, message.network);
  if (!auditor) {
    keeper.record_unknown(call, EntryKind::kDenied, Reason::kNoSession, NetworkNumber());
    return Outcome::refuse(Reason::kNoSession);
  }
  return take(keeper, call, *auditor, message.note.value);
}

Outcome take_anchor(Keeper& keeper, const Call& call, const wire::TakeAnchor& message) {
  return take(keeper, call, call.channel->operator_number, message.note.value);
}

Outcome confirm_adoption(Keeper& keeper, const Call& call, const wire::ConfirmAdoption& message) {
  const auto* const open = keeper.state().ledger_facts().unconfirmed();
  if (open == nullptr || open->size != message.first_entry)
    return Outcome::refuse(Reason::kNotThere);
  AdoptionDetail detail;
  detail.step = AdoptionStep::kConfirmed;
  detail.size = open->size;
  auto entry = keeper.make_entry(EntryKind::kCheckpointNote, call);
  entry.principal = call.channel->operator_number;
  entry.detail = wire::encode(detail);
  keeper.record(std::move(entry));
  return Outcome::with(wire::Done{});
}

std::vector<wire::UnknownWindow> unknown_windows(const LedgerFacts& facts) {
  std::vector<wire::UnknownWindow> windows;
  windows.reserve(facts.adoptions.size());
  for (const auto& one : facts.adoptions)
    windows.push_back({one.from_ms, one.to_ms, one.size, one.known_size, one.confirmed});
  return windows;
}

wire::LedgerStanding ledger_standing(const Keeper& keeper) {
  const auto& parts = keeper.parts();
  const auto& facts = keeper.state().ledger_facts();
  wire::LedgerStanding standing;
  standing.witness = facts.witness;
  if (!facts.witness.value.empty()) {
    const auto heard = std::min(facts.anchored_keeper_ms, keeper.now_ms());
    standing.anchored_size = facts.anchored_size;
    standing.anchored_age_s = (keeper.now_ms() - heard) / 1000;
    standing.witness_divisor = narrowing_of(facts, keeper.now_ms()).divisor;
  }
  standing.second_place = parts.ledger.anchored();
  standing.clocks_apart = keeper.clocks_apart();
  standing.space_low = keeper.disk_full();
  standing.space_held_back = parts.ledger.space_held_back();
  if (parts.replica != nullptr) {
    const auto there = parts.replica->standing();
    standing.has_replica = true;
    standing.replica_size = there.size.value;
    if (there.trouble != nullptr) standing.replica_trouble.value = there.trouble;
  }
  standing.unknown.items = unknown_windows(facts);
  return standing;
}

}  // namespace bulkhead::handlers
