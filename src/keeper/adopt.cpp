#include "keeper/adopt.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"
#include "keeper/details.h"
#include "keeper/keeper_setup.h"
#include "keeper/ledger_facts.h"
#include "ledger/checkpoint.h"
#include "ledger/second_place.h"

namespace bulkhead {
namespace {

constexpr std::size_t kPlanBytesMax = 32u << 10;
constexpr std::size_t kKeptNoteBytesMax = 8192;
constexpr std::string_view kAdoptedMark = "/adopted-";

// What is being done, so that an interrupted adoption is ended and not begun anew.
struct AdoptPlan {
  wire::Text<128> new_origin;
  AdoptionDetail loss;
  std::uint64_t wall_ms = 0;
  std::uint64_t keeper_ms = 0;                // of the last entry left
  std::uint32_t policy = 0;                   // in force then
  wire::Text<kKeptNoteBytesMax> left_note;    // the old ledger's checkpoint over what is left
  wire::Text<kKeptNoteBytesMax> second_note;  // and in its second place
  WIRE_MEMBERS(new_origin, loss, wall_ms, keeper_ms, policy, left_note, second_note)
};

struct AdoptSite {
  std::filesystem::path data;
  const KeyRing& ring;
  Disk& disk;
  std::string second_place;
  std::string path(std::string_view name) const { return (data / name).string(); }
};

std::string next_origin(const std::string& origin) {
  const auto at = origin.rfind(kAdoptedMark);
  if (at == std::string::npos) return origin + std::string(kAdoptedMark) + "1";
  const auto times = parse_decimal(std::string_view(origin).substr(at + kAdoptedMark.size()));
  return fmt::format("{}{}{}", origin.substr(0, at), kAdoptedMark, times.value_or(0) + 1);
}

Result<NoteVerifier> verifier_for(const AdoptSite& site, const std::string& origin) {
  return NoteVerifier::create(origin, NoteKeyType::kEd25519,
                              site.ring.ledger_signing_key().public_key());
}

Result<std::unique_ptr<Ledger>> open_as(const AdoptSite& site, const std::string& origin,
                                        const std::string& second_place) {
  return Ledger::open({.directory = site.path("ledger"),
                       .origin = origin,
                       .key = site.ring.ledger_signing_key(),
                       .disk = &site.disk,
                       .second_place = second_place,
                       .on_broken = {}});
}

// The checkpoint in the second place, when there is one; it must be of this history as far as that
// reaches.
Result<std::uint64_t> size_elsewhere(const AdoptSite& site, const NoteVerifier& verifier,
                                     const Ledger& ledger, AdoptPlan& plan) {
  if (site.second_place.empty()) return std::uint64_t{0};
  const auto bytes = site.disk.read(site.second_place, kNoteBytesMax);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) return std::uint64_t{0};
  if (!bytes) return std::unexpected(bytes.error());
  const auto second = open_checkpoint(text_of(*bytes), verifier);
  if (!second)
    return fail(ErrorCode::kConflict, "the second place holds no checkpoint of this ledger");
  if (second->size <= ledger.size() && TRY(ledger.root_at(second->size)) != second->root) {
    return fail(ErrorCode::kConflict,
                "the second place knows another history: put a copy in place that it knows");
  }
  if (bytes->size() <= kKeptNoteBytesMax) plan.second_note.value = text_of(*bytes);
  return second->size.value;
}

Result<AdoptPlan> make_plan(const AdoptSite& site, const std::string& origin, const Clock& clock) {
  const auto verifier = TRY(verifier_for(site, origin));
  const auto ledger = TRY(open_as(site, origin, ""));
  const auto vault = TRY(Vault::open(site.data, site.ring));
  TRY_STATUS(ledger->checkpoint_now());
  AdoptPlan plan;
  const auto size = ledger->size();
  const auto known =
      std::max(TRY(size_elsewhere(site, verifier, *ledger, plan)), vault->applied_index());
  if (known <= size.value)
    return fail(ErrorCode::kConflict, "nothing of this ledger is missing: start it as it is");
  if (size.value == 0) return fail(ErrorCode::kMalformed, "nothing of the ledger is left");
  plan.new_origin.value = next_origin(origin);
  if (plan.new_origin.value.size() > kOriginBytesMax)
    return fail(ErrorCode::kTooLarge, "the new origin would be too long");
  std::size_t times = 0;
  TRY_STATUS(ledger->read({0}, size, [&](LeafIndex, const Entry& entry) {
    const auto detail = entry.kind == EntryKind::kCheckpointNote
                            ? wire::decode<AdoptionDetail>(entry.detail)
                            : std::unexpected(Error{});
    times += detail && detail->step == AdoptionStep::kAdopted ? 1 : 0;
    plan.loss.last_wall_ms = entry.wall_ms;
    plan.keeper_ms = std::max(plan.keeper_ms, entry.keeper_ms);
    plan.policy = entry.policy.value;
    return true;
  }));
  if (times >= wire::kUnknownWindowsMax)
    return fail(ErrorCode::kTooLarge, "this ledger was adopted too often");
  plan.loss.step = AdoptionStep::kAdopted;
  plan.loss.old_origin.value = origin;
  plan.loss.size = size.value;
  plan.loss.root = TRY(ledger->root_at(size));
  plan.loss.known_size = known;
  plan.loss.last_customer = vault->next_customer_number().value - 1;
  plan.loss.key_epoch = plan.loss.key_epoch_last = site.ring.epoch(RingKey{});
  for (std::size_t i = 0; i < kWrappingKeyCount; ++i) {
    const auto key = static_cast<RingKey>(i);
    plan.loss.key_epoch = std::min(plan.loss.key_epoch, site.ring.oldest_epoch(key));
    plan.loss.key_epoch_last = std::max(plan.loss.key_epoch_last, site.ring.epoch(key));
  }
  plan.loss.confirmed = origin.starts_with(kDemoOriginHead);
  plan.left_note.value = ledger->checkpoint_text();
  plan.wall_ms = clock.wall_ms();
  TRY_STATUS(ledger->close());
  return plan;
}

// The same tree under the new name, in the ledger's folder and in its second place.
Status rename_ledger(const AdoptSite& site, const AdoptPlan& plan) {
  const auto lock = TRY(site.disk.lock(site.path("ledger/lock")));
  const auto& origin = plan.new_origin.value;
  const auto note = TRY(sign_checkpoint({origin, {plan.loss.size}, plan.loss.root, {}},
                                        site.ring.ledger_signing_key()));
  // What the outside may still hold of the old one can be compared with this, for ever.
  TRY_STATUS(site.disk.write_durably(site.path(fmt::format("adopted-{}", plan.loss.size)),
                                     view_of(plan.left_note.value + plan.second_note.value)));
  const auto now = TRY(site.disk.read(site.path("ledger/checkpoint"), kNoteBytesMax));
  const auto verifier = TRY(verifier_for(site, origin));
  // Once under the new name it may have grown.
  if (!open_checkpoint(text_of(now), verifier))
    TRY_STATUS(site.disk.write_durably(site.path("ledger/checkpoint"), view_of(note)));
  TRY_STATUS(site.disk.write_durably(site.path("origin"), view_of(origin)));
  SecondPlace second(site.disk, site.second_place);
  if (!second.configured()) return {};
  const auto held = TRY(second.look());
  if (held && open_checkpoint(*held, verifier)) return {};
  return second.swap(note);
}

Status append_adoption(const AdoptSite& site, const AdoptPlan& plan) {
  const auto ledger = TRY(open_as(site, plan.new_origin.value, site.second_place));
  if (ledger->size().value == plan.loss.size) {
    Entry entry;
    entry.kind = EntryKind::kCheckpointNote;
    entry.wall_ms = plan.wall_ms;
    entry.keeper_ms = plan.keeper_ms;
    entry.policy = PolicyNumber(plan.policy);
    entry.face = Face::kKeeper;
    entry.detail = wire::encode(plan.loss);
    random_bytes(entry.salt);
    TRY(ledger->append({&entry, 1}));
  }
  const auto vault = TRY(Vault::open(site.data, site.ring));
  TRY_STATUS(vault->follow_adopted(ledger->size().value));
  return ledger->close();
}

}  // namespace

