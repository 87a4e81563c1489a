#include "ledger/tree_builder.h"

#include <bit>

#include "base/check.h"

namespace bulkhead {

Digest fold_subtree(std::span<const Digest> hashes) {
  CHECK(std::has_single_bit(hashes.size()));
  std::vector<Digest> row(hashes.begin(), hashes.end());
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = hash_node(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row.front();
}

Result<TreeBuilder> TreeBuilder::resume(TreeSize size, const ReadPartial& read_partial) {
  TreeBuilder builder;
  builder.size_ = size;
  for (unsigned level = 0; hashes_at(level, size) != 0; ++level) {
    const auto hashes = hashes_at(level, size);
    const auto width = static_cast<unsigned>(hashes % kTileWidth);
    auto& partial = builder.levels_.emplace_back();
    if (width != 0) partial = TRY(read_partial(level, hashes / kTileWidth, width));
    CHECK(partial.size() == width);
  }
  return builder;
}

Status TreeBuilder::add(const Digest& leaf_hash, const OnTile& on_tile) {
  auto hash = leaf_hash;
  const auto index = size_.value++;
  for (unsigned level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back().reserve(kTileWidth);
    auto& partial = levels_[level];
    partial.push_back(hash);
    if (partial.size() < kTileWidth) return {};
    TRY_STATUS(on_tile(level, index >> (8 * (level + 1)), partial));
    hash = fold_subtree(partial);
    partial.clear();
  }
}

Digest TreeBuilder::root() const {
  bool any = false;
  Digest root = empty_root();
  // From the right edge leftwards: each partial tile splits into powers of two, the smallest
  // rightmost.
  for (const auto& partial : levels_) {
    auto end = partial.size();
    while (end != 0) {
      const auto count = std::size_t{1} << std::countr_zero(end);
      const auto subtree = fold_subtree(std::span(partial).subspan(end - count, count));
      root = any ? hash_node(subtree, root) : subtree;
      any = true;
      end -= count;
    }
  }
  return root;
}

}  // namespace bulkhead
