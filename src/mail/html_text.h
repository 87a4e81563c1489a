// HTML of a mail made plain text: tags, scripts, styles and comments go, blocks become lines,
// character references become characters. It must take linear time and never fetch or run
// anything; nothing of the markup survives. Owned by mail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bulkhead::mail {

// `html` is UTF-8 (broken sequences pass through). At most `bytes_max` bytes.
std::string html_to_text(std::string_view html, std::size_t bytes_max);

}  // namespace bulkhead::mail
