#include "ledger/witness.h"

#include <fmt/format.h>

#include "crypto/encoding.h"
#include "ledger/tile_writer.h"

namespace bulkhead {
namespace {

constexpr std::size_t kAnswerBytesMax = 64u << 10;

}  // namespace

std::string add_checkpoint_body(TreeSize old, std::span<const Digest> proof,
                                std::string_view note) {
  auto body = fmt::format("old {}\n", old.value);
  for (const auto& hash : proof) body += to_base64(hash) + "\n";
  body += '\n';
  body += note;
  return body;
}

Result<NoteSignature> read_cosignature(std::string_view answer, std::string_view note,
                                       const NoteVerifier& witness) {
  if (answer.empty() || answer.size() > kAnswerBytesMax)
    return fail(ErrorCode::kMalformed, "the witness does not answer with signatures");
  const auto ours = TRY(parse_note(note));
  // A note of our text under the witness's lines is read by the same strict rules as any other.
  const auto cosigned = TRY(parse_note(ours.text + "\n" + std::string(answer)));
  for (const auto& signature : cosigned.signatures) {
    if (witness.knows(signature) && witness.verify(ours.text, signature)) return signature;
  }
  return fail(ErrorCode::kCrypto, "no cosignature of that witness's key holds");
}

Result<TreeSize> read_known_size(std::string_view answer) {
  if (answer.empty() || !answer.ends_with('\n'))
    return fail(ErrorCode::kMalformed, "the witness does not say which size it knows");
  return TreeSize{TRY(parse_decimal(answer.substr(0, answer.size() - 1)))};
}

Result<std::string> add_signature(std::string_view note, const NoteSignature& signature) {
  auto whole = TRY(parse_note(note));
  whole.signatures.push_back(signature);
  return format_note(whole);
}

Result<Digest> SourceHashes::subtree(unsigned level, std::uint64_t index) const {
  return subtree_in_tiles(level, index, size_, [this](const TileName& name) -> Result<Bytes> {
    auto bytes = source_.read(path_of(name));
    if (bytes || name.width == kTileWidth) return bytes;
    // A partial file goes when the full one comes.
    return cut_tile_file(TRY(source_.read(path_of({name.kind, name.level, name.index}))), name);
  });
}

}  // namespace bulkhead
