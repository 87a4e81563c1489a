// Backup keys: files of their own beside the ring's, read when they are needed.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "crypto/random.h"
#include "crypto/secret_access.h"
#include "store/durable_file.h"
#include "vault/key_ring.h"

namespace bulkhead {
namespace {

// magic ‖ u32 number ‖ the key sealed under the root key, with everything before it bound.
constexpr std::string_view kBackupKeyMagic = "bulkhead backup key 1\n";
constexpr std::string_view kNameHead = "backup-", kNameEnd = ".key";
constexpr std::size_t kBackupKeyHeadBytes = kBackupKeyMagic.size() + 4;
constexpr std::size_t kBackupKeyFileBytes = kBackupKeyHeadBytes + kKeyBytes + kSealOverheadBytes;

Bytes backup_key_head(std::uint32_t number) {
  Bytes head(kBackupKeyMagic.begin(), kBackupKeyMagic.end());
  head.resize(kBackupKeyHeadBytes);
  put_big_endian(number, head.data() + kBackupKeyMagic.size());
  return head;
}

Result<StackKey> unwrap_backup_key(KeyView root, ByteView file, std::uint32_t number) {
  const auto head = backup_key_head(number);
  if (file.size() != kBackupKeyFileBytes || !std::equal(head.begin(), head.end(), file.begin()))
    return fail(ErrorCode::kCrypto, "this is not the backup's key");
  StackKey key;
  if (!open_into(root, file.subspan(kBackupKeyHeadBytes), head, key.fill()))
    return fail(ErrorCode::kCrypto, "the root key does not fit the backup's key");
  return key;
}

}  // namespace

std::string KeyRing::backup_key_name(std::uint32_t number) {
  return fmt::format("{}{}{}", kNameHead, number, kNameEnd);
}

Status KeyRing::make_backup_key(std::uint32_t number) const {
  StackKey key;
  random_bytes(key.fill());
  auto file = backup_key_head(number);
  const auto sealed = seal_bytes(keys_->root, key.view(), file);
  file.insert(file.end(), sealed.begin(), sealed.end());
  const auto made = write_new_file_durably(folder_ / backup_key_name(number), file);
  if (!made && made.error().code == ErrorCode::kConflict) return sync_folder(folder_);
  return made;
}

Result<KeyFile> KeyRing::backup_key_file(std::uint32_t number) const {
  auto name = backup_key_name(number);
  auto bytes = TRY(read_small_file(folder_ / name, kBackupKeyFileBytes));
  return KeyFile{std::move(name), std::move(bytes)};
}

Result<StackKey> KeyRing::backup_key(std::uint32_t number) const {
  const auto file = TRY(backup_key_file(number));
  return unwrap_backup_key(keys_->root, file.bytes, number);
}

Status KeyRing::destroy_backup_key(std::uint32_t number) const {
  return destroy_file_durably(folder_ / backup_key_name(number));
}

Result<std::size_t> KeyRing::destroy_other_backup_keys(const std::set<std::uint32_t>& known) const {
  std::set<std::string> kept;
  for (const auto number : known) kept.insert(backup_key_name(number));
  std::error_code error;
  std::vector<std::filesystem::path> others;
  for (const auto& file : std::filesystem::directory_iterator(folder_, error)) {
    const auto name = file.path().filename().string();
    if (name.starts_with(kNameHead) && name.ends_with(kNameEnd) && !kept.contains(name))
      others.push_back(file.path());
  }
  if (error) return fail(ErrorCode::kIo, "the folder of keys cannot be read");
  for (const auto& path : others) TRY_STATUS(destroy_file_durably(path));
  return others.size();
}

Result<StackKey> KeyRing::open_backup_key(ByteView file, std::uint32_t number,
                                          const SecretBytes& root) {
  if (root.size() != kKeyBytes) return fail(ErrorCode::kCrypto, "a root key has 32 bytes");
  return unwrap_backup_key(KeyView(root.read(SecretAccessForCrypto::show()).first<kKeyBytes>()),
                           file, number);
}

}  // namespace bulkhead
