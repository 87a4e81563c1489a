#include "ledger/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "ledger/cosignature.h"

namespace bulkhead {
namespace {

constexpr std::string_view kSignaturePrefix = "\u2014 ";  // em dash, space
constexpr std::string_view kSecretPrefix = "PRIVATE+KEY+";
constexpr std::size_t kKeyIdBytes = 4;

bool is_note_text(std::string_view text) {
  while (!text.empty()) {
    const auto code_point = take_code_point(text);
    if (!code_point || (*code_point < 0x20 && *code_point != '\n')) return false;
  }
  return true;
}

// signed-note: key ID = SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4].
std::uint32_t key_id_of(std::string_view name, std::uint8_t type, const Ed25519PublicKey& key) {
  Bytes bytes(name.begin(), name.end());
  bytes.push_back('\n');
  bytes.push_back(type);
  bytes.insert(bytes.end(), key.begin(), key.end());
  return get_big_endian<std::uint32_t>(sha256(bytes).data());
}

// A key in text, "<name>+<8 hex digits>+<base64(type ‖ 32 bytes)>": the shape that public and
// secret keys share.
struct KeyText {
  std::string_view name;
  std::uint32_t key_id = 0;
  std::uint8_t type = 0;
  std::array<std::uint8_t, 32> key{};
};

Result<KeyText> parse_key_text(std::string_view text) {
  const auto malformed = fail(ErrorCode::kMalformed, "not the text of a note key");
  const auto first = text.find('+');
  if (first == std::string_view::npos) return malformed;
  const auto second = text.find('+', first + 1);
  if (second == std::string_view::npos) return malformed;
  KeyText parsed;
  parsed.name = text.substr(0, first);
  const auto id_text = text.substr(first + 1, second - first - 1);
  if (id_text.size() != 2 * kKeyIdBytes) return malformed;
  const auto id = from_hex(id_text);
  const auto key = from_base64(text.substr(second + 1));
  if (!is_key_name(parsed.name) || !id || to_hex(*id) != id_text) return malformed;
  if (!key || key->size() != 1 + parsed.key.size()) return malformed;
  parsed.key_id = get_big_endian<std::uint32_t>(id->data());
  parsed.type = key->front();
  std::copy(key->begin() + 1, key->end(), parsed.key.begin());
  return parsed;
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  const auto malformed = fail(ErrorCode::kMalformed, "a signature line of a note is malformed");
  if (!line.starts_with(kSignaturePrefix)) return malformed;
  line.remove_prefix(kSignaturePrefix.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return malformed;
  const auto payload = from_base64(line.substr(space + 1));
  if (!is_key_name(line.substr(0, space)) || !payload || payload->size() <= kKeyIdBytes)
    return malformed;
  NoteSignature signature;
  signature.name = line.substr(0, space);
  signature.key_id = get_big_endian<std::uint32_t>(payload->data());
  signature.signature.assign(payload->begin() + kKeyIdBytes, payload->end());
  return signature;
}

}  // namespace

bool is_key_name(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto code_point = take_code_point(name);
    if (!code_point || *code_point < 0x20 || *code_point == '+' || is_unicode_space(*code_point))
      return false;
  }
  return true;
}

Result<NoteVerifier> NoteVerifier::create(std::string_view name, NoteKeyType type,
                                          const Ed25519PublicKey& key) {
  if (!is_key_name(name)) return fail(ErrorCode::kMalformed, "this cannot name a note key");
  NoteVerifier verifier;
  verifier.name_ = name;
  verifier.type_ = type;
  verifier.key_ = key;
  verifier.key_id_ = key_id_of(name, static_cast<std::uint8_t>(type), key);
  return verifier;
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
  const auto parsed = TRY(parse_key_text(vkey));
  const auto type = static_cast<NoteKeyType>(parsed.type);
  if (type != NoteKeyType::kEd25519 && type != NoteKeyType::kCosignature) {
    return fail(ErrorCode::kMalformed, "a note key of an unknown type");
  }
  auto verifier = TRY(create(parsed.name, type, parsed.key));
  if (verifier.key_id_ != parsed.key_id)
    return fail(ErrorCode::kMalformed, "a note key and its ID do not fit");
  return verifier;
}

std::string NoteVerifier::text() const {
  Bytes key{static_cast<std::uint8_t>(type_)};
  key.insert(key.end(), key_.begin(), key_.end());
  return fmt::format("{}+{:08x}+{}", name_, key_id_, to_base64(key));
}

bool NoteVerifier::knows(const NoteSignature& signature) const {
  return signature.name == name_ && signature.key_id == key_id_;
}

bool NoteVerifier::verify(std::string_view text, const NoteSignature& signature) const {
  if (!knows(signature)) return false;
  if (type_ == NoteKeyType::kEd25519)
    return verify_ed25519(key_, view_of(text), signature.signature);
  return cosignature_holds(key_, text, signature.signature);
}

Result<NoteSigner> NoteSigner::parse(std::string_view secret) {
  const auto malformed = fail(ErrorCode::kMalformed, "not the text of a note's signing key");
  if (!secret.starts_with(kSecretPrefix)) return malformed;
  const auto parsed = TRY(parse_key_text(secret.substr(kSecretPrefix.size())));
  auto key = TRY(SigningKey::from_seed(SecretBytes(ByteView(parsed.key))));
  const auto id = key_id_of(parsed.name, parsed.type, key.public_key());
  if (parsed.type != static_cast<std::uint8_t>(NoteKeyType::kEd25519) || id != parsed.key_id)
    return malformed;
  return NoteSigner{std::string(parsed.name), std::move(key)};
}

Result<Note> parse_note(std::string_view bytes) {
  const auto malformed = fail(ErrorCode::kMalformed, "a signed note is malformed");
  if (bytes.size() > kNoteBytesMax) return fail(ErrorCode::kTooLarge, "a signed note is too long");
  if (!is_note_text(bytes)) return malformed;
  const auto split = bytes.rfind("\n\n");
  if (split == std::string_view::npos || !bytes.ends_with('\n')) return malformed;
  Note note;
  note.text = bytes.substr(0, split + 1);
  auto lines = bytes.substr(split + 2);
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (note.signatures.size() == kNoteSignaturesMax) {
      return fail(ErrorCode::kTooLarge, "a signed note has too many signatures");
    }
    note.signatures.push_back(TRY(parse_signature_line(lines.substr(0, end))));
    lines.remove_prefix(end + 1);
  }
  if (note.signatures.empty()) return malformed;
  return note;
}

