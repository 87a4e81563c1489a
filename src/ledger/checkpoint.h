// C2SP tlog-checkpoint v1: the text of a note that says how many entries a log has and what their
// root is. It must never be believed before the note around it was opened. Owned by ledger.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "ledger/note.h"
#include "ledger/position.h"

namespace bulkhead {

inline constexpr std::uint64_t kTreeSizeMax = (std::uint64_t{1} << 63) - 1;

struct Checkpoint {
  std::string origin;
  TreeSize size;
  Digest root{};
  std::vector<std::string> extensions;  // lines, none of them empty; we write none
  bool operator==(const Checkpoint&) const = default;
};

// A number as the C2SP formats write it: ASCII digits, no leading zero. kMalformed.
Result<std::uint64_t> parse_decimal(std::string_view text);

// kMalformed unless `text` is the one spelling of a checkpoint.
Result<Checkpoint> parse_checkpoint(std::string_view text);
std::string format_checkpoint(const Checkpoint& checkpoint);

// The note that the log serves: key name and origin are the same.
Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key);
// The checkpoint of a note that the log's own key signed. kCrypto, kMalformed (also for another
// origin).
Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& log);

}  // namespace bulkhead
