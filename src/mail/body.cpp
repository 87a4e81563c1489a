#include "mail/body.h"

#include <algorithm>
#include <array>
#include <string>

#include "mail/charset.h"
#include "mail/clean_text.h"
#include "mail/headers.h"
#include "mail/html_text.h"
#include "mail/report.h"
#include "mail/sniff.h"

namespace bulkhead::mail {
namespace {

using wire::MailFlaw;

constexpr std::size_t kChunkBytes = 16u << 10;
constexpr std::size_t kTextSourceBytesMax = 512u
                                            << 10;  // of one text part, decoded, before it is cut
constexpr std::size_t kTypeBytesMax = 127;
constexpr std::size_t kAttachmentNameBytesMax = 255;

std::string type_of(GMimeObject* part) {
  auto* const type = g_mime_object_get_content_type(part);
  const auto word = [](const char* text) { return lower(text == nullptr ? "" : text); };
  return word(g_mime_content_type_get_media_type(type)) + "/" +
         word(g_mime_content_type_get_media_subtype(type));
}

// Undoes the transfer encoding of a part piece by piece; `take` says whether it wants more.
template <class Take>
void decode(GMimePart* part, Take take) {
  auto* const content = g_mime_part_get_content(part);
  auto* const stream = content == nullptr ? nullptr : g_mime_data_wrapper_get_stream(content);
  if (stream == nullptr) return;
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, g_mime_part_get_content_encoding(part));
  std::array<char, kChunkBytes> raw;
  std::array<char, kChunkBytes + 64> plain;  // decoding never adds, but for what was held back
  g_mime_stream_reset(stream);
  for (;;) {
    const auto got = g_mime_stream_read(stream, raw.data(), raw.size());
    if (got <= 0) return;
    const auto bytes =
        g_mime_encoding_step(&state, raw.data(), static_cast<std::size_t>(got), plain.data());
    if (!take(std::string_view(plain.data(), bytes))) return;
  }
}

// The start of a decoded part, at most so many bytes.
std::string start_of(GMimePart* part, std::size_t bytes_max) {
  std::string start;
  decode(part, [&](std::string_view more) {
    start += more.substr(0, bytes_max - start.size());
    return start.size() < bytes_max;
  });
  return start;
}

// The last piece of a path of any system, as one clean line that hides nothing.
std::string file_name(const char* raw) {
  std::string_view name(raw == nullptr ? "" : raw);
  const auto folder = name.find_last_of("/\\");
  if (folder != std::string_view::npos) name.remove_prefix(folder + 1);
  auto clean = clean_line(name, kAttachmentNameBytesMax).text;
  clean.erase(0, std::min(clean.find_first_not_of(". "), clean.size()));
  return clean;
}

std::string clean_type(const std::string& type) {
  const bool plain =
      type.size() <= kTypeBytesMax && std::ranges::all_of(type, [](char c) {
        return c > ' ' && c < 0x7f &&
               std::string_view("()<>@,;:\\\"[]?=").find(c) == std::string_view::npos;
      });
  return plain ? type : "application/octet-stream";
}

class Walk {
 public:
  explicit Walk(Draft& draft) : draft_(draft) {}

  void run(GMimeObject* root) {
    if (root != nullptr) part(root, 0);
    auto clean = clean_lines(text_, wire::kMailTextBytesMax);
    if (clean.cut) draft_.flaw(MailFlaw::kTextCut);
    draft_.mail.text.value = std::string(trimmed(clean.text));
  }

 private:
  void part(GMimeObject* one, std::size_t depth) {
    if (depth > wire::kMailDepthMax) return draft_.flaw(MailFlaw::kTooDeep);
    if (++parts_ > wire::kMailPartsMax) return draft_.flaw(MailFlaw::kTooManyParts);
    if (GMIME_IS_MULTIPART(one)) return multipart(GMIME_MULTIPART(one), depth);
    if (GMIME_IS_MESSAGE_PART(one)) return message(GMIME_MESSAGE_PART(one));
    if (GMIME_IS_PART(one)) leaf(GMIME_PART(one));
  }

  void multipart(GMimeMultipart* all, std::size_t depth) {
    const auto type = type_of(GMIME_OBJECT(all));
    if (type == "multipart/encrypted") draft_.mail.encrypted = true;
    const int count = g_mime_multipart_get_count(all);
    if (count <= 0) draft_.flaw(MailFlaw::kBadStructure);
    if (type == "multipart/alternative") return alternative(all, count, depth);
    for (int i = 0; i < count && parts_ <= wire::kMailPartsMax; ++i)
      part(g_mime_multipart_get_part(all, i), depth + 1);
  }

