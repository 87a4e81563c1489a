// Password hashing with Argon2id (RFC 9106) at OWASP's figures: 2 passes over 19 MiB, one lane.
// It must never run on the threads that answer reveals: one call takes tens of milliseconds and 19
// MiB. Owned by crypto.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace bulkhead {

inline constexpr std::size_t kPasswordHashMemoryBytes = 19u << 20;
inline constexpr unsigned kPasswordHashPasses = 2;
inline constexpr std::size_t kPasswordBytesMax = 1024;

// A string in the PHC form ("$argon2id$v=19$m=19456,t=2,p=1$..."). kTooLarge beyond
// kPasswordBytesMax, kUnavailable when the memory cannot be had.
Result<std::string> hash_password(const SecretBytes& password);

// False for a malformed hash, a longer password or a hash that asks for more memory or passes than
// ours.
bool verify_password(std::string_view hash, const SecretBytes& password);

}  // namespace bulkhead