Result<std::string> format_note(const Note& note) {
  std::string bytes = note.text + "\n";
  for (const auto& signature : note.signatures) {
    Bytes payload(kKeyIdBytes);
    put_big_endian(signature.key_id, payload.data());
    payload.insert(payload.end(), signature.signature.begin(), signature.signature.end());
    bytes += fmt::format("{}{} {}\n", kSignaturePrefix, signature.name, to_base64(payload));
  }
  // What we would not read, we do not write.
  const auto parsed = TRY(parse_note(bytes));
  if (parsed != note) return fail(ErrorCode::kMalformed, "this cannot be written as a signed note");
  return bytes;
}

Result<NoteSignature> sign_note(std::string_view text, std::string_view name,
                                const SigningKey& key) {
  if (!text.ends_with('\n') || !is_note_text(text))
    return fail(ErrorCode::kMalformed, "not the text of a note");
  const auto verifier = TRY(NoteVerifier::create(name, NoteKeyType::kEd25519, key.public_key()));
  const auto signature = key.sign(view_of(text));
  return NoteSignature{std::string(name), verifier.key_id(),
                       Bytes(signature.begin(), signature.end())};
}

Result<Note> open_note(std::string_view bytes, std::span<const NoteVerifier> verifiers) {
  auto note = TRY(parse_note(bytes));
  std::vector<NoteSignature> verified;
  for (auto& signature : note.signatures) {
    const auto known =
        std::find_if(verifiers.begin(), verifiers.end(),
                     [&](const NoteVerifier& verifier) { return verifier.knows(signature); });
    if (known == verifiers.end()) continue;
    if (!known->verify(note.text, signature))
      return fail(ErrorCode::kCrypto, "a signature of a known key fails");
    verified.push_back(std::move(signature));
  }
  if (verified.empty()) return fail(ErrorCode::kCrypto, "no signature of a known key");
  note.signatures = std::move(verified);
  return note;
}

}  // namespace bulkhead
