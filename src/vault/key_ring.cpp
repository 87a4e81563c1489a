#include "vault/key_ring.h"

#include <string>
#include <string_view>

#include "base/check.h"
#include "crypto/random.h"
#include "crypto/secret_access.h"
#include "crypto/wipe.h"
#include "store/durable_file.h"

namespace bulkhead {
namespace {

constexpr std::array<std::string_view, kRingKeyCount> kFileNames{
    "identity", "contact",   "travel", "loyalty",        "communications", "payment", "person",
    "index",    "reference", "mask",   "ledger-signing", "rows",           "snapshot"};

// A key file: magic ‖ u8 key ‖ u32 epoch ‖ the key sealed under the root key, with everything
// before it bound.
constexpr std::string_view kMagic = "bulkhead key 1\n";
constexpr std::size_t kHeadBytes = kMagic.size() + 1 + 4;
constexpr std::size_t kFileBytes = kHeadBytes + kKeyBytes + kSealOverheadBytes;
constexpr std::uint32_t kFirstEpoch = 1;

std::filesystem::path file_of(const std::filesystem::path& folder, std::size_t index) {
  return folder / (std::string(kFileNames[index]) + ".key");
}

Bytes head_of(std::size_t index, std::uint32_t epoch) {
  Bytes head(kMagic.begin(), kMagic.end());
  head.push_back(static_cast<std::uint8_t>(index));
  head.resize(kHeadBytes);
  put_big_endian(epoch, head.data() + kHeadBytes - 4);
  return head;
}

Result<KeyView> root_view(const SecretBytes& root) {
  if (root.size() != kKeyBytes) return fail(ErrorCode::kCrypto, "a root key has 32 bytes");
  return KeyView(root.read(SecretAccessForCrypto::show()).first<kKeyBytes>());
}

// A random key of the first epoch into `key` and, wrapped, into a new file.
Status make_key(const std::filesystem::path& folder, KeyView root_key, std::size_t index,
                std::span<std::uint8_t, kKeyBytes> key) {
  random_bytes(key);
  auto file = head_of(index, kFirstEpoch);
  const auto sealed = seal_bytes(root_key, key, file);
  file.insert(file.end(), sealed.begin(), sealed.end());
  return write_new_file_durably(file_of(folder, index), file);
}

// Keys that came after the first folders were made. What they seal can be made again, so a missing
// one is made anew; any other would cost data, and is an error.
bool may_be_new(std::size_t index) { return index == static_cast<std::size_t>(RingKey::kSnapshot); }

}  // namespace

Result<std::unique_ptr<KeyRing>> KeyRing::create(const std::filesystem::path& folder,
                                                 const SecretBytes& root) {
  const auto root_key = TRY(root_view(root));
  auto keys = TRY(Locked<Keys>::create());
  for (std::size_t i = 0; i < kRingKeyCount; ++i) {
    TRY_STATUS(make_key(folder, root_key, i, keys->keys[i]));
    keys->epochs[i] = kFirstEpoch;
    keys->present[i] = 1;
  }
  return std::unique_ptr<KeyRing>(new KeyRing(std::move(keys)));
}

Result<std::unique_ptr<KeyRing>> KeyRing::open(const std::filesystem::path& folder,
                                               const SecretBytes& root) {
  const auto root_key = TRY(root_view(root));
  auto keys = TRY(Locked<Keys>::create());
  for (std::size_t i = 0; i < kRingKeyCount; ++i) {
    keys->epochs[i] = kFirstEpoch;
    keys->present[i] = 1;
    auto read = read_small_file(file_of(folder, i), kFileBytes);
    if (!read && read.error().code == ErrorCode::kNotFound && may_be_new(i)) {
      TRY_STATUS(make_key(folder, root_key, i, keys->keys[i]));
      continue;
    }
    const auto file = TRY(std::move(read));
    if (file.size() != kFileBytes)
      return fail(ErrorCode::kCrypto, "a key file has the wrong length");
    const auto epoch = get_big_endian<std::uint32_t>(file.data() + kHeadBytes - 4);
    const auto head = head_of(i, epoch);
    if (epoch == 0 || ByteView(file).first(kHeadBytes).size() != head.size() ||
        !std::equal(head.begin(), head.end(), file.begin())) {
      return fail(ErrorCode::kCrypto, "a key file is not what its name says");
    }
    if (!open_into(root_key, ByteView(file).subspan(kHeadBytes), head, keys->keys[i])) {
      return fail(ErrorCode::kCrypto, "the root key does not fit the key files");
    }
    keys->epochs[i] = epoch;
  }
  return std::unique_ptr<KeyRing>(new KeyRing(std::move(keys)));
}

void KeyRing::lock(Compartment compartment) {
  const std::unique_lock guard(mutex_);
  const auto index = static_cast<std::size_t>(compartment);
  keys_->present[index] = 0;
  wipe(keys_->keys[index]);
}

bool KeyRing::locked(Compartment compartment) const {
  const std::shared_lock guard(mutex_);
  return keys_->present[static_cast<std::size_t>(compartment)] == 0;
}

SigningKey KeyRing::ledger_signing_key() const {
  auto key = with_raw_key(RingKey::kLedgerSigning,
                          [](KeyView seed) { return SigningKey::from_seed(SecretBytes(seed)); });
  CHECK(key.has_value());  // 32 bytes, and only compartments can be locked
  return std::move(*key);
}

}  // namespace bulkhead
