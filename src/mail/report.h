// Machine-written reports: delivery (RFC 3464), receipts (RFC 8098) and abuse (RFC 5965), all of
// them header-like fields in groups. Nothing in a report may be believed: anybody can write one.
// Owned by mail.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/mail_messages.h"

namespace bulkhead::mail {

// "delivery-status", "disposition-notification" or "feedback-report", lower case.
std::optional<wire::ReportKind> report_kind(std::string_view subtype);
wire::MailReport read_report(wire::ReportKind kind, std::string_view fields);
// The Message-ID in a header block; empty when there is none.
std::string original_id(std::string_view headers);

}  // namespace bulkhead::mail
