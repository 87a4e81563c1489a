#include "keeper/restore.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "base/clock.h"
#include "base/log.h"
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
constexpr auto kCopyTree = fs::copy_options::recursive | fs::copy_options::skip_symlinks;
constexpr std::size_t kCheckpointBytesMax = 64u << 10;
constexpr std::size_t kRestoreNoteBytesMax = 64;
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
    if (name != "lock") fs::copy(at->path(), to / name, kCopyTree, error);
    if (error) break;
  }
  if (error) return fail(ErrorCode::kIo, "the ledger cannot be copied");
  return disk.sync_all(to.string());
}

struct FoldedLedger {
  State state;
  std::map<std::uint32_t, std::uint32_t> secrets;  // versions of them when the backup was made
  bool rekeyed_since = false;
};

Status fold_into(State& state, const Ledger& ledger, const KeyRing& ring,
                 const std::function<void(LeafIndex, const Entry&)>& before_entry) {
  Status applied;
  TRY_STATUS(ledger.read({}, ledger.size(), [&](LeafIndex index, const Entry& entry) {
    before_entry(index, entry);
    applied = state.apply(entry, unseal_customer(ring, entry.sealed_customer, entry.salt));
    return applied.has_value();
  }));
  return applied;
}

std::map<std::uint32_t, std::uint32_t> secrets_in(const State& state) {
  std::map<std::uint32_t, std::uint32_t> secrets;
  for (const auto& [number, principal] : state.principals())
    secrets[number] = principal.facts.secrets;
  return secrets;
}

Result<FoldedLedger> fold_all(const Ledger& ledger, const KeyRing& ring, const BackupHouse& house) {
  if (ledger.size().value < house.entries || ledger.checkpoint_size().value < house.checkpoint_size)
    return fail(ErrorCode::kConflict, "the ledger is older than the backup");
  if (TRY(ledger.root_at({house.checkpoint_size})) != house.root)
    return fail(ErrorCode::kConflict, "the backup is of another ledger");
  FoldedLedger folded;
  TRY_STATUS(fold_into(folded.state, ledger, ring, [&](LeafIndex index, const Entry& entry) {
    if (index.value == house.entries) folded.secrets = secrets_in(folded.state);
    if (entry.kind != EntryKind::kKey || index.value < house.entries) return;
    const auto detail = wire::decode<KeyDetail>(entry.detail);
    folded.rekeyed_since = folded.rekeyed_since || (detail && detail->step == KeyStep::kEnded &&
                                                    detail->change == KeyChange::kRekey);
  }));
  if (ledger.size().value == house.entries) folded.secrets = secrets_in(folded.state);
  return folded;
}

// A key that somebody kept beyond its time must not bring back what it was destroyed for.
Status check_age(const State& state, std::uint32_t backup_key) {
  const auto& keys = state.keys().backup_keys;
  const auto at = keys.find(backup_key);
  if (at == keys.end() || state.last_keeper_ms() >= at->second + kBackupKeyLifeMs)
    return fail(ErrorCode::kConflict, "the backup is too old: its key is over after 28 days");
  return {};
}

bool is_gone(const State& state, CustomerNumber customer) {
  const auto* const erasure = state.erasure(customer);
  return erasure != nullptr && erasure->step == ErasureStep::kCarriedOut;
}

// Secrets that nobody knows, under the name that an older row tells, for whoever's are younger than
// the backup. So nobody can sign in with what was replaced since.
Result<std::vector<RowWrite>> missing_secrets(const FoldedLedger& folded, VaultReader& reader) {
  std::vector<RowWrite> rows;
  constexpr auto kKind = static_cast<std::uint8_t>(RowKind::kPrincipal);
  for (const auto& [number, principal] : folded.state.principals()) {
    const auto version = principal.facts.secrets;
    const auto then = folded.secrets.find(number);
    const bool known_then = then != folded.secrets.end();
    if (known_then && then->second == version && reader.row(kKind, row_id(number, version)))
      continue;
    PrincipalSecrets secrets;
    secrets.number = number;
    secrets.version = version;
    secrets.name.value = "restored-" + std::to_string(number);
    const auto row =
        known_then ? reader.row(kKind, row_id(number, then->second)) : std::unexpected(Error{});
    const auto older = row ? wire::decode<PrincipalSecrets>(row->bytes) : std::unexpected(Error{});
    if (older) secrets.name = older->name;
    const auto password = random_secret(32);
    secrets.credentials = TRY(make_credentials(password, version));
    random_bytes(secrets.secret);
    rows.push_back(row_of(secrets));
  }
  return rows;
}

