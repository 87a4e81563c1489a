// How a keeper's folder is made and opened: origin, keys, vault, ledger. It must never make
// anything over what is there. Owned by keeper; used by main before the first frame.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "keeper/range_store.h"
#include "ledger/durable_file.h"
#include "ledger/ledger.h"
#include "vault/key_ring.h"
#include "vault/vault.h"
#include "vault/vault_reader.h"

namespace bulkhead {

// Demo and drill directories are stamped so in their origin, which every checkpoint carries: they
// can never become production ones.
inline constexpr std::string_view kDemoOriginHead = "demo.invalid/";
inline constexpr std::string_view kDrillOriginHead = "demo.invalid/drill-";

struct KeeperFolder {
  std::string origin;
  std::unique_ptr<KeyRing> ring;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<PosixDisk> disk;
  std::unique_ptr<Ledger> ledger;
  std::optional<RangeStore> breached_passwords;

  bool demo() const { return origin.starts_with(kDemoOriginHead); }
  bool drill() const { return origin.starts_with(kDrillOriginHead); }
};

// Makes keys, vault, ledger and the first policy entry in the existing, empty `data`. kConflict
// when something is there. In a production folder the first administrator is made too, and the
// answer is what to show once.
struct FirstAdmin {
  std::string name, password, otpauth;
};
Result<std::optional<FirstAdmin>> make_keeper_folder(const std::filesystem::path& data,
                                                     const SecretBytes& root,
                                                     const std::string& origin);

// Where else the last checkpoint stands, and whether a start may do without (ledger.h).
struct Anchor {
  std::string second_place;  // empty: nowhere
  bool unanchored = false;
  std::string replica;             // folder that the ledger is copied to; empty: nowhere
  std::uint64_t ledger_space = 0;  // drills only: its folder may hold so many bytes
  bool holds_space = true;         // keeps a reserve on its disk
};

inline constexpr std::uint64_t kOriginBytesMax = 128;
// There while an adoption is under way (adopt.h); nothing else opens the folder then.
inline constexpr const char* kAdoptionFile = "adoption";

// There after a restore, until the ledger says so (restore.h).
inline constexpr const char* kRestoreFile = "restored";

// What a ledger of that origin holds back on its disk: small where nobody is real.
SpaceLimits space_limits(std::string_view origin);

// Of a folder whose origin is not written yet. What Ledger::open answers.
Result<std::unique_ptr<Ledger>> open_ledger(const std::filesystem::path& data,
                                            const std::string& origin, const KeyRing& ring,
                                            Disk& disk, const Anchor& anchor);

// kNotFound: not initialised; kCrypto: the root key does not fit; what vault and ledger answer.
Result<KeeperFolder> open_keeper_folder(const std::filesystem::path& data, const SecretBytes& root,
                                        const Anchor& anchor = {});

}  // namespace bulkhead
