#include "keeper/restore.h"

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "crypto/random.h"
#include "keeper/backup_work.h"
#include "keeper/directory.h"
#include "keeper/keeper.h"
#include "keeper/keeper_setup.h"
#include "keeper/state.h"
#include "store/durable_file.h"
#include "vault/references.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kBackupFormat = 1;
constexpr std::size_t kBackupKeyBytesMax = 256;
constexpr std::size_t kCheckpointBytesMax = 64u << 10;
constexpr char kNoBackup[] = "the backup does not follow its format";

// What stands before the vault's parts, and the first of those.
struct OpenedBackup {
  BackupReader reader;
  BackupHouse house;
  std::unique_ptr<KeyRing> ring;
  BackupReader::Part first{};
};

Result<KeyFile> key_file_in(ByteView part) {
  const std::size_t name = part.empty() ? SIZE_MAX : part[0];
  if (part.size() < 2 || name > part.size() - 1) return fail(ErrorCode::kMalformed, kNoBackup);
  return KeyFile{std::string(text_of(part.subspan(1, name))),
                 Bytes(part.begin() + 1 + static_cast<std::ptrdiff_t>(name), part.end())};
}

Result<OpenedBackup> open_backup(const RestorePlan& plan, const SecretBytes& root) {
  auto reader = TRY(BackupReader::open(plan.backup));
  const auto file = read_small_file(plan.backup_key, kBackupKeyBytesMax);
  if (!file)
    return fail(ErrorCode::kNotFound,
                "the key of this backup is not there: it is destroyed after 28 days");
  reader.set_key(TRY(KeyRing::open_backup_key(*file, reader.key_number(), root)));
  auto part = TRY(reader.next());
  if (!part || part->part != BackupPart::kHouse) return fail(ErrorCode::kMalformed, kNoBackup);
  auto house = TRY(wire::decode<BackupHouse>(part->bytes));
  if (house.format != kBackupFormat)
    return fail(ErrorCode::kConflict, "the backup is of another format");
  std::vector<KeyFile> files;
  for (part = TRY(reader.next()); part && part->part == BackupPart::kKeyFile;
       part = TRY(reader.next()))
    files.push_back(TRY(key_file_in(part->bytes)));
  if (!part) return fail(ErrorCode::kMalformed, kNoBackup);
  auto ring = TRY(KeyRing::open_files(files, root));
  return OpenedBackup{std::move(reader), std::move(house), std::move(ring), *part};
}

// Held while the old ledger is copied. A replica has no lock.
Result<std::unique_ptr<DirectoryLock>> lock_old_ledger(const fs::path& ledger, Disk& disk) {
  std::error_code error;
  if (!fs::exists(ledger / "checkpoint", error))
    return fail(ErrorCode::kNotFound, "there is no ledger in that folder");
  if (!fs::exists(ledger / "lock", error)) return nullptr;
  return disk.lock((ledger / "lock").string());
}

