#include "vault/key_ring.h"

#include <algorithm>
#include <charconv>
#include <optional>
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
constexpr std::string_view kKeyEnding = ".key";

// contact.key in its first epoch, contact-2.key in its second.
std::filesystem::path file_of(const std::filesystem::path& folder, std::size_t index,
                              std::uint32_t epoch) {
  std::string name(kFileNames[index]);
  if (epoch != kFirstEpoch) name += "-" + std::to_string(epoch);
  return folder / (name + std::string(kKeyEnding));
}

// The epoch that a file's name says, when it is one of this key.
std::optional<std::uint32_t> epoch_in(std::string_view name, std::size_t index) {
  if (!name.starts_with(kFileNames[index]) || !name.ends_with(kKeyEnding)) return std::nullopt;
  if (name.size() == kFileNames[index].size() + kKeyEnding.size()) return kFirstEpoch;
  name.remove_prefix(kFileNames[index].size());
  name.remove_suffix(kKeyEnding.size());
  std::uint32_t epoch = 0;
  const auto* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + 1, end, epoch);
  const bool whole = name.front() == '-' && read.ec == std::errc() && read.ptr == end;
  if (!whole || epoch <= kFirstEpoch || name.substr(1) != std::to_string(epoch))
    return std::nullopt;
  return epoch;
}

Bytes head_of(std::size_t index, std::uint32_t epoch) {
  Bytes head(kMagic.begin(), kMagic.end());
  head.push_back(static_cast<std::uint8_t>(index));
  head.resize(kHeadBytes);
  put_big_endian(epoch, head.data() + kHeadBytes - 4);
  return head;
}

// Keys that came after the first folders were made. What they seal can be made again, so a missing
// one is made anew; any other would cost data, and is an error.
bool may_be_new(std::size_t index) { return index == static_cast<std::size_t>(RingKey::kSnapshot); }

// What a crash left of files that were being destroyed. The names are made durable too: a process
// that was killed may have left some that are not yet, and they shall wrap from now on.
Status tidy(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> doomed;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    const auto name = file.path().string();
    if (name.ends_with(kDoomedEnding))
      doomed.emplace_back(name.substr(0, name.size() - kDoomedEnding.size()));
  }
  if (error) return fail(ErrorCode::kNotFound, "there is no folder of keys");
  for (const auto& path : doomed) TRY_STATUS(destroy_file_durably(path));
  return sync_folder(folder);
}

}  // namespace

Result<std::unique_ptr<KeyRing>> KeyRing::empty(const std::filesystem::path& folder,
                                                const SecretBytes& root) {
  if (root.size() != kKeyBytes) return fail(ErrorCode::kCrypto, "a root key has 32 bytes");
  auto keys = TRY(Locked<Keys>::create());
  std::ranges::copy(root.read(SecretAccessForCrypto::show()), keys->root.begin());
  keys->present.fill(1);
  return std::unique_ptr<KeyRing>(new KeyRing(folder, std::move(keys)));
}

// A random key into `key` and, wrapped, into a new file.
Status KeyRing::make_key(std::size_t index, std::uint32_t epoch, KeyBytes& key) const {
  random_bytes(key);
  return write_key(index, epoch, key);
}

Status KeyRing::write_key(std::size_t index, std::uint32_t epoch, const KeyBytes& key) const {
  auto file = head_of(index, epoch);
  const auto sealed = seal_bytes(keys_->root, key, file);
  file.insert(file.end(), sealed.begin(), sealed.end());
  return write_new_file_durably(file_of(folder_, index, epoch), file);
}

Status KeyRing::read_key(std::size_t index, std::uint32_t epoch, KeyBytes& key) const {
  return unwrap_key(index, epoch, TRY(read_small_file(file_of(folder_, index, epoch), kFileBytes)),
                    key);
}

Status KeyRing::unwrap_key(std::size_t index, std::uint32_t epoch, ByteView file,
                           KeyBytes& key) const {
  if (file.size() != kFileBytes) return fail(ErrorCode::kCrypto, "a key file has the wrong length");
  const auto head = head_of(index, epoch);
  if (!std::equal(head.begin(), head.end(), file.begin()))
    return fail(ErrorCode::kCrypto, "a key file is not what its name says");
  if (!open_into(keys_->root, file.subspan(kHeadBytes), head, key))
    return fail(ErrorCode::kCrypto, "the root key does not fit the key files");
  return {};
}

Result<std::unique_ptr<KeyRing>> KeyRing::create(const std::filesystem::path& folder,
                                                 const SecretBytes& root) {
  auto ring = TRY(empty(folder, root));
  for (std::size_t i = 0; i < kRingKeyCount; ++i) {
    TRY_STATUS(ring->make_key(i, kFirstEpoch, ring->keys_->keys[i]));
    ring->keys_->epochs[i] = kFirstEpoch;
  }
  return ring;
}

Result<std::unique_ptr<KeyRing>> KeyRing::open(const std::filesystem::path& folder,
                                               const SecretBytes& root) {
  auto ring = TRY(empty(folder, root));
  TRY_STATUS(tidy(folder));
  TRY_STATUS(ring->read_epochs());
  for (auto i = kWrappingKeyCount; i < kRingKeyCount; ++i) {
    auto& key = ring->keys_->keys[i];
    ring->keys_->epochs[i] = kFirstEpoch;
    auto read = ring->read_key(i, kFirstEpoch, key);
    if (!read && read.error().code == ErrorCode::kNotFound && may_be_new(i))
      read = ring->make_key(i, kFirstEpoch, key);
    TRY_STATUS(read);
  }
  return ring;
}

