// A request's body in the one spelling that proofs are checked over (RFC 8785, JSON
// Canonicalization Scheme), from any JSON a person typed. It must never change what was said: a
// body with two meanings is refused. Owned by cli.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace bulkhead::cli {

inline constexpr std::size_t kJsonDepthMax = 16;

// Members in order of their names in UTF-16, no blanks, the shortest escapes, numbers as ECMAScript
// writes them. The names in a list called "fields" come in the catalogue's order, as the API wants
// them (wire/paths.h). An empty text stays empty. kMalformed: no JSON (RFC 8259), or a member that
// is there twice; kTooLarge: nested deeper than kJsonDepthMax.
Result<std::string> canonical_json(std::string_view text);

}  // namespace bulkhead::cli
