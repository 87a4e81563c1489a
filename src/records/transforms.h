// What an import map can do to one value: phone, date, country, language and name in the many
// shapes exports have, to the one shape of the catalogue. Errors must name the kind of fault and
// never the value. Owned by records.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace bulkhead {

// To +digits as ITU-T E.164 section 6 has it (7 to 15 digits, assigned country code). A number
// without + or 00 is read as a national one of `country` (two letters, may be empty). Errors:
// kMalformed.
Result<std::string> phone_to_e164(std::string_view text, std::string_view country);

// To YYYY-MM-DD (ISO 8601) by a pattern of YYYY, MM or M, DD or D and literal characters; a last
// '*' lets anything follow. Errors: kMalformed, also for a date that does not exist.
Result<std::string> date_to_iso(std::string_view text, std::string_view pattern);
// Whether a pattern names year, month and day once each and nothing else but punctuation.
bool is_date_pattern(std::string_view pattern);

// To the two-letter code. Errors: kMalformed.
Result<std::string> country_to_code(std::string_view text);

// "fr-FR" or "FR" to "fr" (ISO 639 two or three letters). Errors: kMalformed.
Result<std::string> language_to_code(std::string_view text);

// Line breaks and the blanks around them become ", ".
std::string to_one_line(std::string_view text);

struct SplitName {
  std::string given;  // may be empty
  std::string family;
};
// "Anna van der Berg", "van der Berg, Anna" or "Anna": the last word is the family name together
// with the particles before.
SplitName split_full_name(std::string_view text);

}  // namespace bulkhead
