#include "keeper/snapshots.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/check.h"
#include "base/log.h"
#include "crypto/aead.h"
#include "crypto/random.h"
#include "ledger/journal.h"

namespace bulkhead {
namespace {

// file = head ‖ chunk…; head = magic ‖ u32 fold version ‖ u64 size ‖ 16 random bytes;
// chunk = u32 length of the rest ‖ sealed bytes. Each chunk binds head, its number and whether it
// is the last one, which holds the root.
constexpr std::string_view kSnapshotMagic = "bulkhead snapshot 1\n";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kHeadBytes = kSnapshotMagic.size() + 4 + 8 + kIdBytes;
constexpr std::size_t kChunkHeadBytes = 4;
constexpr std::string_view kUnfinished = ".new";  // Disk::write_durably's, before it renames

Bytes chunk_bound(ByteView head, std::uint32_t number, bool last) {
  Bytes bound(head.begin(), head.end());
  bound.resize(head.size() + 5);
  put_big_endian(number, bound.data() + head.size());
  bound.back() = last ? 1 : 0;
  return bound;
}

void append_chunk(const KeyRing& ring, Bytes& file, std::uint32_t number, bool last,
                  ByteView plaintext) {
  const auto bound = chunk_bound(ByteView(file).first(kHeadBytes), number, last);
  const auto at = file.size();
  const auto length = plaintext.size() + kSealOverheadBytes;
  file.resize(at + kChunkHeadBytes + length);
  put_big_endian(static_cast<std::uint32_t>(length), file.data() + at);
  const auto sealed = ring.with_raw_key(RingKey::kSnapshot, [&](KeyView key) -> Status {
    seal_into(key, plaintext, bound, file.data() + at + kChunkHeadBytes);
    return {};
  });
  CHECK(sealed.has_value());  // only compartments can be locked
}

std::unexpected<Error> unfit(const char* why) { return fail(ErrorCode::kCrypto, why); }

// The chunks of a file, opened into the front of that same file: what is open is always shorter
// than what was read.
struct Opened {
  std::size_t state_bytes = 0;
  Bytes root;
};
Result<Opened> open_chunks(const KeyRing& ring, Bytes& file) {
  const Bytes head(file.begin(), file.begin() + kHeadBytes);
  Opened opened;
  Bytes plaintext;
  auto at = kHeadBytes;
  for (std::uint32_t number = 0; at < file.size(); ++number) {
    if (file.size() - at < kChunkHeadBytes) return unfit("it is cut short");
    const std::size_t length = get_big_endian<std::uint32_t>(file.data() + at);
    at += kChunkHeadBytes;
    if (length < kSealOverheadBytes || length > file.size() - at) return unfit("it is cut short");
    const auto sealed = ByteView(file).subspan(at, length);
    at += length;
    const bool last = at == file.size();
    plaintext.resize(length - kSealOverheadBytes);
    TRY_STATUS(ring.with_raw_key(RingKey::kSnapshot, [&](KeyView key) {
      return open_into(key, sealed, chunk_bound(head, number, last), plaintext);
    }));
    if (last) {
      opened.root = plaintext;
    } else {
      std::ranges::copy(plaintext, file.begin() + static_cast<std::ptrdiff_t>(opened.state_bytes));
      opened.state_bytes += plaintext.size();
    }
  }
  return opened;
}

// What a kill left half written has a name that no later one takes, so it would stay for ever.
Status remove_unfinished(Disk& disk, const std::string& folder) {
  for (const auto& name : TRY(disk.list(folder))) {
    if (name.ends_with(kUnfinished) &&
        parse_journal_name(name.substr(0, name.size() - kUnfinished.size())))
      TRY_STATUS(disk.remove(fmt::format("{}/{}", folder, name)));
  }
  return {};
}

}  // namespace

std::string Snapshots::path_of(TreeSize size) const {
  return parts_.folder + "/" + journal_name({size.value});  // twenty digits, so that names sort
}

std::vector<TreeSize> Snapshots::sizes() const {
  std::vector<TreeSize> found;
  const auto names = parts_.disk.list(parts_.folder);
  if (!names) return found;
  for (const auto& name : *names) {
    if (const auto size = parse_journal_name(name)) found.push_back({size->value});
  }
  return found;
}

Bytes Snapshots::head_of(TreeSize size, std::span<const std::uint8_t> id) const {
  Bytes head(kSnapshotMagic.begin(), kSnapshotMagic.end());
  head.resize(kHeadBytes);
  put_big_endian(kFoldVersion, head.data() + kSnapshotMagic.size());
  put_big_endian(size.value, head.data() + kSnapshotMagic.size() + 4);
  std::ranges::copy(id, head.begin() + kHeadBytes - kIdBytes);
  return head;
}

std::optional<Snapshot> Snapshots::newest() const {
  for (const auto size : sizes() | std::views::reverse) {
    auto snapshot = open(size);
    if (snapshot) return std::move(*snapshot);
    log_warning("passing over the snapshot of {} entries: {}", size.value,
                snapshot.error().context);
  }
  return std::nullopt;
}

Result<Snapshot> Snapshots::open(TreeSize size) const {
  if (size > parts_.ledger.checkpoint_size()) return unfit("it is newer than the ledger");
  auto file = TRY(parts_.disk.read(path_of(size), kSnapshotBytesMax));
  if (file.size() < kHeadBytes) return unfit("it is cut short");
  const auto id = ByteView(file).subspan(kHeadBytes - kIdBytes, kIdBytes);
  if (!std::ranges::equal(head_of(size, id), ByteView(file).first(kHeadBytes)))
    return unfit("it is of another program or another size");
  const auto opened = TRY(open_chunks(parts_.ring, file));
  if (!std::ranges::equal(opened.root, TRY(parts_.ledger.root_at(size))))
    return unfit("it is of another ledger");
  Snapshot snapshot{size, State()};
  StateReader reader(ByteView(file).first(opened.state_bytes));
  snapshot.state.read(reader);
  if (!reader.complete()) return unfit("it does not follow its format");
  return snapshot;
}

SealedState Snapshots::seal(const State& state, TreeSize size) const {
  std::array<std::uint8_t, kIdBytes> id{};
  random_bytes(id);
  SealedState sealed{size, head_of(size, id), 0};
  // Room that is not written to costs nothing; moving a growing file would cost it twice.
  sealed.file.reserve(state.meters().memory_bytes() + 2 * kStateChunkBytes);
  StateWriter writer([&](ByteView chunk) {
    append_chunk(parts_.ring, sealed.file, sealed.chunks++, false, chunk);
  });
  state.write(writer);
  writer.finish();
  return sealed;
}

Status Snapshots::store(SealedState sealed) const {
  const auto root = TRY(parts_.ledger.root_at(sealed.size));
  append_chunk(parts_.ring, sealed.file, sealed.chunks, true, root);
  TRY_STATUS(parts_.disk.make_directories(parts_.folder));
  TRY_STATUS(remove_unfinished(parts_.disk, parts_.folder));
  TRY_STATUS(parts_.disk.write_durably(path_of(sealed.size), sealed.file));
  auto old = sizes();
  if (old.size() <= kSnapshotsKept) return {};
  old.resize(old.size() - kSnapshotsKept);
  for (const auto size : old) TRY_STATUS(parts_.disk.remove(path_of(size)));
  return {};
}

Bytes encode_state(const State& state) {
  Bytes all;
  StateWriter writer([&all](ByteView chunk) { all.insert(all.end(), chunk.begin(), chunk.end()); });
  state.write(writer);
  writer.finish();
  return all;
}

}  // namespace bulkhead
