// C2SP tlog-proof v1: one file that shows an entry under a signed checkpoint, to be checked
// offline. The extra data is not authenticated and must never be trusted; Bulkhead puts the leaf's
// bytes there, which the proof itself vouches for. Owned by ledger.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "ledger/checkpoint.h"
#include "ledger/position.h"

namespace bulkhead {

inline constexpr std::size_t kTlogProofBytesMax = 2 * kNoteBytesMax;

struct TlogProof {
  std::optional<Bytes> extra;
  LeafIndex index;
  std::vector<Digest> hashes;   // the leaf's sibling first
  std::string checkpoint_note;  // verbatim
  bool operator==(const TlogProof&) const = default;
};

std::string format_tlog_proof(const TlogProof& proof);
// kMalformed, or kTooLarge beyond kTlogProofBytesMax or kProofHashesMax hashes. Verifies nothing.
Result<TlogProof> parse_tlog_proof(std::string_view bytes);
// That `leaf` stands in the log at the proof's index. Answers the checkpoint it stands under.
// kCrypto, kMalformed.
Result<Checkpoint> verify_tlog_proof(const TlogProof& proof, ByteView leaf,
                                     const NoteVerifier& log);

}  // namespace bulkhead