Result<std::vector<RowWrite>> missing_teams(const State& state, VaultReader& reader) {
  std::vector<RowWrite> rows;
  constexpr auto kKind = static_cast<std::uint8_t>(RowKind::kTeam);
  for (std::uint32_t team = 1; team < state.next_name(NameKind::kTeam); ++team) {
    if (reader.row(kKind, team)) continue;
    NameRow row{{"restored-team-" + std::to_string(team)}, {}};
    random_bytes(row.salt);
    rows.push_back({kKind, team, 0, wire::encode(row), false});
  }
  return rows;
}

Status write_all_rows(Vault& vault, std::span<const RowWrite> rows) {
  while (!rows.empty()) {
    const auto some = rows.first(std::min(rows.size(), kRowBatchMax));
    TRY_STATUS(vault.write_rows(some, vault.applied_index()));
    rows = rows.subspan(some.size());
  }
  return {};
}

// Whom nobody erased, imported after the backup.
std::uint64_t customers_missing(const State& state, CustomerNumber last) {
  const auto erased = std::ranges::count_if(state.erasures(), [&](const auto& one) {
    return one.first > last.value && one.second.step == ErasureStep::kCarriedOut;
  });
  const std::uint64_t imported = state.imported_after(last);
  return imported - std::min(imported, static_cast<std::uint64_t>(erased));
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

std::uint64_t canaries_missing(const State& state, CustomerNumber last) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      state.canaries().all(), [&](const auto& one) { return one.first > last.value; }));
}

// What the ledger is to be told of it.
struct RestoreNote {
  std::uint64_t entries = 0;        // of it when the backup was made
  std::uint32_t last_customer = 0;  // in the backup
  WIRE_MEMBERS(entries, last_customer)
};

Result<VaultRestore::Counts> fill_vault(const RestorePlan& plan, const KeyRing& ring,
                                        OpenedBackup& backup, const FoldedLedger& folded,
                                        const Ledger& ledger) {
  const auto vault =
      TRY(VaultRestore::begin(plan.data, ring, *backup.ring, [&](CustomerNumber customer) {
        return is_gone(folded.state, customer);
      }));
  std::optional part = backup.first;
  for (; part; part = TRY(backup.reader.next())) TRY_STATUS(vault->take(*part));
  return vault->finish(folded.state.last_customer(), ledger.size().value);
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
  TRY_STATUS(check_age(state, backup.reader.key_number()));

  // Everything is wrapped by new keys, so that no key file of the backup comes back.
  const auto ring =
      TRY(KeyRing::create_after(plan.data / "keys", root, *backup.ring, state.keys().epoch));
  done.vault = TRY(fill_vault(plan, *ring, backup, folded, *ledger));
  {
    const auto vault = TRY(Vault::open(plan.data, *ring));
    const auto reader = TRY(VaultReader::open(plan.data, *ring));
    done.contacts_lost = lost_contact_changes(state, *ring, *reader).size();
    const auto secrets = TRY(missing_secrets(folded, *reader));
    TRY_STATUS(write_all_rows(*vault, secrets));
    done.principals_missing = static_cast<std::uint32_t>(secrets.size());
    const auto teams = TRY(missing_teams(state, *reader));
    TRY_STATUS(write_all_rows(*vault, teams));
    done.teams_missing = static_cast<std::uint32_t>(teams.size());
  }
  done.backup_entries = backup.house.entries;
  done.entries = ledger->size().value;
  done.rekeyed_since = folded.rekeyed_since;
  done.customers_missing = customers_missing(state, done.vault.last_customer);
  done.canaries_missing = canaries_missing(state, done.vault.last_customer);
  TRY_STATUS(ledger->close());
  const RestoreNote note{backup.house.entries, done.vault.last_customer.value};
  TRY_STATUS(disk.write_durably((plan.data / kRestoreFile).string(), wire::encode(note)));
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

Status end_restore(const fs::path& data, const KeyRing& ring, Vault& vault, Ledger& ledger,
                   Disk& disk) {
  const auto path = (data / kRestoreFile).string();
  const auto bytes = disk.read(path, kRestoreNoteBytesMax);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) return {};
  if (!bytes) return std::unexpected(bytes.error());
  const auto note = TRY(wire::decode<RestoreNote>(*bytes));
  State state;
  TRY_STATUS(fold_into(state, ledger, ring, [](LeafIndex, const Entry&) {}));
  const auto reader = TRY(VaultReader::open(data, ring));
  auto entries = lost_contact_changes(state, ring, *reader);
  const KeyDetail restored{
      .step = KeyStep::kRestored, .entries = note.entries, .last_customer = note.last_customer};
  entries.insert(entries.begin(),
                 entry_of_restore(state, ring, EntryKind::kKey, wire::encode(restored)));
  TRY_STATUS(append_all(ledger, entries));
  TRY_STATUS(vault.write_rows({}, ledger.size().value));
  log_warning("restored from a backup of {} entries; {} changes of contact made after it are lost",
              note.entries, entries.size() - 1);
  return disk.remove(path);
}

}  // namespace bulkhead
