// How erasures that are due are carried out: recorded, made durable, and only then the keys are
// destroyed; whatever a crash interrupted is finished after the next start.
#include "base/log.h"
#include "keeper/keeper.h"

namespace bulkhead {
namespace {
constexpr std::uint64_t kEraseAgainMs = 60'000;  // after a failure
}  // namespace

// One a sweep, so that the loop never stands still for a day's worth of them. While wall and boot
// time disagree nothing is destroyed.
void Keeper::carry_out_erasures() {
  destroy_keys();
  if (clocks_apart_) return;
  for (const auto& [number, one] : state_.erasures()) {
    if (one.step != ErasureStep::kRequested || one.held || one.due_ms > now_ms_) continue;
    const CustomerNumber customer(number);
    Entry entry;
    entry.kind = EntryKind::kErasure;
    entry.wall_ms = wall_ms_;
    entry.keeper_ms = now_ms_;
    entry.policy = state_.policy_number();
    entry.face = Face::kKeeper;
    entry.principal = one.by;
    ErasureDetail detail{ErasureStep::kCarriedOut, 0, {}};
    if (const auto person = name_customer(entry, customer)) {
      // With the keys the pseudonyms go as well, so this is the last time that they can be told.
      const auto first = year_of(state_.first_wall_ms());
      for (auto year = first; year <= year_of(wall_ms_); ++year) {
        if (detail.pseudonyms.items.size() < kPseudonymsMax)
          detail.pseudonyms.items.push_back(person->pseudonym(year));
      }
    }
    entry.detail = wire::encode(detail);
    record(std::move(entry), customer);
    doomed_.push_back({customer, applied_});
    return;
  }
}

// Without its pseudonym: beside the entry that ended it, that would tell whose it had been.
void Keeper::erase_canary(CustomerNumber customer, PrincipalNumber by) {
  auto entry = make_entry(EntryKind::kErasure);
  entry.principal = by;
  entry.detail = wire::encode(ErasureDetail{ErasureStep::kCarriedOut, 0, {}});
  record(std::move(entry), customer);
  doomed_.push_back({.customer = customer, .recorded = applied_});
}

void Keeper::doom_unfinished() {
  for (const auto& [number, one] : state_.erasures()) {
    const CustomerNumber customer(number);
    if (one.step == ErasureStep::kCarriedOut && parts_.reader.person(customer))
      doomed_.push_back({.customer = customer});
  }
}

void Keeper::destroy_keys() {
  for (auto& doomed : doomed_) {
    if (doomed.under_way || now_ms_ < doomed.not_before_ms ||
        parts_.ledger.size().value < doomed.recorded)
      continue;
    auto done = std::make_shared<bool>(false);
    doomed.under_way = on_lane(
        parts_.writer_lane,
        [&vault = parts_.vault, customer = doomed.customer, done] {
          const auto erased = vault.erase(customer);
          *done = erased || erased.error().code == ErrorCode::kNotFound;
        },
        [this, customer = doomed.customer, done] {
          if (*done && !parts_.reader.person(customer)) {
            std::erase_if(doomed_, [&](const Doomed& one) { return one.customer == customer; });
            return;
          }
          log_warning("the keys of an erased customer could not be destroyed; it is tried again");
          for (auto& one : doomed_) {
            if (one.customer != customer) continue;
            one.under_way = false;
            one.not_before_ms = now_ms_ + kEraseAgainMs;
          }
        });
  }
}

}  // namespace bulkhead
