#include "keeper/credentials.h"

#include <zxcvbn.h>

#include <algorithm>
#include <array>
#include <vector>

#include "crypto/password_hash.h"
#include "crypto/random.h"

namespace bulkhead {
namespace {

// The code points of well-formed UTF-8 (RFC 3629, section 4); nothing when it is not or holds a
// control character.
std::optional<std::u32string> characters_of(std::string_view text) {
  std::u32string characters;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = lead < 0x80   ? 1
                              : lead < 0xc2 ? 0
                              : lead < 0xe0 ? 2
                              : lead < 0xf0 ? 3
                              : lead < 0xf5 ? 4
                                            : 0;
    if (bytes == 0 || text.size() - i < bytes) return std::nullopt;
    char32_t point = bytes == 1 ? lead : lead & (0x7fu >> bytes);
    for (std::size_t k = 1; k < bytes; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return std::nullopt;
      point = point << 6 | (next & 0x3fu);
    }
    const bool overlong = (bytes == 3 && point < 0x800) || (bytes == 4 && point < 0x10000);
    if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return std::nullopt;
    if (point < 0x20 || point == 0x7f) return std::nullopt;
    characters += point;
    i += bytes;
  }
  return characters;
}

// zxcvbn reads single bytes and its tables are indexed by them, so it is shown printable ASCII
// only. Each character beyond becomes one that depends on it alone, so that repetitions and
// sequences stay what they are.
std::string for_zxcvbn(std::u32string_view characters) {
  std::string ascii;
  for (const auto point : characters)
    ascii += static_cast<char>(point < 0x7f ? point : '!' + point % ('~' - '!' + 1));
  return ascii;
}

double entropy_bits(std::u32string_view password, std::span<const std::string_view> user_inputs) {
  std::vector<std::string> words;
  for (const auto input : user_inputs.first(std::min(user_inputs.size(), kUserInputsMax))) {
    const auto characters = characters_of(input);
    if (!characters || characters->empty() || input.size() > wire::kPasswordBytesMax) continue;
    auto& word = words.emplace_back(for_zxcvbn(*characters));
    // zxcvbn ignores case only for words given in lower case.
    std::transform(word.begin(), word.end(), word.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  std::array<const char*, kUserInputsMax + 1> dictionary{};
  for (std::size_t i = 0; i < words.size(); ++i) dictionary[i] = words[i].c_str();
  return ZxcvbnMatch(for_zxcvbn(password).c_str(), dictionary.data(), nullptr);
}

}  // namespace

std::string_view advice(PasswordFault fault) {
  switch (fault) {
    case PasswordFault::kTooShort:
      return "Use at least 15 characters; four or five words that only you put together are fine.";
    case PasswordFault::kTooLong:
      return "Use at most 256 bytes (fewer characters when they are not Latin letters).";
    case PasswordFault::kNotText:
      return "Use letters, digits, signs and spaces only: this holds bytes that are not text.";
    case PasswordFault::kBreached:
      return "Choose another one: this password is on public lists of stolen passwords, where "
             "thieves look first.";
    case PasswordFault::kWeak:
      return "Choose another one: this is quickly guessed. Leave out names, dates, patterns and "
             "repetitions.";
  }
  return "Choose another password.";
}

Result<std::optional<PasswordFault>> password_fault(std::string_view password,
                                                    std::span<const std::string_view> user_inputs,
                                                    const RangeStore* breached) {
  using Fault = std::optional<PasswordFault>;
  if (password.size() > wire::kPasswordBytesMax) return Fault(PasswordFault::kTooLong);
  const auto characters = characters_of(password);
  if (!characters) return Fault(PasswordFault::kNotText);
  if (characters->size() < kPasswordCharactersMin) return Fault(PasswordFault::kTooShort);
  if (breached != nullptr && TRY(breached->contains(password)))
    return Fault(PasswordFault::kBreached);
  if (entropy_bits(*characters, user_inputs) < kPasswordEntropyBitsMin)
    return Fault(PasswordFault::kWeak);
  return Fault();
}

Result<Credentials> make_credentials(const SecretBytes& password, std::uint32_t version) {
  Credentials row;
  row.password_hash.value = TRY(hash_password(password));
  if (row.password_hash.value.size() > kPasswordHashBytesMax)
    return fail(ErrorCode::kTooLarge, "password hash");
  row.totp_secret = new_totp_secret();
  row.version = version;
  return row;
}

Result<CredentialCheck> CredentialCheck::create() {
  return CredentialCheck(TRY(make_credentials(random_secret(32), 0)));
}

Result<std::uint64_t> CredentialCheck::check(const Credentials* row, const SecretBytes& password,
                                             std::string_view code, std::uint64_t wall_ms,
                                             std::uint64_t last_step) const {
  const Credentials& asked = row != nullptr ? *row : dummy_;
  // Both factors are always worked out, so that time does not tell which one was wrong.
  const bool password_fits = verify_password(asked.password_hash.value, password);
  const auto step = verify_totp(asked.totp_secret, code, wall_ms, last_step);
  if (row == nullptr || !password_fits || !step)
    return fail(ErrorCode::kCrypto, "credentials do not fit");
  return *step;
}

}  // namespace bulkhead
