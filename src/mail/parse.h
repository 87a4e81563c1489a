// One raw mail in, one bounded answer out: what bulkhead-mail-parse does for each mail. It must
// never fail for what a mail holds; what cannot be parsed is refused in words. Owned by mail.
#pragma once

#include "base/bytes.h"
#include "wire/mail_messages.h"

namespace bulkhead::mail {

// Once, before confine: the libraries read their tables now. False when the C library has no
// charsets.
bool prepare_to_parse();

// The bytes are changed: what may not stand in a header block is blanked.
wire::ParsedMail parse_mail(Bytes& raw);

}  // namespace bulkhead::mail
