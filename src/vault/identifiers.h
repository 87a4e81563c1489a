// The identifiers customers are looked up by, made equal where people write the same thing
// differently, and their place in the blind index. A tag must never be computed over anything but a
// normalised value. Owned by vault.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/record.h"
#include "base/result.h"
#include "base/words.h"
#include "vault/key_ring.h"

namespace bulkhead {

// E-mail: lower case. Phone: E.164. Frequent-flyer number, locator and ticket: upper case without
// blanks and dashes. Name and birth: "family name|YYYY-MM-DD", the name as normalise_name() has it.
// kMalformed.
Result<std::string> normalise(IdentifierKind kind, std::string_view text);

// Upper case, Latin letters without marks (ä is A, ß is SS, ø is O), everything but letters and
// digits dropped, so that "Müller-Lüdenscheidt" and "MULLER LUDENSCHEIDT" are equal. Composed and
// decomposed spellings come out alike.
std::string normalise_name(std::string_view name);

using BlindTag = std::array<std::uint8_t, 16>;
// The first 16 bytes of HMAC-SHA-256(index key, kind ‖ normalised).
BlindTag blind_tag(const KeyRing& ring, IdentifierKind kind, std::string_view normalised);

struct Identifier {
  IdentifierKind kind{};
  std::string normalised;
  bool operator==(const Identifier&) const = default;
};
// Every identifier of a checked record, without repetitions.
std::vector<Identifier> identifiers_of(const Record& record);

}  // namespace bulkhead
