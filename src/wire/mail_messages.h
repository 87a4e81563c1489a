// What bulkhead-mail-parse says about one mail, and how question and answer travel: `u32 length ‖
// bytes` both ways over one socket pair, the raw mail there and an encoded ParsedMail back. It must
// never carry a byte that is not bounded here; everything in it is outside text and believed by
// nobody. Owned by wire; mail/ answers, supervisor/mail_parser asks.
#pragma once

#include "wire/codec.h"

namespace bulkhead::wire {

inline constexpr std::size_t kMailBytesMax = 25u << 20;
inline constexpr std::size_t kMailHeaderBytesMax = 256u << 10;  // of the mail's own header block
inline constexpr std::size_t kMailHeadersMax = 1000;
inline constexpr std::size_t kMailDepthMax = 16;
inline constexpr std::size_t kMailPartsMax = 200;
inline constexpr std::size_t kMailTextBytesMax = 60u << 10;
inline constexpr std::size_t kMailSubjectBytesMax = 1000;
inline constexpr std::size_t kMailIdBytesMax = 250;
inline constexpr std::size_t kMailAddressBytesMax = 254;  // RFC 5321, section 4.5.3.1.3
inline constexpr std::size_t kMailAddressesMax = 50;
inline constexpr std::size_t kMailReferencesMax = 50;
inline constexpr std::size_t kMailAttachmentsMax = 50;
inline constexpr std::size_t kReportRecipientsMax = 50;
inline constexpr std::size_t kParsedMailBytesMax = 256u << 10;  // encoded

// Why a mail was not parsed at all. The last three are said by who asks, not by the parser.
enum class MailRefusal : std::uint8_t {
  kNone,
  kNoHeaders,
  kHeadersTooLarge,
  kTooLarge,
  kTimeout,
  kParserEnded
};

// What is wrong with a mail that was parsed all the same.
enum class MailFlaw : std::uint8_t {
  kDuplicateHeader,     // one that may stand there once; the first counts, but two From: none
  kRawHeader,           // 8-bit bytes in a header
  kNul,                 // in the header block
  kBareCarriageReturn,  // in the header block
  kControlCharacter,    // left out of a decoded header
  kBadAddress,          // left out
  kBadMessageId,        // left out
  kBadDate,             // left out
  kBadCharset,          // unknown, or the bytes are not of it: '?' stands for each
  kBadStructure,        // multipart without boundary or end, or worse
  kTooDeep,             // parts below kMailDepthMax were not looked at
  kTooManyParts,        // nor those after kMailPartsMax
  kTooManyAddresses,    // the rest was left out; so the next three
  kTooManyReferences,
  kTooManyAttachments,
  kTextCut,
};

}  // namespace bulkhead::wire
namespace bulkhead {
template <>
struct Words<wire::MailRefusal> {
  static constexpr std::array<std::string_view, 6> names{
      "none", "no-headers", "headers-too-large", "too-large", "timeout", "parser-ended"};
};
template <>
struct Words<wire::MailFlaw> {
  static constexpr std::array<std::string_view, 16> names{"duplicate-header",
                                                          "raw-header",
                                                          "nul",
                                                          "bare-carriage-return",
                                                          "control-character",
                                                          "bad-address",
                                                          "bad-message-id",
                                                          "bad-date",
                                                          "bad-charset",
                                                          "bad-structure",
                                                          "too-deep",
                                                          "too-many-parts",
                                                          "too-many-addresses",
                                                          "too-many-references",
                                                          "too-many-attachments",
                                                          "text-cut"};
};
}  // namespace bulkhead
namespace bulkhead::wire {

using MailId = Text<kMailIdBytesMax>;  // without its angle brackets

struct MailAddress {
  Text<kMailAddressBytesMax> address;  // printable ASCII, one @
  Text<256> name;                      // as the sender chose it
  WIRE_MEMBERS(address, name)
};
using MailAddresses = List<MailAddress, kMailAddressesMax>;

struct MailAttachment {
  Text<255> name;           // no folders; empty when it has none
  Text<127> declared_type;  // "image/png", as the sender said
  Text<64> sniffed_type;    // by its first bytes; "application/octet-stream" when they tell nothing
  std::uint64_t bytes = 0;  // decoded, never unpacked
  WIRE_MEMBERS(name, declared_type, sniffed_type, bytes)
};

// A delivery report (RFC 3464), an abuse report (RFC 5965) or a receipt (RFC 8098).
enum class ReportKind : std::uint8_t { kDelivery, kFeedback, kReceipt };
}  // namespace bulkhead::wire
namespace bulkhead {
template <>
struct Words<wire::ReportKind> {
  static constexpr std::array<std::string_view, 3> names{"delivery", "feedback", "receipt"};
};
}  // namespace bulkhead
namespace bulkhead::wire {
struct ReportRecipient {
  Text<kMailAddressBytesMax> address;
  Text<32> action;   // failed, delayed, delivered, ...
  Text<16> status;   // 5.1.1
  Text<512> detail;  // what the other server said
  WIRE_MEMBERS(address, action, status, detail)
};
struct MailReport {
  ReportKind kind{};
  Text<256> reporter;      // the server or program that reports
  Text<64> feedback_type;  // of feedback: abuse, fraud, ...
  MailId original;         // Message-ID of what is reported on
  List<ReportRecipient, kReportRecipientsMax> recipients;
  WIRE_MEMBERS(kind, reporter, feedback_type, original, recipients)
};

struct ParsedMail {
  MailRefusal refused{};
  List<MailFlaw, word_count<MailFlaw>()> flaws;
  MailAddresses from, to, cc, reply_to;
  MailId message_id;
  List<MailId, kMailReferencesMax> references;  // In-Reply-To first, then References
  std::optional<std::uint64_t> date_ms;
  Text<kMailSubjectBytesMax> subject;
  Text<kMailTextBytesMax> text;  // UTF-8, lines end in \n
  List<MailAttachment, kMailAttachmentsMax> attachments;
  bool auto_reply = false;   // nobody wrote it (RFC 3834)
  bool bulk = false;         // Precedence says so
  bool list = false;         // a mailing list carried it (RFC 2919)
  bool null_sender = false;  // Return-Path: <>
  bool encrypted = false;
  std::optional<MailReport> report;
  WIRE_MEMBERS(refused, flaws, from, to, cc, reply_to, message_id, references, date_ms, subject,
               text, attachments, auto_reply, bulk, list, null_sender, encrypted, report)

  bool has(MailFlaw flaw) const {
    return std::ranges::find(flaws.items, flaw) != flaws.items.end();
  }
};

}  // namespace bulkhead::wire
