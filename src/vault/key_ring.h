// The keeper's long-lived keys: one key-encryption key per compartment, one for person keys, and
// the keeper's own. They must never leave this process but wrapped by the root key, and live in one
// locked allocation. Owned by vault.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/catalogue.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "crypto/aead.h"
#include "crypto/locked.h"
#include "crypto/sign.h"
#include "vault/stack_key.h"

namespace bulkhead {

// The first six are the compartments in their order. Numbers are for ever: they stand in key files.
enum class RingKey : std::uint8_t {
  kIdentity,
  kContact,
  kTravel,
  kLoyalty,
  kCommunications,
  kPayment,
  kPerson,         // wraps each customer's person key, from which pseudonyms come
  kIndex,          // blind index
  kReference,      // customer references
  kMask,           // sealed_customer of ledger entries
  kLedgerSigning,  // seed of the checkpoint key
  kRows,           // the keeper's own rows
  kSnapshot,       // snapshots of the keeper's state
};
inline constexpr std::size_t kRingKeyCount = 13;
// The first seven wrap customers' keys. They have epochs, two at a time while customers' keys are
// being changed; the others stay as they were made.
inline constexpr std::size_t kWrappingKeyCount = 7;
constexpr RingKey ring_key_of(Compartment compartment) { return static_cast<RingKey>(compartment); }

// A key file as it stands in its folder, wrapped by the root key.
struct KeyFile {
  std::string name;
  Bytes bytes;
};

// Safe to use from every thread, but for begin_epoch and end_epoch: one thread at a time calls
// those.
class KeyRing {
 public:
  // Makes random keys of epoch 1 and writes them, wrapped by `root` (32 bytes), to files in the
  // existing `folder`, durably. kConflict when key files are there; kIo; what Locked::create
  // answers.
  static Result<std::unique_ptr<KeyRing>> create(const std::filesystem::path& folder,
                                                 const SecretBytes& root);
  // Also ends the destruction of keys that a crash interrupted. kCrypto when the root key does not
  // fit or a file was changed or swapped; kConflict for epochs that do not follow each other;
  // kNotFound for a missing one, but for kSnapshot's, which is made anew.
  static Result<std::unique_ptr<KeyRing>> open(const std::filesystem::path& folder,
                                               const SecretBytes& root);

  // The ring that these files make, without a folder of its own: nothing can be made or destroyed
  // in it. Of each key there is one file. kCrypto, kNotFound as above.
  static Result<std::unique_ptr<KeyRing>> open_files(std::span<const KeyFile> files,
                                                     const SecretBytes& root);
  // A ring in the existing, empty `folder` with the other's keys, but for wrapping keys, which are
  // new and of `epoch`.
  static Result<std::unique_ptr<KeyRing>> create_after(const std::filesystem::path& folder,
                                                       const SecretBytes& root,
                                                       const KeyRing& other, std::uint32_t epoch);
  // Its files, for a backup. kConflict while there are two epochs; kIo.
  Result<std::vector<KeyFile>> files() const;

  // Removes the compartment's key from memory: its fields can neither be opened nor sealed until
  // the next start.
  void lock(Compartment compartment);
  bool locked(Compartment compartment) const;

