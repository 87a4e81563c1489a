// The C2SP tlog-tiles layout: how tiles, entry bundles and our private files are named, sized and
// written. It must never touch a disk, and accepts exactly one spelling of every name and file.
// Owned by ledger.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "ledger/position.h"

namespace bulkhead {

inline constexpr unsigned kTileWidth = 256;
inline constexpr unsigned kTileLevelsMax = 8;  // 256^8 entries fill 64 bits
inline constexpr std::size_t kBundleEntryBytesMax = 65'535;
inline constexpr std::size_t kBundleBytesMax = kTileWidth * (2 + kBundleEntryBytesMax);

enum class TileKind : std::uint8_t { kHashes, kEntries, kPrivate };

// One file: hashes of a level, entries, or the private parts of the same entries. Width 256 is a
// full one.
struct TileName {
  TileKind kind{};
  unsigned level = 0;  // 0 for entries and private parts
  std::uint64_t index = 0;
  unsigned width = kTileWidth;
  auto operator<=>(const TileName&) const = default;
};

// "tile/0/x001/000.p/5", "tile/entries/000", "private/000.p/7".
std::string path_of(const TileName& name);
// The folder of a tile's partial files: "tile/0/000.p".
std::string partials_path_of(const TileName& name);
// kMalformed unless `path` is the one spelling of a name.
Result<TileName> parse_tile_path(std::string_view path);

// How many hashes the tree of `size` has at a tile level: floor(size / 256^level).
std::uint64_t hashes_at(unsigned level, TreeSize size);
// How wide the tile stands at `size`: 0 when absent, 256 when full.
unsigned width_at(unsigned level, std::uint64_t index, TreeSize size);

// The file `name` as the head of a wider file of its tile, since the items of a partial one come
// first in the wider one too. kMalformed when `wider` is no such file of `wider_width`.
Result<Bytes> cut_tile_file(ByteView wider, const TileName& name,
                            unsigned wider_width = kTileWidth);

Bytes encode_tile(std::span<const Digest> hashes);
// kMalformed unless exactly `width` hashes.
Result<std::vector<Digest>> parse_tile(ByteView bytes, unsigned width);

// Bundle and private file are both a row of (u16 length ‖ bytes). kTooLarge over 65,535 bytes.
Status append_to_bundle(Bytes& bundle, ByteView item);
// Views into `bytes`. kMalformed unless exactly `width` items and nothing after them.
Result<std::vector<ByteView>> parse_bundle(ByteView bytes, unsigned width);

}  // namespace bulkhead
