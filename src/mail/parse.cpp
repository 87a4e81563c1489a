#include "mail/parse.h"

#include <algorithm>

#include "mail/body.h"
#include "mail/charset.h"
#include "mail/gmime.h"
#include "mail/headers.h"

namespace bulkhead::mail {
namespace {

using wire::MailFlaw;
using wire::MailRefusal;

constexpr const char* kFallbackCharsets[] = {"utf-8", "windows-1252", nullptr};

// Up to and with the empty line that ends it; everything when there is none.
std::size_t header_block_bytes(std::string_view raw) {
  for (auto at = raw.find('\n'); at != std::string_view::npos; at = raw.find('\n', at + 1)) {
    const auto rest = raw.substr(at + 1);
    if (rest.starts_with('\n') || rest.starts_with("\r\n")) return at + 1;
  }
  return raw.size();
}

void warn(gint64, GMimeParserWarning code, const gchar*, gpointer draft) {
  auto& to = *static_cast<Draft*>(draft);
  switch (code) {
    case GMIME_CRIT_NESTING_OVERFLOW:
      return to.flaw(MailFlaw::kTooDeep);
    case GMIME_CRIT_INVALID_HEADER_NAME:
    case GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY:
    case GMIME_CRIT_PART_WITHOUT_HEADERS_OR_CONTENT:
    case GMIME_WARN_MALFORMED_MULTIPART:
    case GMIME_WARN_TRUNCATED_MESSAGE:
      return to.flaw(MailFlaw::kBadStructure);
    default:
      return;
  }
}

Options make_options(Draft& draft) {
  Options options(g_mime_parser_options_new());
  g_mime_parser_options_set_fallback_charsets(options.get(),
                                              const_cast<const char**>(kFallbackCharsets));
  g_mime_parser_options_set_allow_addresses_without_domain(options.get(), FALSE);
  g_mime_parser_options_set_warning_callback(options.get(), warn, &draft);
  return options;
}

wire::ParsedMail refuse(MailRefusal reason) {
  wire::ParsedMail mail;
  mail.refused = reason;
  return mail;
}

}  // namespace

bool prepare_to_parse() {
  g_mime_init();
  return load_charsets() > 0;
}

wire::ParsedMail parse_mail(Bytes& raw) {
  if (raw.size() > wire::kMailBytesMax) return refuse(MailRefusal::kTooLarge);
  const auto block = header_block_bytes(text_of(raw));
  if (block > wire::kMailHeaderBytesMax) return refuse(MailRefusal::kHeadersTooLarge);
  Draft draft;
  look_at_header_bytes(text_of(raw).substr(0, block), draft);
  std::replace(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(block), std::uint8_t{0},
               std::uint8_t{' '});

  // The stream reads our bytes where they lie; it is never written to.
  GByteArray bytes{raw.data(), static_cast<guint>(raw.size())};
  const Object<GMimeStream> stream(g_mime_stream_mem_new_with_byte_array(&bytes));
  g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream.get()), FALSE);
  const Object<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const auto options = make_options(draft);
  const Object<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), options.get()));
  if (!message) return refuse(MailRefusal::kNoHeaders);
  const int headers =
      g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(message.get())));
  if (headers <= 0) return refuse(MailRefusal::kNoHeaders);
  if (static_cast<std::size_t>(headers) > wire::kMailHeadersMax)
    return refuse(MailRefusal::kHeadersTooLarge);
  read_headers(message.get(), options.get(), draft);
  read_body(message.get(), draft);
  return std::move(draft.mail);
}

}  // namespace bulkhead::mail
