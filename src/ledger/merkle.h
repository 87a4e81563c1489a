// The RFC 6962 Merkle tree over SHA-256: hashes, roots, proofs and their verification. It must
// never accept a proof that RFC 9162 (sections 2.1.3.2 and 2.1.4.2) refuses, and holds no state and
// no files. Owned by ledger.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "ledger/position.h"

namespace bulkhead {

// A proof over 2^63 entries has 63 hashes; a consistency proof one more.
inline constexpr std::size_t kProofHashesMax = 64;

Digest hash_leaf(ByteView entry);                           // SHA-256(0x00 ‖ entry)
Digest hash_node(const Digest& left, const Digest& right);  // SHA-256(0x01 ‖ left ‖ right)
Digest empty_root();                                        // SHA-256 of nothing

// Gives the hashes of whole subtrees, from memory or from tiles.
class HashReader {
 public:
  virtual ~HashReader() = default;
  // MTH of the 2^level entries from index * 2^level on.
  virtual Result<Digest> subtree(unsigned level, std::uint64_t index) const = 0;
};

Result<Digest> tree_root(const HashReader& reader, TreeSize size);

// RFC 6962 2.1.1, the leaf's sibling first. kNotFound unless the tree of `size` holds `index`.
Result<std::vector<Digest>> make_inclusion_proof(const HashReader& reader, LeafIndex index,
                                                 TreeSize size);
// RFC 6962 2.1.2. Empty when from is 0 or equals to. kNotFound when from > to.
Result<std::vector<Digest>> make_consistency_proof(const HashReader& reader, TreeSize from,
                                                   TreeSize to);

// RFC 9162 2.1.3.2. kCrypto when the proof does not show `leaf_hash` at `index` under `root`.
Status verify_inclusion(LeafIndex index, TreeSize size, const Digest& leaf_hash,
                        std::span<const Digest> proof, const Digest& root);
// RFC 9162 2.1.4.2. Refuses from = 0, since an empty tree is a prefix of every tree and proves
// nothing.
Status verify_consistency(TreeSize from, TreeSize to, const Digest& from_root,
                          const Digest& to_root, std::span<const Digest> proof);
// The same as a C2SP tlog-witness must do it: from = 0 is right if, and only if, the proof is empty
// and `from_root` is the empty tree's.
Status verify_consistency_for_witness(TreeSize from, TreeSize to, const Digest& from_root,
                                      const Digest& to_root, std::span<const Digest> proof);

}  // namespace bulkhead