  // Calls `use(KeyView)`, which must answer a Result and keep nothing of the key; of a wrapping key
  // it is the newest epoch's. kRefused for a locked compartment. "Who sees raw keys" is one grep
  // for with_raw_key.
  template <class Use>
  auto with_raw_key(RingKey key, Use&& use) const -> decltype(use(std::declval<KeyView>())) {
    const std::shared_lock guard(mutex_);
    const auto index = static_cast<std::size_t>(key);
    if (keys_->present[index] == 0) return fail(ErrorCode::kRefused, kLocked);
    return std::forward<Use>(use)(KeyView(keys_->keys[index]));
  }
  // The same with `use(epoch, KeyView)`, since the newest epoch may change between two calls.
  template <class Use>
  auto with_raw_key_and_epoch(RingKey key, Use&& use) const
      -> decltype(use(std::uint32_t(), std::declval<KeyView>())) {
    const std::shared_lock guard(mutex_);
    const auto index = static_cast<std::size_t>(key);
    if (keys_->present[index] == 0) return fail(ErrorCode::kRefused, kLocked);
    return std::forward<Use>(use)(keys_->epochs[index], KeyView(keys_->keys[index]));
  }
  // The same for a wrapping key of one epoch. kCrypto when there is none of it.
  template <class Use>
  auto with_raw_key_of(RingKey key, std::uint32_t epoch, Use&& use) const
      -> decltype(use(std::declval<KeyView>())) {
    const std::shared_lock guard(mutex_);
    const auto index = static_cast<std::size_t>(key);
    if (keys_->present[index] == 0) return fail(ErrorCode::kRefused, kLocked);
    if (keys_->epochs[index] == epoch) return std::forward<Use>(use)(KeyView(keys_->keys[index]));
    if (epoch != 0 && index < kWrappingKeyCount && keys_->former_epochs[index] == epoch)
      return std::forward<Use>(use)(KeyView(keys_->former[index]));
    return fail(ErrorCode::kCrypto, "there is no key of this epoch");
  }

  // The newest epoch, and the oldest one that is still there.
  std::uint32_t epoch(RingKey key) const;
  std::uint32_t oldest_epoch(RingKey key) const;

  // Makes, durably, the keys of `epoch` that are not there yet; from then on they wrap, while those
  // of the epoch before still unwrap. kConflict when `epoch` is not the next one, or one before is
  // still there; kRefused while a compartment is locked; kIo: asking again goes on.
  Status begin_epoch(std::uint32_t epoch);
  // Destroys the wrapping keys before the newest epoch, durably. kIo: asking again goes on.
  Status end_former_epoch();

  SigningKey ledger_signing_key() const;

  // --- backup keys (backup_keys.cpp): each seals the backups of a week, and is destroyed later.
  // Makes one, durably, unless it is there. kIo.
  Status make_backup_key(std::uint32_t number) const;
  // kNotFound when it is destroyed; kCrypto.
  Result<StackKey> backup_key(std::uint32_t number) const;
  // Its file, wrapped by the root key, for somebody who keeps it elsewhere. kNotFound.
  Result<KeyFile> backup_key_file(std::uint32_t number) const;
  Status destroy_backup_key(std::uint32_t number) const;  // no error when it is not there
  // Destroys all whose number is not among `known`: whoever lost the entry of such a key would
  // never destroy it, and would take it for the next one. Answers how many there were. kIo.
  Result<std::size_t> destroy_other_backup_keys(const std::set<std::uint32_t>& known) const;
  // The key in such a file's bytes. kCrypto when it is none, another one or of another root key.
  static Result<StackKey> open_backup_key(ByteView file, std::uint32_t number,
                                          const SecretBytes& root);
  static std::string backup_key_name(std::uint32_t number);

 private:
  using KeyBytes = std::array<std::uint8_t, kKeyBytes>;
  struct Keys {
    KeyBytes root;
    std::array<KeyBytes, kRingKeyCount> keys;
    std::array<std::uint32_t, kRingKeyCount> epochs;
    std::array<std::uint8_t, kRingKeyCount> present;
    std::array<KeyBytes, kWrappingKeyCount> former;
    std::array<std::uint32_t, kWrappingKeyCount> former_epochs;  // 0: none
  };
  static constexpr char kLocked[] = "this compartment is locked";
  KeyRing(std::filesystem::path folder, Locked<Keys> keys)
      : folder_(std::move(folder)), keys_(std::move(keys)) {}
  static Result<std::unique_ptr<KeyRing>> empty(const std::filesystem::path& folder,
                                                const SecretBytes& root);
  Status make_key(std::size_t index, std::uint32_t epoch, KeyBytes& key) const;
  Status write_key(std::size_t index, std::uint32_t epoch, const KeyBytes& key) const;
  Status read_key(std::size_t index, std::uint32_t epoch, KeyBytes& key) const;
  Status unwrap_key(std::size_t index, std::uint32_t epoch, ByteView file, KeyBytes& key) const;
  Status read_epochs();

  std::filesystem::path folder_;
  mutable std::shared_mutex mutex_;
  Locked<Keys> keys_;
};

}  // namespace bulkhead
