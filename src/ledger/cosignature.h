// C2SP tlog-cosignature v1 with Ed25519 (note signature type 04): a witness's statement that it saw
// a checkpoint at a time. It must never be read as a statement about the checkpoint's entries.
// Owned by ledger.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/sign.h"
#include "ledger/note.h"

namespace bulkhead {

inline constexpr std::uint64_t kCosignatureTimeMax = (std::uint64_t{1} << 63) - 1;

// `time_s` in POSIX seconds, from 1 to kCosignatureTimeMax. kMalformed otherwise, or when the text
// is no note text.
Result<NoteSignature> cosign(std::string_view checkpoint_text, std::string_view name,
                             const SigningKey& key, std::uint64_t time_s);

// `payload` is time ‖ signature as it follows the key ID.
bool cosignature_holds(const Ed25519PublicKey& key, std::string_view checkpoint_text,
                       ByteView payload);

// POSIX seconds. kMalformed when `signature` cannot be a cosignature.
Result<std::uint64_t> cosignature_time_s(const NoteSignature& signature);

}  // namespace bulkhead
