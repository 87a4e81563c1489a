#include "keeper/scope_scan.h"

#include <algorithm>
#include <map>

#include "vault/references.h"

namespace bulkhead {
namespace {
constexpr std::uint32_t bit(EntryKind kind) { return 1u << static_cast<unsigned>(kind); }
constexpr std::uint32_t kDisclosing = bit(EntryKind::kReveal) | bit(EntryKind::kLookup) |
                                      bit(EntryKind::kCount) | bit(EntryKind::kSend) |
                                      bit(EntryKind::kExport);
constexpr std::uint32_t kExposing = kDisclosing | bit(EntryKind::kIntake) | bit(EntryKind::kWrite);

struct Found {
  AffectedCustomer row;
  std::vector<std::uint32_t> sessions;  // sorted; few per customer
};

void add(Found& found, const Entry& entry) {
  auto& row = found.row;
  row.pseudonym = entry.customer;
  const bool typed = entry.kind == EntryKind::kIntake || entry.kind == EntryKind::kWrite;
  if (typed || entry.grade == Grade::kClear) row.clear = row.clear | entry.fields;
  if (entry.grade == Grade::kMasked) row.masked = row.masked | entry.fields;
  if (entry.grade == Grade::kExistence) row.existence = true;
  if (row.first_ms == 0 || entry.wall_ms < row.first_ms) row.first_ms = entry.wall_ms;
  row.last_ms = std::max(row.last_ms, entry.wall_ms);
  const auto at =
      std::lower_bound(found.sessions.begin(), found.sessions.end(), entry.session.value);
  if (at == found.sessions.end() || *at != entry.session.value)
    found.sessions.insert(at, entry.session.value);
}
}  // namespace

bool ScopePredicate::holds(const Entry& entry) const {
  const bool exposure = exposed_through || exposed_face;
  const auto wanted = kinds != 0 ? kinds : exposure ? kExposing : kDisclosing;
  if ((wanted & bit(entry.kind)) == 0) return false;
  if (principal && entry.principal != *principal) return false;
  if (session && entry.session != *session) return false;
  if (case_number && entry.case_number != *case_number) return false;
  if (exposed_through && entry.instance != *exposed_through) return false;
  if (exposed_face && entry.face != *exposed_face) return false;
  if (network && entry.network != *network) return false;
  if (purpose && entry.purpose != *purpose) return false;
  if (compartment && (entry.fields & FieldSet::of(*compartment)).empty()) return false;
  if (entry.wall_ms < from_ms) return false;
  return to_ms == 0 || entry.wall_ms < to_ms;
}

Result<AffectedSet> scan_scope(const Ledger& ledger, const KeyRing& ring, TreeSize size,
                               const ScopePredicate& predicate) {
  std::map<std::uint32_t, Found> found;
  TRY_STATUS(ledger.read({}, size, [&](LeafIndex, const Entry& entry) {
    if (entry.customer != Pseudonym() && predicate.holds(entry)) {
      add(found[unseal_customer(ring, entry.sealed_customer, entry.salt).value], entry);
    }
    return true;
  }));
  AffectedSet affected;
  affected.customers.reserve(found.size());
  for (auto& [number, one] : found) {
    one.row.number = CustomerNumber(number);
    one.row.sessions = static_cast<std::uint32_t>(one.sessions.size());
    affected.fields += static_cast<std::uint64_t>((one.row.clear | one.row.masked).size());
    affected.customers.push_back(one.row);
  }
  return affected;
}

}  // namespace bulkhead
