#include "drills/drill.h"

#include <fmt/format.h>

#include <algorithm>

namespace bulkhead::drills {

std::span<const Drill> all_drills() {
  static const std::vector<Drill> kDrills{
      {"bulk-export",
       8,
       "A stolen API client pages through everything",
       {"grant"},
       run_bulk_export},
      {"stolen-session",
       16,
       "An agent's cookie replayed from elsewhere, then the whole browser, then malware beside it",
       {"proof", "budget"},
       run_stolen_session},
      {"recon",
       7,
       "Listing, describing and counting before the theft, as in August 2025",
       {"grant", "metering"},
       run_recon},
      {"lookup-misses",
       7,
       "Guessing who is a customer, by mail address and frequent-flyer number, with timing",
       {"metering"},
       run_lookup_misses},
      {"low-and-slow",
       9,
       "Bribed agents, each within a day's budget, day after day",
       {"budget"},
       run_low_and_slow},
      {"new-staff",
       36,
       "Many new accounts, bought or made, in their first hours",
       {"growth"},
       run_new_staff},
      {"canary",
       37,
       "A stolen session and a stolen client come upon customers who are none",
       {"canary"},
       run_canary},
      {"clock-forward",
       28,
       "The clock is set 31 days forward across a restart, to have the budgets back",
       {"clock"},
       run_clock_forward},
      {"sign-in-flood",
       33,
       "Strangers flood the sign-in while an agent's session is misused",
       {"sign-in-guard", "budget"},
       run_sign_in_flood},
      {"same-uid-escape",
       26,
       "A process of the keeper's own user, as confined as a front, reaches for vault, keys and "
       "keeper",
       {kConfinement},
       run_same_uid_escape},
      {"front-owned",
       30,
       "The desk's process belongs to the attacker and speaks to the keeper as it likes",
       {"proof", "budget"},
       run_front_owned},
      {"erase-after-theft",
       24,
       "One of the robbed has everything erased: no key is left, and the ledger still names them",
       {kErasure},
       run_erase_after_theft},
      {"rollback",
       27,
       "Vault and ledger are put back as they were before the theft",
       {kAnchor, "adoption"},
       run_rollback},
      {"ledger-full",
       29,
       "The ledger's disk is filled while a session is misused",
       {"space"},
       run_ledger_full},
      {"contact-swap",
       23,
       "A stolen agent changes strangers' contact and answers from the new address",
       {"young"},
       run_contact_swap},
      {"stolen-disk",
       19,
       "All files copied while it runs and after it stopped",
       {kSealing},
       run_stolen_disk},
      {"ledger-edit",
       13,
       "Root on the disk edits, cuts and rolls back the ledger",
       {kAnchor},
       run_ledger_edit},
  };
  return kDrills;
}

const Drill* find_drill(std::string_view name) {
  const auto drills = all_drills();
  const auto found = std::ranges::find(drills, name, &Drill::name);
  return found == drills.end() ? nullptr : &*found;
}

namespace {

// Not judged yet: its problems are what the drill itself names.
Result<DrillReport> run_unjudged(const Drill& drill, const Stage& stage, const std::string& without,
                                 const Say& say) {
  const auto line = [&](std::string_view text) {
    say(fmt::format("{}{}{}: {}", drill.name, without.empty() ? "" : " without ", without, text));
  };
  const auto name = fmt::format("{}{}{}", drill.name, without.empty() ? "" : "-without-", without);
  auto report = TRY(drill.run({stage, name, without, line}));
  report.name = drill.name;
  report.catalogue = drill.catalogue;
  report.customers = stage.world.options.customers;
  return report;
}

}  // namespace

Result<DrillReport> run_once(const Drill& drill, const Stage& stage, const std::string& without,
                             const Say& say) {
  auto report = TRY(run_unjudged(drill, stage, without, say));
  judge(report);
  return report;
}

Result<DrillReport> run_in_full(const Drill& drill, const Stage& stage, const Say& say) {
  auto report = TRY(run_unjudged(drill, stage, "", say));
  for (const auto protection : drill.protections) {
    const auto open = TRY(run_once(drill, stage, std::string(protection), say));
    // Only a loss beyond the bounds shows the protection's worth; any other failure would be an
    // accident.
    report.fails_without.emplace_back(protection, open.exceeded);
    report.notes.push_back(fmt::format("without {}: {} customers, {} fields, {} by existence",
                                       protection, open.lost_customers, open.lost_fields,
                                       open.lost_existence));
  }
  judge(report);
  return report;
}

}  // namespace bulkhead::drills
