// Small scanners over free text for what must be known before it is shown: card numbers, IBANs,
// passport-like numbers, addresses, phone numbers, SSR words. They must over-report rather than
// miss, and take linear time. Owned by vault.
#pragma once

#include <string>
#include <string_view>

#include "base/catalogue.h"
#include "base/result.h"

namespace bulkhead {

inline constexpr std::size_t kScanTextBytesMax = 64u << 10;

struct ScannedText {
  std::string text;  // card numbers (13 to 19 digits that pass Luhn's check) are cut to "**** " and
                     // the last four
  ContentTags tags;
};

// kTooLarge beyond kScanTextBytesMax; kMalformed unless UTF-8 without control characters but line
// feed, return and tab.
Result<ScannedText> scan_text(std::string_view text);

}  // namespace bulkhead
