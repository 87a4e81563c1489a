#include "ledger/tlog_proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/encoding.h"
#include "ledger/merkle.h"

namespace bulkhead {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

// Takes a line and its newline off the front; an empty text gives an empty line.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

std::string format_tlog_proof(const TlogProof& proof) {
  auto text = fmt::format("{}\n", kFirstLine);
  if (proof.extra) text += fmt::format("{}{}\n", kExtra, to_base64(*proof.extra));
  text += fmt::format("{}{}\n", kIndex, proof.index.value);
  for (const auto& hash : proof.hashes) text += to_base64(hash) + "\n";
  return text + "\n" + proof.checkpoint_note;
}

Result<TlogProof> parse_tlog_proof(std::string_view bytes) {
  const auto malformed = fail(ErrorCode::kMalformed, "a proof file is malformed");
  if (bytes.size() > kTlogProofBytesMax)
    return fail(ErrorCode::kTooLarge, "a proof file is too long");
  TlogProof proof;
  auto rest = bytes;
  if (take_line(rest) != kFirstLine) return malformed;
  auto line = take_line(rest);
  if (line.starts_with(kExtra)) {
    proof.extra = TRY(from_base64(line.substr(kExtra.size())));
    line = take_line(rest);
  }
  if (!line.starts_with(kIndex)) return malformed;
  proof.index.value = TRY(parse_decimal(line.substr(kIndex.size())));
  for (line = take_line(rest); !line.empty(); line = take_line(rest)) {
    if (proof.hashes.size() == kProofHashesMax)
      return fail(ErrorCode::kTooLarge, "a proof has too many hashes");
    const auto hash = TRY(from_base64(line));
    if (hash.size() != sizeof(Digest)) return malformed;
    std::copy(hash.begin(), hash.end(), proof.hashes.emplace_back().begin());
  }
  if (const auto note = parse_note(rest); !note) return std::unexpected(note.error());
  proof.checkpoint_note = rest;
  if (format_tlog_proof(proof) != bytes) return malformed;
  return proof;
}

Result<Checkpoint> verify_tlog_proof(const TlogProof& proof, ByteView leaf,
                                     const NoteVerifier& log) {
  auto checkpoint = TRY(open_checkpoint(proof.checkpoint_note, log));
  TRY_STATUS(verify_inclusion(proof.index, checkpoint.size, hash_leaf(leaf), proof.hashes,
                              checkpoint.root));
  return checkpoint;
}

}  // namespace bulkhead
