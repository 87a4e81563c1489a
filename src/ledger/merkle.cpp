#include "ledger/merkle.h"

#include <algorithm>
#include <bit>

namespace bulkhead {
namespace {

constexpr const char* kProofDoesNotHold = "a Merkle proof does not hold";

// MTH(D[begin:end]) where begin is a multiple of the largest power of two below the length, as in
// RFC 6962 2.1.
Result<Digest> range_root(const HashReader& reader, std::uint64_t begin, std::uint64_t end) {
  const auto count = end - begin;
  if (std::has_single_bit(count)) {
    const auto level = static_cast<unsigned>(std::countr_zero(count));
    return reader.subtree(level, begin >> level);
  }
  const auto half = std::bit_floor(count);
  const auto left = TRY(range_root(reader, begin, begin + half));
  const auto right = TRY(range_root(reader, begin + half, end));
  return hash_node(left, right);
}

// Where RFC 6962 splits a range of more than one entry: the largest power of two smaller than the
// length.
std::uint64_t split(std::uint64_t count) { return std::bit_floor(count - 1); }

}  // namespace

Digest hash_leaf(ByteView entry) {
  Bytes bytes;
  bytes.reserve(1 + entry.size());
  bytes.push_back(0x00);
  bytes.insert(bytes.end(), entry.begin(), entry.end());
  return sha256(bytes);
}

Digest hash_node(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 1 + 2 * std::tuple_size_v<Digest>> bytes;
  bytes[0] = 0x01;
  std::copy(left.begin(), left.end(), bytes.begin() + 1);
  std::copy(right.begin(), right.end(), bytes.begin() + 1 + left.size());
  return sha256(bytes);
}

Digest empty_root() { return sha256({}); }

Result<Digest> tree_root(const HashReader& reader, TreeSize size) {
  if (size.value == 0) return empty_root();
  return range_root(reader, 0, size.value);
}

Result<std::vector<Digest>> make_inclusion_proof(const HashReader& reader, LeafIndex index,
                                                 TreeSize size) {
  if (!holds(size, index)) return fail(ErrorCode::kNotFound, "the tree does not hold this entry");
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size.value;
  while (end - begin > 1) {  // at most 64 turns, since each halves the range
    const auto middle = begin + split(end - begin);
    if (index.value < middle) {
      proof.push_back(TRY(range_root(reader, middle, end)));
      end = middle;
    } else {
      proof.push_back(TRY(range_root(reader, begin, middle)));
      begin = middle;
    }
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<std::vector<Digest>> make_consistency_proof(const HashReader& reader, TreeSize from,
                                                   TreeSize to) {
  if (from > to) return fail(ErrorCode::kNotFound, "the tree is not that large yet");
  std::vector<Digest> proof;
  if (from.value == 0 || from == to) return proof;
  std::uint64_t begin = 0;
  std::uint64_t end = to.value;
  bool whole =
      true;  // the old tree's root is the current range's: its holder knows it (b of SUBPROOF)
  while (from.value != end) {
    const auto middle = begin + split(end - begin);
    if (from.value <= middle) {
      proof.push_back(TRY(range_root(reader, middle, end)));
      end = middle;
    } else {
      proof.push_back(TRY(range_root(reader, begin, middle)));
      begin = middle;
      whole = false;
    }
  }
  if (!whole) proof.push_back(TRY(range_root(reader, begin, end)));
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Status verify_inclusion(LeafIndex index, TreeSize size, const Digest& leaf_hash,
                        std::span<const Digest> proof, const Digest& root) {
  if (!holds(size, index)) return fail(ErrorCode::kCrypto, "the tree does not hold this entry");
  auto node = index.value;
  auto last = size.value - 1;
  auto hash = leaf_hash;
  for (const auto& sibling : proof) {
    if (last == 0) return fail(ErrorCode::kCrypto, kProofDoesNotHold);
    if ((node & 1) != 0 || node == last) {
      hash = hash_node(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = hash_node(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0 || hash != root) return fail(ErrorCode::kCrypto, kProofDoesNotHold);
  return {};
}

Status verify_consistency(TreeSize from, TreeSize to, const Digest& from_root,
                          const Digest& to_root, std::span<const Digest> proof) {
  if (from.value == 0 || from > to) return fail(ErrorCode::kCrypto, kProofDoesNotHold);
  if (from == to) {
    if (!proof.empty() || from_root != to_root) return fail(ErrorCode::kCrypto, kProofDoesNotHold);
    return {};
  }
  auto node = from.value - 1;
  auto last = to.value - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  // A power of two is a subtree of the new tree, so its root is left out of the proof.
  const bool known = std::has_single_bit(from.value);
  if (!known && proof.empty()) return fail(ErrorCode::kCrypto, kProofDoesNotHold);
  auto old_hash = known ? from_root : proof.front();
  auto new_hash = old_hash;
  for (const auto& sibling : known ? proof : proof.subspan(1)) {
    if (last == 0) return fail(ErrorCode::kCrypto, kProofDoesNotHold);
    if ((node & 1) != 0 || node == last) {
      old_hash = hash_node(sibling, old_hash);
      new_hash = hash_node(sibling, new_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = hash_node(new_hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0 || old_hash != from_root || new_hash != to_root)
    return fail(ErrorCode::kCrypto, kProofDoesNotHold);
  return {};
}

Status verify_consistency_for_witness(TreeSize from, TreeSize to, const Digest& from_root,
                                      const Digest& to_root, std::span<const Digest> proof) {
  if (from.value != 0) return verify_consistency(from, to, from_root, to_root, proof);
  const bool to_fits = to.value != 0 || to_root == empty_root();
  if (!proof.empty() || from_root != empty_root() || !to_fits)
    return fail(ErrorCode::kCrypto, kProofDoesNotHold);
  return {};
}

}  // namespace bulkhead