Status copy_ledger(const fs::path& from, const fs::path& to, Disk& disk) {
  const auto held = TRY(lock_old_ledger(from, disk));
  std::error_code error;
  fs::create_directory(to, error);
  for (auto at = fs::directory_iterator(from, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const auto name = at->path().filename();
    if (name != "lock") fs::copy(at->path(), to / name, fs::copy_options::recursive, error);
    if (error) break;
  }
  if (error) return fail(ErrorCode::kIo, "the ledger cannot be copied");
  return disk.sync_all(to.string());
}

struct FoldedLedger {
  State state;
  bool rekeyed_since = false;
};

Result<FoldedLedger> fold_all(const Ledger& ledger, const KeyRing& ring, const BackupHouse& house) {
  if (ledger.size().value < house.entries || ledger.checkpoint_size().value < house.checkpoint_size)
    return fail(ErrorCode::kConflict, "the ledger is older than the backup");
  if (TRY(ledger.root_at({house.checkpoint_size})) != house.root)
    return fail(ErrorCode::kConflict, "the backup is of another ledger");
  FoldedLedger folded;
  Status applied;
  const auto on_entry = [&](LeafIndex index, const Entry& entry) {
    applied = folded.state.apply(entry, unseal_customer(ring, entry.sealed_customer, entry.salt));
    if (entry.kind == EntryKind::kKey && index.value >= house.entries) {
      const auto detail = wire::decode<KeyDetail>(entry.detail);
      folded.rekeyed_since = folded.rekeyed_since || (detail && detail->step == KeyStep::kEnded &&
                                                      detail->change == KeyChange::kRekey);
    }
    return applied.has_value();
  };
  TRY_STATUS(ledger.read({}, ledger.size(), on_entry));
  TRY_STATUS(applied);
  return folded;
}

bool is_gone(const State& state, CustomerNumber customer) {
  const auto* const erasure = state.erasure(customer);
  return erasure != nullptr && erasure->step == ErasureStep::kCarriedOut;
}

// Secrets that nobody knows, under the name that an older row tells, for whoever's are younger than
// the backup. So nobody can sign in with what was replaced since.
Result<std::vector<RowWrite>> missing_secrets(const State& state, VaultReader& reader) {
  std::vector<RowWrite> rows;
  constexpr auto kKind = static_cast<std::uint8_t>(RowKind::kPrincipal);
  for (const auto& [number, principal] : state.principals()) {
    const auto version = principal.facts.secrets;
    if (reader.row(kKind, row_id(number, version))) continue;
    PrincipalSecrets secrets;
    secrets.number = number;
    secrets.version = version;
    secrets.name.value = "restored-" + std::to_string(number);
    for (auto older = version; --older > 0;) {
      const auto row = reader.row(kKind, row_id(number, older));
      const auto known =
          row ? wire::decode<PrincipalSecrets>(row->bytes) : std::unexpected(row.error());
      if (!known) continue;
      secrets.name = known->name;
      break;
    }
    const auto password = random_secret(32);
    secrets.credentials = TRY(make_credentials(password, version));
    random_bytes(secrets.secret);
    rows.push_back(row_of(secrets));
    if (rows.size() == kRowBatchMax) break;
  }
  return rows;
}

std::uint64_t known_customers(const State& state) {
  std::uint64_t known = state.customers();
  for (const auto& [number, one] : state.erasures())
    known -= one.step == ErasureStep::kCarriedOut ? 1 : 0;
  return known;
}

Entry entry_of_restore(const State& state, const KeyRing& ring, EntryKind kind, Bytes detail,
                       CustomerNumber customer = CustomerNumber()) {
  Entry entry;
  entry.kind = kind;
  entry.wall_ms = SystemClock().wall_ms();
  entry.keeper_ms = state.last_keeper_ms();
  entry.policy = state.policy_number();
  entry.face = Face::kKeeper;
  entry.detail = std::move(detail);
  random_bytes(entry.salt);
  entry.sealed_customer = seal_customer(ring, customer, entry.salt);
  return entry;
}

// Changes of contact that are not in the backup: the ledger must know that their values are gone,
// or it would call the vault rolled back. A customer who is not there at all has version 0.
std::vector<Entry> lost_contact_changes(const State& state, const KeyRing& ring,
                                        VaultReader& reader) {
  std::vector<Entry> entries;
  for (const auto& [number, one] : state.contact_writes().all()) {
    const CustomerNumber customer(number);
    if (is_gone(state, customer)) continue;
    const auto person = reader.person(customer);
    const auto version = person ? reader.compartment_version(*person, Compartment::kContact)
                                : std::unexpected(person.error());
    if (version.value_or(0) >= one.stands) continue;
    const WriteDetail detail{WriteStep::kEnded, static_cast<std::uint8_t>(Compartment::kContact),
                             one.begun, version.value_or(0), 0};
    entries.push_back(
        entry_of_restore(state, ring, EntryKind::kWrite, wire::encode(detail), customer));
    if (person) entries.back().customer = person->pseudonym(year_of(entries.back().wall_ms));
  }
  return entries;
}

Status append_all(Ledger& ledger, std::span<const Entry> entries) {
  while (!entries.empty()) {
    const auto some = entries.first(std::min<std::size_t>(entries.size(), kAppendEntriesMax / 4));
    TRY(ledger.append(some));
    entries = entries.subspan(some.size());
  }
  return {};
}

// The ledger's own name, which an adoption may have changed since the backup.
Result<std::string> origin_of(const fs::path& ledger, Disk& disk) {
  const auto checkpoint = TRY(disk.read((ledger / "checkpoint").string(), kCheckpointBytesMax));
  const auto text = text_of(checkpoint);
  return std::string(text.substr(0, text.find('\n')));
}

Result<Restored> restore_into(const RestorePlan& plan, const SecretBytes& root) {
  auto backup = TRY(open_backup(plan, root));
  PosixDisk disk;
  TRY_STATUS(disk.make_directories((plan.data / "keys").string()));
  TRY_STATUS(copy_ledger(plan.ledger, plan.data / "ledger", disk));
  Restored done;
  done.origin = TRY(origin_of(plan.data / "ledger", disk));
  const auto ledger = TRY(open_ledger(plan.data, done.origin, *backup.ring, disk, {}));
  const auto folded = TRY(fold_all(*ledger, *backup.ring, backup.house));
  const auto& state = folded.state;

  // Everything is wrapped by new keys, so that no key file of the backup comes back.
  const auto ring =
      TRY(KeyRing::create_after(plan.data / "keys", root, *backup.ring, state.keys().epoch));
  {
    const auto vault =
        TRY(VaultRestore::begin(plan.data, *ring, *backup.ring,
                                [&](CustomerNumber customer) { return is_gone(state, customer); }));
    std::optional part = backup.first;
    for (; part; part = TRY(backup.reader.next())) TRY_STATUS(vault->take(*part));
    done.vault = TRY(vault->finish(state.last_customer(), 0));
  }
  {
    const auto vault = TRY(Vault::open(plan.data, *ring));
    const auto reader = TRY(VaultReader::open(plan.data, *ring));
    const KeyDetail restored{.step = KeyStep::kRestored, .entries = backup.house.entries};
    const auto first = entry_of_restore(state, *ring, EntryKind::kKey, wire::encode(restored));
    TRY(ledger->append({&first, 1}));
    const auto lost = lost_contact_changes(state, *ring, *reader);
    TRY_STATUS(append_all(*ledger, lost));
    done.contacts_lost = lost.size();
    const auto rows = TRY(missing_secrets(state, *reader));
    TRY_STATUS(vault->write_rows(rows, ledger->size().value));
    done.principals_missing = static_cast<std::uint32_t>(rows.size());
  }
  done.backup_entries = backup.house.entries;
  done.entries = ledger->size().value;
  done.rekeyed_since = folded.rekeyed_since;
  const auto known = known_customers(state);
  done.customers_missing = known > done.vault.customers ? known - done.vault.customers : 0;
  TRY_STATUS(ledger->close());
  // Last, so that an interrupted restore can be told from a finished one.
  TRY_STATUS(disk.write_durably((plan.data / "origin").string(), view_of(done.origin)));
  return done;
}

}  // namespace

Result<Restored> restore_keeper_folder(const RestorePlan& plan, const SecretBytes& root) {
  std::error_code error;
  if (fs::exists(plan.data, error) && !fs::is_empty(plan.data, error))
    return fail(ErrorCode::kConflict,
                "a house is restored into a new folder, and this one is not empty");
  auto restored = restore_into(plan, root);
  if (restored) return restored;
  // Nothing of it was anybody's yet, and it would stand in the way of the next try.
  for (const auto& one : fs::directory_iterator(plan.data, error)) fs::remove_all(one, error);
  return restored;
}

}  // namespace bulkhead
