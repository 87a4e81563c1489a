#include "keeper/keeper_setup.h"

#include "base/clock.h"
#include "crypto/encoding.h"
#include "crypto/random.h"
#include "keeper/credentials.h"
#include "keeper/details.h"
#include "keeper/directory.h"
#include "keeper/policy.h"
#include "keeper/restore.h"
#include "ledger/quota_disk.h"

namespace bulkhead {
namespace {

constexpr const char* kFirstAdminName = "admin";

constexpr SpaceLimits kSpace{.reserve_bytes = 64u << 20, .low_bytes = 32u << 20};
constexpr SpaceLimits kDrillSpace{.reserve_bytes = 1u << 20, .low_bytes = 512u << 10};

Entry first_entry(EntryKind kind, std::uint64_t now_ms, Bytes detail) {
  Entry entry;
  entry.kind = kind;
  entry.wall_ms = entry.keeper_ms = now_ms;
  entry.policy = PolicyNumber(1);
  entry.face = Face::kKeeper;
  entry.detail = std::move(detail);
  random_bytes(entry.salt);
  return entry;
}

// The first administrator, whose sign-in is shown once.
Result<FirstAdmin> make_admin(Vault& vault, std::vector<Entry>& entries, std::uint64_t now_ms) {
  std::array<std::uint8_t, 15> bytes{};
  random_bytes(bytes);
  FirstAdmin admin{kFirstAdminName, to_base32(bytes), {}};
  PrincipalSecrets secrets;
  secrets.number = secrets.version = 1;
  secrets.name.value = admin.name;
  secrets.credentials = TRY(make_credentials(SecretBytes(view_of(admin.password)), 1));
  admin.otpauth = totp_uri(secrets.credentials.totp_secret, "Bulkhead", admin.name);
  const auto row = row_of(secrets);
  TRY_STATUS(vault.write_rows({&row, 1}, 0));
  PrincipalDetail detail;
  detail.number = detail.secrets = 1;
  detail.role = Role::kAdmin;
  entries.push_back(first_entry(EntryKind::kStaff, now_ms, wire::encode(detail)));
  return admin;
}

}  // namespace

SpaceLimits space_limits(std::string_view origin) {
  return origin.starts_with(kDrillOriginHead) ? kDrillSpace : kSpace;
}

Result<std::unique_ptr<Ledger>> open_ledger(const std::filesystem::path& data,
                                            const std::string& origin, const KeyRing& ring,
                                            Disk& disk, const Anchor& anchor) {
  LedgerOptions options{.directory = (data / "ledger").string(),
                        .origin = origin,
                        .key = ring.ledger_signing_key(),
                        .disk = &disk,
                        .second_place = anchor.second_place,
                        .unanchored = anchor.unanchored,
                        .checkpoint_delay_ms = 500,
                        .space = anchor.holds_space ? space_limits(origin) : SpaceLimits{},
                        .on_broken = {}};
  return Ledger::open(std::move(options));
}

Result<std::optional<FirstAdmin>> make_keeper_folder(const std::filesystem::path& data,
                                                     const SecretBytes& root,
                                                     const std::string& origin) {
  PosixDisk disk;
  if (disk.read((data / "origin").string(), kOriginBytesMax)) {
    return fail(ErrorCode::kConflict, "this folder is initialised already");
  }
  TRY_STATUS(disk.make_directories((data / "keys").string()));
  const auto ring = TRY(KeyRing::create(data / "keys", root));
  const auto vault = TRY(Vault::create(data, *ring));
  const auto ledger = TRY(open_ledger(data, origin, *ring, disk, {}));

  const auto now_ms = SystemClock().wall_ms();
  std::vector<Entry> entries;
  const auto policy = wire::encode(default_policy());
  entries.push_back(first_entry(EntryKind::kPolicy, now_ms,
                                wire::encode(PolicyDetail{{std::string(text_of(policy))}})));
  std::optional<FirstAdmin> admin;
  if (!origin.starts_with(kDemoOriginHead)) admin = TRY(make_admin(*vault, entries, now_ms));
  TRY(ledger->append(entries));
  TRY_STATUS(ledger->close());
  // Last, so that an interrupted start can be told from a finished one.
  TRY_STATUS(disk.write_durably((data / "origin").string(), view_of(origin)));
  return admin;
}

Result<KeeperFolder> open_keeper_folder(const std::filesystem::path& data, const SecretBytes& root,
                                        const Anchor& anchor) {
  KeeperFolder folder;
  folder.disk = std::make_unique<PosixDisk>();
  if (anchor.ledger_space > 0) {
    folder.disk = std::make_unique<QuotaDisk>((data / "ledger").string(), anchor.ledger_space);
  }
  const auto origin = folder.disk->read((data / "origin").string(), kOriginBytesMax);
  if (!origin)
    return fail(ErrorCode::kNotFound, "this folder is not initialised: run `bulkhead init` first");
  folder.origin = text_of(*origin);
  if (std::error_code error; std::filesystem::exists(data / kAdoptionFile, error)) {
    return fail(ErrorCode::kConflict,
                "an adoption of the ledger was interrupted: run `bulkhead ledger adopt` again");
  }
  folder.ring = TRY(KeyRing::open(data / "keys", root));
  folder.ledger = TRY(open_ledger(data, folder.origin, *folder.ring, *folder.disk, anchor));
  folder.vault = TRY(Vault::open(data, *folder.ring));
  TRY_STATUS(end_restore(data, *folder.ring, *folder.vault, *folder.ledger, *folder.disk));
  auto store = RangeStore::open(data / "passwords");
  if (store) folder.breached_passwords.emplace(std::move(*store));
  return folder;
}

}  // namespace bulkhead
