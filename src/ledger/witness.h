// C2SP tlog-witness as its client speaks it: what is sent to have a checkpoint cosigned, and what
// comes back. It must never take a cosignature that does not hold under the witness's own key.
// Owned by ledger; the connection is the caller's.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/tiles.h"
#include "ledger/verify.h"

namespace bulkhead {

// The body of POST add-checkpoint: "old <size>", the consistency proof from there, an empty line,
// the note.
std::string add_checkpoint_body(TreeSize old, std::span<const Digest> proof, std::string_view note);

// The signature lines of a 200 answer, of which one must be the witness's over the note's text.
// kMalformed; kCrypto when none holds.
Result<NoteSignature> read_cosignature(std::string_view answer, std::string_view note,
                                       const NoteVerifier& witness);

// What a 409 answer says: the size that the witness knows. kMalformed.
Result<TreeSize> read_known_size(std::string_view answer);

// The note with one more signature line.
Result<std::string> add_signature(std::string_view note, const NoteSignature& signature);

// Subtree hashes from a ledger as an outsider reads it.
class SourceHashes final : public HashReader {
 public:
  SourceHashes(Source& source, TreeSize size) : source_(source), size_(size) {}
  Result<Digest> subtree(unsigned level, std::uint64_t index) const override;

 private:
  Source& source_;
  TreeSize size_;
};

}  // namespace bulkhead
