// Sealing: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; sealed = nonce ‖ ciphertext ‖
// tag. One key must never seal more than 2^32 messages (section 8.3), which per-customer keys are
// far from. Owned by crypto.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"

namespace bulkhead {

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kSealOverheadBytes = kNonceBytes + kTagBytes;
inline constexpr std::size_t kSealPlaintextBytesMax = 16u << 20;

using KeyView = std::span<const std::uint8_t, kKeyBytes>;

// Writes plaintext.size() + kSealOverheadBytes bytes at `to`. The plaintext is ours and must be
// within kSealPlaintextBytesMax (an invariant); `to` must not overlap it.
void seal_into(KeyView key, ByteView plaintext, ByteView associated_data, std::uint8_t* to);
Bytes seal_bytes(KeyView key, ByteView plaintext, ByteView associated_data);

// kCrypto when key, associated data or any byte do not fit, or `to` is not sealed.size() -
// kSealOverheadBytes long; `to` is wiped then.
Status open_into(KeyView key, ByteView sealed, ByteView associated_data,
                 std::span<std::uint8_t> to);
Result<Bytes> open_sealed(KeyView key, ByteView sealed, ByteView associated_data);

}  // namespace bulkhead
