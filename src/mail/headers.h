// The header fields of a mail (RFC 5322, section 3.6) made into addresses, ids, date, subject and
// marks. It must never take an address or id that is not plainly one, nor choose between two
// senders. Owned by mail.
#pragma once

#include <optional>
#include <string_view>

#include "mail/gmime.h"

namespace bulkhead::mail {

// What can be seen in the bytes of the header block alone.
void look_at_header_bytes(std::string_view block, Draft& draft);
void read_headers(GMimeMessage* message, GMimeParserOptions* options, Draft& draft);

// One address as it may be looked up: printable ASCII without blanks and quotes, one @, a domain.
bool is_address(std::string_view text);
// The first message id in `text`, without its brackets.
std::optional<std::string_view> first_message_id(std::string_view text);

}  // namespace bulkhead::mail
