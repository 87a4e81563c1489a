// The parts of a mail (RFC 2045 to 2049): one text to read, a list of what hangs on, the report if
// it is one. It must never unpack an attachment, nor hold more than one decoded piece of a part at
// a time. Owned by mail.
#pragma once

#include "mail/gmime.h"

namespace bulkhead::mail {

void read_body(GMimeMessage* message, Draft& draft);

}  // namespace bulkhead::mail
