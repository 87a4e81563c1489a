// The keeper's long-lived keys: one key-encryption key per compartment, one for person keys, and
// the keeper's own. They must never leave this process but wrapped by the root key, and live in one
// locked allocation. Owned by vault.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "base/catalogue.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "crypto/aead.h"
#include "crypto/locked.h"
#include "crypto/sign.h"

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
constexpr RingKey ring_key_of(Compartment compartment) { return static_cast<RingKey>(compartment); }

// Safe to use from every thread.
class KeyRing {
 public:
  // Makes random keys of epoch 1 and writes them, wrapped by `root` (32 bytes), to files in the
  // existing `folder`, durably. kConflict when key files are there; kIo; what Locked::create
  // answers.
  static Result<std::unique_ptr<KeyRing>> create(const std::filesystem::path& folder,
                                                 const SecretBytes& root);
  // kCrypto when the root key does not fit or a file was changed or swapped; kNotFound for a
  // missing one, but for kSnapshot's, which is made anew.
  static Result<std::unique_ptr<KeyRing>> open(const std::filesystem::path& folder,
                                               const SecretBytes& root);

  // Removes the compartment's key from memory: its fields can neither be opened nor sealed until
  // the next start.
  void lock(Compartment compartment);
  bool locked(Compartment compartment) const;

  // Calls `use(KeyView)`, which must answer a Result and keep nothing of the key. kRefused for a
  // locked compartment. "Who sees raw keys" is one grep for with_raw_key.
  template <class Use>
  auto with_raw_key(RingKey key, Use&& use) const -> decltype(use(std::declval<KeyView>())) {
    const std::shared_lock guard(mutex_);
    const auto index = static_cast<std::size_t>(key);
    if (keys_->present[index] == 0) return fail(ErrorCode::kRefused, "this compartment is locked");
    return std::forward<Use>(use)(KeyView(keys_->keys[index]));
  }
  std::uint32_t epoch(RingKey key) const { return keys_->epochs[static_cast<std::size_t>(key)]; }

  SigningKey ledger_signing_key() const;

 private:
  struct Keys {
    std::array<std::array<std::uint8_t, kKeyBytes>, kRingKeyCount> keys;
    std::array<std::uint32_t, kRingKeyCount> epochs;
    std::array<std::uint8_t, kRingKeyCount> present;
  };
  explicit KeyRing(Locked<Keys> keys) : keys_(std::move(keys)) {}

  mutable std::shared_mutex mutex_;
  Locked<Keys> keys_;
};

}  // namespace bulkhead