Result<Adopted> adopt_ledger(const std::filesystem::path& data, const SecretBytes& root,
                             const std::string& second_place, const Clock& clock, Disk& disk) {
  const auto origin = disk.read((data / "origin").string(), kOriginBytesMax);
  if (!origin)
    return fail(ErrorCode::kNotFound, "this folder is not initialised: run `bulkhead init` first");
  const auto ring = TRY(KeyRing::open(data / "keys", root));
  const AdoptSite site{data, *ring, disk, second_place};
  const auto plan_path = site.path(kAdoptionFile);
  const auto begun = disk.read(plan_path, kPlanBytesMax);
  AdoptPlan plan;
  if (begun) {
    plan = TRY(wire::decode<AdoptPlan>(*begun));
  } else {
    plan = TRY(make_plan(site, std::string(text_of(*origin)), clock));
    TRY_STATUS(disk.write_durably(plan_path, wire::encode(plan)));
  }
  TRY_STATUS(rename_ledger(site, plan));
  TRY_STATUS(append_adoption(site, plan));
  TRY_STATUS(disk.remove(plan_path));
  return Adopted{plan.loss.old_origin.value, plan.new_origin.value, plan.loss.size,
                 plan.loss.known_size, plan.loss.confirmed};
}

}  // namespace bulkhead
