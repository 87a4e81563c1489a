// Passwords and second factors of staff: which passwords may be chosen, how they are kept, and the
// check at sign-in. An unknown account must cost the same work and get the same answer as a wrong
// password. Owned by keeper; hash() and check() belong on the hashing lane, never on the loop.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "keeper/range_store.h"
#include "keeper/totp.h"
#include "wire/codec.h"
#include "wire/front_messages.h"

namespace bulkhead {

inline constexpr std::size_t kPasswordCharactersMin = 15;  // NIST SP 800-63B-4, section 3.1.1.2
inline constexpr double kPasswordEntropyBitsMin = 40;
inline constexpr std::size_t kPasswordHashBytesMax = 128;
inline constexpr std::size_t kUserInputsMax = 8;

// --- Choosing a password
// ------------------------------------------------------------------------------------------

enum class PasswordFault : std::uint8_t { kTooShort, kTooLong, kNotText, kBreached, kWeak };

// What to do about it, as a sentence for the person who chooses.
std::string_view advice(PasswordFault fault);

// Nothing when the password may be used. There are no composition rules. `user_inputs` are words
// that an attacker would try first (account name, house name; at most kUserInputsMax are looked
// at). Without a store (`breached` null) known passwords are judged by zxcvbn's lists alone. kIo
// when the store cannot be read: then nothing may be accepted.
Result<std::optional<PasswordFault>> password_fault(std::string_view password,
                                                    std::span<const std::string_view> user_inputs,
                                                    const RangeStore* breached);

// --- Keeping it
// ---------------------------------------------------------------------------------------------------

// The sealed row of a member of staff.
struct Credentials {
  wire::Text<kPasswordHashBytesMax> password_hash;  // Argon2id, PHC form
  TotpSecret totp_secret{};
  std::uint32_t version = 0;  // rises with each change; the kStaff entry names it
  WIRE_MEMBERS(password_hash, totp_secret, version)
};

// kUnavailable when the memory for hashing cannot be had.
Result<Credentials> make_credentials(const SecretBytes& password, std::uint32_t version);

// --- Checking it
// --------------------------------------------------------------------------------------------------

class CredentialCheck {
 public:
  // Makes a dummy row of random contents.
  static Result<CredentialCheck> create();

  // The TOTP step that must become durable before success is told; kCrypto for anything wrong,
  // whatever it is. `row` null means that there is no such account (or a disabled one): the same
  // work is done. Thread-safe.
  Result<std::uint64_t> check(const Credentials* row, const SecretBytes& password,
                              std::string_view code, std::uint64_t wall_ms,
                              std::uint64_t last_step) const;

 private:
  explicit CredentialCheck(Credentials dummy) : dummy_(std::move(dummy)) {}
  Credentials dummy_;
};

}  // namespace bulkhead
