#include "vault/backup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "crypto/random.h"
#include "crypto/wipe.h"

namespace bulkhead {
namespace {

// file = head ‖ chunk…; head = magic ‖ u32 key number ‖ 16 random bytes; chunk = u32 length of the
// rest ‖ u8 last ‖ sealed bytes, bound to head, number and whether it is the last; sealed bytes =
// (u8 part ‖ u32 length ‖ bytes)….
constexpr std::string_view kBackupMagic = "bulkhead backup 1\n";
constexpr std::size_t kBackupHeadBytes = kBackupMagic.size() + 4 + 16;
constexpr std::size_t kPartHeadBytes = 1 + 4;
constexpr std::size_t kChunkHeadBytes = 4 + 1;
constexpr std::size_t kChunkBytesMax = kBackupChunkBytes + kPartHeadBytes + kBackupPartBytesMax;
constexpr char kCutShort[] = "the backup is cut short";

Bytes bound_to(ByteView head, std::uint32_t number, bool last) {
  Bytes bound(head.begin(), head.end());
  bound.resize(head.size() + 5);
  put_big_endian(number, bound.data() + head.size());
  bound.back() = last ? 1 : 0;
  return bound;
}

Status write_whole(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(ErrorCode::kIo, "the backup cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// False at the end of the file.
Result<bool> read_whole(int file, std::span<std::uint8_t> to) {
  std::size_t size = 0;
  while (size < to.size()) {
    const auto got = ::read(file, to.data() + size, to.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kIo, "the backup cannot be read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size != 0 && size != to.size()) return fail(ErrorCode::kMalformed, kCutShort);
  return size == to.size();
}

}  // namespace

Result<BackupWriter> BackupWriter::create(const std::filesystem::path& path,
                                          std::uint32_t key_number, const StackKey& key) {
  Descriptor file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
                         S_IRUSR | S_IWUSR));
  if (!file) {
    return errno == EEXIST ? fail(ErrorCode::kConflict, "a backup is there already")
                           : fail(ErrorCode::kIo, "the backup's file cannot be made");
  }
  Bytes head(kBackupMagic.begin(), kBackupMagic.end());
  head.resize(kBackupHeadBytes);
  put_big_endian(key_number, head.data() + kBackupMagic.size());
  random_bytes(std::span(head).last(16));
  TRY_STATUS(write_whole(file.get(), head));
  return BackupWriter(std::move(file), std::move(head), key);
}

Status BackupWriter::put(BackupPart part, ByteView bytes) {
  if (stop_ != nullptr && *stop_) return fail(ErrorCode::kUnavailable, "the keeper ends");
  if (bytes.size() > kBackupPartBytesMax)
    return fail(ErrorCode::kTooLarge, "a part of the backup is too large");
  const auto at = chunk_.size();
  chunk_.resize(at + kPartHeadBytes + bytes.size());
  chunk_[at] = static_cast<std::uint8_t>(part);
  put_big_endian(static_cast<std::uint32_t>(bytes.size()), chunk_.data() + at + 1);
  std::ranges::copy(bytes, chunk_.data() + at + kPartHeadBytes);
  return chunk_.size() < kBackupChunkBytes ? Status() : write_chunk(false);
}

Status BackupWriter::write_chunk(bool last) {
  Bytes out(kChunkHeadBytes + chunk_.size() + kSealOverheadBytes);
  put_big_endian(static_cast<std::uint32_t>(out.size() - kChunkHeadBytes), out.data());
  out[4] = last ? 1 : 0;
  seal_into(key_.view(), chunk_, bound_to(head_, chunks_++, last), out.data() + kChunkHeadBytes);
  wipe(chunk_);
  chunk_.clear();
  return write_whole(file_.get(), out);
}

Status BackupWriter::finish() {
  TRY_STATUS(write_chunk(true));
  if (::fsync(file_.get()) != 0) return fail(ErrorCode::kIo, "the backup cannot be synced");
  return {};
}

Result<BackupReader> BackupReader::open(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail(ErrorCode::kNotFound, "there is no such backup");
  Bytes head(kBackupHeadBytes);
  const auto whole = read_whole(file.get(), head);
  if (!whole || !*whole || !text_of(head).starts_with(kBackupMagic))
    return fail(ErrorCode::kMalformed, "this is no backup, or one of another program");
  const auto number = get_big_endian<std::uint32_t>(head.data() + kBackupMagic.size());
  return BackupReader(std::move(file), std::move(head), number);
}

Status BackupReader::read_chunk() {
  std::array<std::uint8_t, kChunkHeadBytes> chunk_head{};
  if (!TRY(read_whole(file_.get(), chunk_head))) return fail(ErrorCode::kMalformed, kCutShort);
  const std::size_t length = get_big_endian<std::uint32_t>(chunk_head.data());
  const bool last = chunk_head[4] == 1;
  if (chunk_head[4] > 1 || length < kSealOverheadBytes ||
      length > kChunkBytesMax + kSealOverheadBytes)
    return fail(ErrorCode::kMalformed, "the backup does not follow its format");
  Bytes sealed(length);
  if (!TRY(read_whole(file_.get(), sealed))) return fail(ErrorCode::kMalformed, kCutShort);
  chunk_.resize(length - kSealOverheadBytes);
  at_ = 0;
  if (!open_into(key_.view(), sealed, bound_to(head_, chunks_++, last), chunk_))
    return fail(ErrorCode::kCrypto, "the backup was changed, or its key is another one");
  ended_ = last;
  std::uint8_t more = 0;
  if (last && TRY(read_whole(file_.get(), {&more, 1})))
    return fail(ErrorCode::kMalformed, "the backup goes on after its end");
  return {};
}

Result<std::optional<BackupReader::Part>> BackupReader::next() {
  while (at_ == chunk_.size()) {
    if (ended_) return std::nullopt;
    TRY_STATUS(read_chunk());
  }
  const auto rest = ByteView(chunk_).subspan(at_);
  const std::size_t length =
      rest.size() < kPartHeadBytes ? SIZE_MAX : get_big_endian<std::uint32_t>(rest.data() + 1);
  if (rest.size() < kPartHeadBytes || length > rest.size() - kPartHeadBytes ||
      rest[0] > static_cast<std::uint8_t>(BackupPart::kNumbers))
    return fail(ErrorCode::kMalformed, "the backup does not follow its format");
  at_ += kPartHeadBytes + length;
  return Part{static_cast<BackupPart>(rest[0]), rest.subspan(kPartHeadBytes, length)};
}

}  // namespace bulkhead
