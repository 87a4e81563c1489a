#include "keeper/ledger_facts.h"

#include <algorithm>

namespace bulkhead {
namespace {

constexpr Error kBadFact{ErrorCode::kMalformed, "an entry's detail does not fit its kind"};

}  // namespace

Status LedgerFacts::apply_witness(const Entry& entry) {
  const auto detail = TRY(wire::decode<WitnessDetail>(entry.detail));
  if (detail.step == WitnessStep::kSet) {
    witness = detail.key;
    anchored_size = anchored_time_s = 0;
    anchored_keeper_ms = entry.keeper_ms;
    return {};
  }
  anchored_size = detail.size;
  anchored_time_s = detail.time_s;
  anchored_keeper_ms = detail.keeper_ms;
  return {};
}

Status LedgerFacts::apply_adoption(const AdoptionDetail& detail, const Entry& entry) {
  if (detail.step == AdoptionStep::kAdopted) {
    if (adoptions.size() >= wire::kUnknownWindowsMax) return std::unexpected(kBadFact);
    adoptions.push_back({detail.size, detail.known_size, detail.last_wall_ms,
                         std::max(entry.wall_ms, detail.last_wall_ms), 0, detail.confirmed});
    return {};
  }
  const auto at = std::ranges::find(adoptions, detail.size, &Adoption::size);
  if (at == adoptions.end()) return std::unexpected(kBadFact);
  at->confirmed = true;
  return {};
}

void LedgerFacts::started(std::uint64_t keeper_ms) {
  for (auto& one : adoptions) {
    if (one.keeper_ms == 0) one.keeper_ms = keeper_ms;
  }
}

const Adoption* LedgerFacts::unconfirmed() const {
  const auto at = std::ranges::find(adoptions, false, &Adoption::confirmed);
  return at == adoptions.end() ? nullptr : &*at;
}

}  // namespace bulkhead
