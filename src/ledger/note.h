// C2SP signed-note v1: a text under one or more signature lines. Reading must never use a text
// before a signature of a known key over it was verified, nor accept a second spelling of the same
// note. Owned by ledger.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/sign.h"

namespace bulkhead {

inline constexpr std::size_t kNoteBytesMax = 1'000'000;
inline constexpr std::size_t kNoteSignaturesMax = 100;

// Signature types we can verify (signed-note, "Signature types").
enum class NoteKeyType : std::uint8_t { kEd25519 = 0x01, kCosignature = 0x04 };

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // what follows the key ID
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // with its final newline
  std::vector<NoteSignature> signatures;
  bool operator==(const Note&) const = default;
};

// A public key by the name its signatures carry: "<name>+<key ID>+<base64(type ‖ key)>", called a
// vkey.
class NoteVerifier {
 public:
  // kMalformed: not a vkey of a type we know, or its key ID does not fit.
  static Result<NoteVerifier> parse(std::string_view vkey);
  // kMalformed unless `name` may name a key.
  static Result<NoteVerifier> create(std::string_view name, NoteKeyType type,
                                     const Ed25519PublicKey& key);

  const std::string& name() const { return name_; }
  std::uint32_t key_id() const { return key_id_; }
  NoteKeyType type() const { return type_; }
  std::string text() const;
  // True when name and key ID fit, whatever the signature.
  bool knows(const NoteSignature& signature) const;
  bool verify(std::string_view text, const NoteSignature& signature) const;

 private:
  std::string name_;
  std::uint32_t key_id_ = 0;
  NoteKeyType type_{};
  Ed25519PublicKey key_{};
};

// A key that signs notes as type 01.
struct NoteSigner {
  std::string name;
  SigningKey key;
  // The text form of Go's note package: "PRIVATE+KEY+<name>+<key ID>+<base64(01 ‖ seed)>".
  // kMalformed, kCrypto.
  static Result<NoteSigner> parse(std::string_view secret);
};

bool is_key_name(std::string_view name);  // not empty, no Unicode space, no '+', valid UTF-8

// kMalformed, or kTooLarge beyond the maximums. Verifies nothing.
Result<Note> parse_note(std::string_view bytes);
// The one spelling. kMalformed when the note's parts cannot make one.
Result<std::string> format_note(const Note& note);

// kMalformed when the text cannot stand in a note.
Result<NoteSignature> sign_note(std::string_view text, std::string_view name,
                                const SigningKey& key);

// Parses and keeps only the signatures that `verifiers` vouch for, at least one. kCrypto when none
// is known, or when a signature of a known key fails: then the whole note is refused.
Result<Note> open_note(std::string_view bytes, std::span<const NoteVerifier> verifiers);

}  // namespace bulkhead
