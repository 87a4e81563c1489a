#include "ledger/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "crypto/encoding.h"

namespace bulkhead {

Result<std::uint64_t> parse_decimal(std::string_view text) {
  const auto malformed = fail(ErrorCode::kMalformed, "not a decimal number");
  std::uint64_t value = 0;
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return malformed;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > kTreeSizeMax)
    return malformed;
  return value;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto malformed = fail(ErrorCode::kMalformed, "a checkpoint is malformed");
  if (text.size() > kNoteBytesMax || !text.ends_with('\n')) return malformed;
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (lines.back().empty()) return malformed;
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return malformed;
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  checkpoint.size.value = TRY(parse_decimal(lines[1]));
  const auto root = from_base64(lines[2]);
  if (!root || root->size() != checkpoint.root.size()) return malformed;
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  return checkpoint;
}

std::string format_checkpoint(const Checkpoint& checkpoint) {
  auto text = fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size.value,
                          to_base64(checkpoint.root));
  for (const auto& line : checkpoint.extensions) text += line + "\n";
  return text;
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
  Note note;
  note.text = format_checkpoint(checkpoint);
  if (const auto parsed = parse_checkpoint(note.text); !parsed || *parsed != checkpoint) {
    return fail(ErrorCode::kMalformed, "this cannot be written as a checkpoint");
  }
  note.signatures.push_back(TRY(sign_note(note.text, checkpoint.origin, key)));
  return format_note(note);
}

Result<Checkpoint> open_checkpoint(std::string_view bytes, const NoteVerifier& log) {
  const auto note = TRY(open_note(bytes, {&log, 1}));
  auto checkpoint = TRY(parse_checkpoint(note.text));
  if (checkpoint.origin != log.name())
    return fail(ErrorCode::kMalformed, "the checkpoint is of another log");
  return checkpoint;
}

}  // namespace bulkhead