// One or two epochs of each wrapping key.
Status KeyRing::read_epochs() {
  std::array<std::vector<std::uint32_t>, kWrappingKeyCount> found;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder_, error)) {
    for (std::size_t i = 0; i < kWrappingKeyCount; ++i) {
      if (const auto epoch = epoch_in(file.path().filename().string(), i))
        found[i].push_back(*epoch);
    }
  }
  if (error) return fail(ErrorCode::kIo, "the folder of keys cannot be read");
  for (std::size_t i = 0; i < kWrappingKeyCount; ++i) {
    auto& epochs = found[i];
    std::ranges::sort(epochs);
    if (epochs.empty()) return fail(ErrorCode::kNotFound, "a key file is missing");
    if (epochs.size() > 2 || epochs.back() - epochs.front() != epochs.size() - 1)
      return fail(ErrorCode::kConflict, "the epochs of a key do not follow each other");
    keys_->epochs[i] = epochs.back();
    TRY_STATUS(read_key(i, epochs.back(), keys_->keys[i]));
    if (epochs.size() == 1) continue;
    keys_->former_epochs[i] = epochs.front();
    TRY_STATUS(read_key(i, epochs.front(), keys_->former[i]));
  }
  return {};
}

Result<std::unique_ptr<KeyRing>> KeyRing::open_files(std::span<const KeyFile> files,
                                                     const SecretBytes& root) {
  auto ring = TRY(empty({}, root));
  for (std::size_t i = 0; i < kRingKeyCount; ++i) {
    const auto file = std::ranges::find_if(
        files, [i](const KeyFile& one) { return epoch_in(one.name, i).has_value(); });
    if (file == files.end()) return fail(ErrorCode::kNotFound, "a key file is missing");
    ring->keys_->epochs[i] = *epoch_in(file->name, i);
    TRY_STATUS(ring->unwrap_key(i, ring->keys_->epochs[i], file->bytes, ring->keys_->keys[i]));
  }
  return ring;
}

Result<std::unique_ptr<KeyRing>> KeyRing::create_after(const std::filesystem::path& folder,
                                                       const SecretBytes& root,
                                                       const KeyRing& other, std::uint32_t epoch) {
  auto ring = TRY(empty(folder, root));
  for (std::size_t i = 0; i < kRingKeyCount; ++i) {
    auto& key = ring->keys_->keys[i];
    ring->keys_->epochs[i] = i < kWrappingKeyCount ? epoch : kFirstEpoch;
    if (i < kWrappingKeyCount) {
      TRY_STATUS(ring->make_key(i, epoch, key));
    } else {
      key = other.keys_->keys[i];
      TRY_STATUS(ring->write_key(i, kFirstEpoch, key));
    }
  }
  return ring;
}

Result<std::vector<KeyFile>> KeyRing::files() const {
  std::vector<KeyFile> found;
  for (std::size_t i = 0; i < kRingKeyCount; ++i) {
    const auto epoch = this->epoch(static_cast<RingKey>(i));
    if (oldest_epoch(static_cast<RingKey>(i)) != epoch)
      return fail(ErrorCode::kConflict, "a change of keys is under way");
    const auto path = file_of(folder_, i, epoch);
    found.push_back({path.filename().string(), TRY(read_small_file(path, kFileBytes))});
  }
  return found;
}

std::uint32_t KeyRing::epoch(RingKey key) const {
  const std::shared_lock guard(mutex_);
  return keys_->epochs[static_cast<std::size_t>(key)];
}

std::uint32_t KeyRing::oldest_epoch(RingKey key) const {
  const std::shared_lock guard(mutex_);
  const auto index = static_cast<std::size_t>(key);
  const bool two = index < kWrappingKeyCount && keys_->former_epochs[index] != 0;
  return two ? keys_->former_epochs[index] : keys_->epochs[index];
}

Status KeyRing::begin_epoch(std::uint32_t epoch) {
  for (std::size_t i = 0; i < kWrappingKeyCount; ++i) {
    if (keys_->epochs[i] == epoch) continue;
    if (keys_->epochs[i] + 1 != epoch || keys_->former_epochs[i] != 0)
      return fail(ErrorCode::kConflict, "a change of keys must be ended before the next");
    if (keys_->present[i] == 0) return fail(ErrorCode::kRefused, kLocked);
  }
  for (std::size_t i = 0; i < kWrappingKeyCount; ++i) {
    if (keys_->epochs[i] == epoch) continue;
    // One that an attempt before this left could not be used by anybody.
    TRY_STATUS(destroy_file_durably(file_of(folder_, i, epoch)));
    KeyBytes key;
    const auto made = make_key(i, epoch, key);
    if (made) {
      const std::unique_lock guard(mutex_);
      keys_->former[i] = keys_->keys[i];
      keys_->former_epochs[i] = keys_->epochs[i];
      keys_->keys[i] = key;
      keys_->epochs[i] = epoch;
    }
    wipe(key);
    TRY_STATUS(made);
  }
  return {};
}

Status KeyRing::end_former_epoch() {
  for (std::size_t i = 0; i < kWrappingKeyCount; ++i) {
    const auto former = keys_->former_epochs[i];
    if (former == 0) continue;
    TRY_STATUS(destroy_file_durably(file_of(folder_, i, former)));
    const std::unique_lock guard(mutex_);
    wipe(keys_->former[i]);
    keys_->former_epochs[i] = 0;
  }
  return {};
}

void KeyRing::lock(Compartment compartment) {
  const std::unique_lock guard(mutex_);
  const auto index = static_cast<std::size_t>(compartment);
  keys_->present[index] = 0;
  wipe(keys_->keys[index]);
  wipe(keys_->former[index]);
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
