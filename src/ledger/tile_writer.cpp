#include "ledger/tile_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bulkhead {
namespace {

TileName full(TileName name) {
  name.width = kTileWidth;
  return name;
}

}  // namespace

Result<Bytes> read_tile_file(Disk& disk, const std::string& directory, TileName name) {
  auto bytes = disk.read(directory + "/" + path_of(name), kBundleBytesMax);
  if (bytes || bytes.error().code != ErrorCode::kNotFound || name.width == kTileWidth) return bytes;
  return cut_tile_file(TRY(disk.read(directory + "/" + path_of(full(name)), kBundleBytesMax)),
                       name);
}

namespace {

// `tile` as it stands at the checkpoint; width 0 when no checkpoint covers any of it.
Status mend_partials_of(Disk& disk, const std::string& directory, const TileName& tile) {
  const auto root = directory + "/";
  const auto partials = partials_path_of(tile) + "/";
  for (const auto& file : TRY(disk.list(root + partials_path_of(tile)))) {
    const auto path = partials + file;
    const auto name = parse_tile_path(path);
    if (!name || name->width == tile.width) continue;
    if (name->width > tile.width) {
      TRY_STATUS(disk.remove(root + path));
      continue;
    }
    const auto whole = TRY(disk.read(root + path_of(tile), kBundleBytesMax));
    const auto right = TRY(cut_tile_file(whole, *name, tile.width));
    const auto there = TRY(disk.read(root + path, kBundleBytesMax));
    if (there != right) TRY_STATUS(disk.write_loosely(root + path, right));
  }
  return {};
}

}  // namespace

Status mend_partials(Disk& disk, const std::string& directory, TreeSize settled, TreeSize covered,
                     TreeSize written) {
  const auto mend = [&](TileKind kind, unsigned level) -> Status {
    const auto last = hashes_at(level, written) / kTileWidth;
    for (auto index = hashes_at(level, settled) / kTileWidth; index <= last; ++index) {
      TRY_STATUS(
          mend_partials_of(disk, directory, {kind, level, index, width_at(level, index, covered)}));
    }
    return {};
  };
  for (unsigned level = 0; level < kTileLevelsMax && hashes_at(level, written) != 0; ++level)
    TRY_STATUS(mend(TileKind::kHashes, level));
  TRY_STATUS(mend(TileKind::kEntries, 0));
  return mend(TileKind::kPrivate, 0);
}

Result<TileWriter> TileWriter::resume(Disk& disk, std::string directory, TreeSize size) {
  TileWriter writer(disk, std::move(directory));
  const auto read_partial = [&](unsigned level, std::uint64_t index,
                                unsigned width) -> Result<std::vector<Digest>> {
    const TileName name{TileKind::kHashes, level, index, width};
    writer.partial_folders_.insert(full(name));
    return parse_tile(TRY(read_tile_file(disk, writer.directory_, name)), width);
  };
  writer.tree_ = TRY(TreeBuilder::resume(size, read_partial));
  const auto width = width_at(0, size.value / kTileWidth, size);
  if (width == 0) return writer;
  for (const auto kind : {TileKind::kEntries, TileKind::kPrivate}) {
    const TileName name{kind, 0, size.value / kTileWidth, width};
    writer.partial_folders_.insert(full(name));
    auto bytes = TRY(read_tile_file(disk, writer.directory_, name));
    if (const auto items = parse_bundle(bytes, width); !items)
      return std::unexpected(items.error());
    (kind == TileKind::kEntries ? writer.bundle_ : writer.private_bundle_) = std::move(bytes);
  }
  return writer;
}

Status TileWriter::write(const TileName& name, ByteView bytes) {
  const auto path = directory_ + "/" + path_of(name);
  // While recovering, files that are already right stay as they are: a checkpoint may stand on
  // them.
  if (!rewrites_) {
    const auto there = disk_->read(path, kBundleBytesMax);
    if (there && std::ranges::equal(*there, bytes)) return {};
  }
  return disk_->write_loosely(path, bytes);
}

