// TreeBuilder grows an RFC 6962 tree one leaf hash at a time, holding only the unfinished tile of
// each level, and gives every tile as it fills up. It must never read or write files: who uses it
// stores or compares the tiles. Owned by ledger.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "crypto/hash.h"
#include "ledger/merkle.h"
#include "ledger/tiles.h"

namespace bulkhead {

class TreeBuilder {
 public:
  // Called with a level's finished tile: always 256 hashes.
  using OnTile =
      std::function<Status(unsigned level, std::uint64_t index, std::span<const Digest> hashes)>;
  // Gives the hashes of an unfinished tile: exactly `width` of them.
  using ReadPartial = std::function<Result<std::vector<Digest>>(unsigned level, std::uint64_t index,
                                                                unsigned width)>;

  TreeBuilder() = default;
  // Takes up a tree at `size`; the caller compares root() with what it trusts.
  static Result<TreeBuilder> resume(TreeSize size, const ReadPartial& read_partial);

  // Errors are those of `on_tile`.
  Status add(const Digest& leaf_hash, const OnTile& on_tile);
  TreeSize size() const { return size_; }
  Digest root() const;

  // Levels that have an unfinished tile or had a finished one.
  unsigned level_count() const { return static_cast<unsigned>(levels_.size()); }
  // Hashes of the unfinished tile: 0 to 255.
  std::span<const Digest> partial(unsigned level) const { return levels_[level]; }
  std::uint64_t partial_index(unsigned level) const { return hashes_at(level, size_) / kTileWidth; }

 private:
  std::vector<std::vector<Digest>> levels_;
  TreeSize size_;
};

// MTH over a power of two of neighbouring subtree hashes.
Digest fold_subtree(std::span<const Digest> hashes);

}  // namespace bulkhead