  // The same text several times: plain text, if it is not empty, or else the last one there is.
  void alternative(GMimeMultipart* all, int count, std::size_t depth) {
    auto before = std::exchange(text_, {});
    std::string plain, other;
    for (int i = 0; i < count && parts_ <= wire::kMailPartsMax; ++i) {
      auto* const one = g_mime_multipart_get_part(all, i);
      part(one, depth + 1);
      auto text = std::exchange(text_, {});
      if (trimmed(text).empty()) continue;
      auto& to = type_of(one) == "text/plain" ? plain : other;
      to = std::move(text);
    }
    text_ = std::move(before);
    append(plain.empty() ? other : plain);
  }

  void message(GMimeMessagePart* forwarded) {
    auto* const inner = g_mime_message_part_get_message(forwarded);
    if (draft_.mail.report && inner != nullptr) {
      const char* const id = g_mime_object_get_header(GMIME_OBJECT(inner), "Message-Id");
      if (draft_.mail.report->original.value.empty() && id != nullptr)
        draft_.mail.report->original.value = original_id("Message-ID: " + std::string(id));
    }
    attach({{}, {clean_type(type_of(GMIME_OBJECT(forwarded)))}, {"message/rfc822"}, 0});
  }

  void leaf(GMimePart* one) {
    const auto type = type_of(GMIME_OBJECT(one));
    if (type.starts_with("message/") && report(one, type)) return;
    const char* const disposition = g_mime_object_get_disposition(GMIME_OBJECT(one));
    const bool attached = (disposition != nullptr && equal_words(disposition, "attachment")) ||
                          g_mime_part_get_filename(one) != nullptr;
    if (type == "text/rfc822-headers" && draft_.mail.report)
      draft_.mail.report->original.value = original_id(start_of(one, kTextSourceBytesMax));
    if (!attached && (type == "text/plain" || type == "text/html")) return text(one, type);
    attachment(one, type);
  }

  bool report(GMimePart* one, const std::string& type) {
    const auto kind = report_kind(std::string_view(type).substr(type.find('/') + 1));
    if (!kind || draft_.mail.report) return false;
    draft_.mail.report = read_report(*kind, start_of(one, kTextSourceBytesMax));
    draft_.mail.auto_reply = true;
    return true;
  }

  void text(GMimePart* one, const std::string& type) {
    const char* const charset =
        g_mime_object_get_content_type_parameter(GMIME_OBJECT(one), "charset");
    const auto source = start_of(one, kTextSourceBytesMax);
    if (source.size() == kTextSourceBytesMax) draft_.flaw(MailFlaw::kTextCut);
    auto decoded = to_utf8(source, charset == nullptr ? "" : charset);
    if (decoded.flawed) draft_.flaw(MailFlaw::kBadCharset);
    append(type == "text/html" ? html_to_text(decoded.utf8, kTextSourceBytesMax) : decoded.utf8);
  }

  void append(const std::string& more) {
    if (text_.size() > wire::kMailTextBytesMax * 4) return draft_.flaw(MailFlaw::kTextCut);
    if (!text_.empty() && !text_.ends_with('\n') && !more.empty()) text_ += '\n';
    text_ += more;
  }

  void attachment(GMimePart* one, const std::string& type) {
    std::string start;
    std::uint64_t bytes = 0;
    decode(one, [&](std::string_view more) {
      bytes += more.size();
      start += more.substr(0, kSniffBytes - start.size());
      return true;
    });
    attach({{file_name(g_mime_part_get_filename(one))},
            {clean_type(type)},
            {std::string(sniff_type(start))},
            bytes});
  }

  void attach(wire::MailAttachment attachment) {
    auto& all = draft_.mail.attachments.items;
    if (all.size() == wire::kMailAttachmentsMax) return draft_.flaw(MailFlaw::kTooManyAttachments);
    all.push_back(std::move(attachment));
  }

  Draft& draft_;
  std::string text_;
  std::size_t parts_ = 0;
};

}  // namespace

void read_body(GMimeMessage* message, Draft& draft) {
  Walk(draft).run(g_mime_message_get_mime_part(message));
}

}  // namespace bulkhead::mail