Status TileWriter::write_partial(const TileName& name, ByteView bytes) {
  partial_folders_.insert(full(name));
  // What has not changed is not written again: a checkpoint may stand on it.
  if (standing_.contains(name)) return {};
  TRY_STATUS(write(name, bytes));
  standing_.insert(name);
  return {};
}

Status TileWriter::add(ByteView leaf, ByteView salted_private) {
  const auto index = tree_.size().value;
  TRY_STATUS(append_to_bundle(bundle_, leaf));
  TRY_STATUS(append_to_bundle(private_bundle_, salted_private));
  TRY_STATUS(tree_.add(hash_leaf(leaf),
                       [&](unsigned level, std::uint64_t tile, std::span<const Digest> hashes) {
                         const TileName name{TileKind::kHashes, level, tile, kTileWidth};
                         if (partial_folders_.erase(name) != 0) superseded_.push_back(name);
                         return write(name, encode_tile(hashes));
                       }));
  if (tree_.size().value % kTileWidth != 0) return {};
  for (const auto kind : {TileKind::kEntries, TileKind::kPrivate}) {
    const TileName name{kind, 0, index / kTileWidth, kTileWidth};
    auto& bytes = kind == TileKind::kEntries ? bundle_ : private_bundle_;
    if (partial_folders_.erase(name) != 0) superseded_.push_back(name);
    TRY_STATUS(write(name, bytes));
    bytes.clear();
  }
  return {};
}

Status TileWriter::write_partials() {
  std::erase_if(standing_, [&](const TileName& name) {
    return name.width != width_at(name.level, name.index, size());
  });
  for (unsigned level = 0; level < tree_.level_count(); ++level) {
    const auto hashes = tree_.partial(level);
    if (hashes.empty()) continue;
    const auto width = static_cast<unsigned>(hashes.size());
    TRY_STATUS(write_partial({TileKind::kHashes, level, tree_.partial_index(level), width},
                             encode_tile(hashes)));
  }
  const auto index = size().value / kTileWidth;
  const auto width = width_at(0, index, size());
  if (width == 0) return {};
  TRY_STATUS(write_partial({TileKind::kEntries, 0, index, width}, bundle_));
  return write_partial({TileKind::kPrivate, 0, index, width}, private_bundle_);
}

std::vector<TileName> TileWriter::take_superseded() { return std::exchange(superseded_, {}); }

Status TileWriter::remove_partials(const std::vector<TileName>& folders) {
  for (const auto& name : folders) {
    const auto folder = directory_ + "/" + partials_path_of(name);
    for (const auto& file : TRY(disk_->list(folder))) {
      TRY_STATUS(disk_->remove(fmt::format("{}/{}", folder, file)));
    }
    TRY_STATUS(disk_->remove(folder));
  }
  return {};
}

Result<Digest> subtree_in_tiles(unsigned level, std::uint64_t index, TreeSize size,
                                const std::function<Result<Bytes>(const TileName&)>& read) {
  const auto tile_level = level / 8;
  const auto count = std::uint64_t{1} << (level % 8);
  const auto first = index * count;
  const auto tile = first / kTileWidth;
  const auto width = width_at(tile_level, tile, size);
  const auto at = first % kTileWidth;
  if (at + count > width) return fail(ErrorCode::kNotFound, "the tree is not that large yet");
  const auto bytes = TRY(read({TileKind::kHashes, tile_level, tile, width}));
  const auto hashes = TRY(parse_tile(bytes, width));
  return fold_subtree(std::span(hashes).subspan(at, count));
}

Result<Digest> TileReader::subtree(unsigned level, std::uint64_t index) const {
  return subtree_in_tiles(level, index, size_, [this](const TileName& name) {
    return read_tile_file(disk_, directory_, name);
  });
}

}  // namespace bulkhead
