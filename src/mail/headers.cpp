#include "mail/headers.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "mail/clean_text.h"

namespace bulkhead::mail {
namespace {

using wire::MailFlaw;

constexpr std::size_t kLocalBytesMax = 64;
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kFirstReferencesKept = 10;
constexpr std::uint64_t kDateFirstS = 631'152'000;   // 1990
constexpr std::uint64_t kDateLastS = 4'102'444'800;  // 2100
constexpr std::size_t kAddressHeaderBytesMax = 64u << 10;

constexpr std::array<std::string_view, 9> kOnce{
    "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"};

bool is_id_character(char c) { return c > ' ' && c < 0x7f && c != '<' && c != '>'; }

struct Ids {
  std::vector<std::string_view> good;
  bool bad = false;
};
Ids message_ids(std::string_view text) {
  Ids ids;
  for (auto from = text.find('<'); from != std::string_view::npos; from = text.find('<', from)) {
    const auto end = text.find('>', from);
    if (end == std::string_view::npos) {
      ids.bad = true;
      break;
    }
    const auto id = text.substr(from + 1, end - from - 1);
    const bool good = !id.empty() && id.size() <= wire::kMailIdBytesMax &&
                      std::ranges::all_of(id, is_id_character);
    if (good)
      ids.good.push_back(id);
    else
      ids.bad = true;
    from = end;
  }
  return ids;
}

class HeaderReader {
 public:
  HeaderReader(GMimeParserOptions* options, Draft& draft) : options_(options), draft_(draft) {}

  void take(std::string_view name, const char* raw) {
    const std::string_view value(raw);
    const auto once =
        std::ranges::find_if(kOnce, [&](std::string_view one) { return equal_words(one, name); });
    if (once != kOnce.end() &&
        std::exchange(seen_[static_cast<std::size_t>(once - kOnce.begin())], true)) {
      draft_.flaw(MailFlaw::kDuplicateHeader);
      if (equal_words(name, "From")) two_senders_ = true;
      return;
    }
    auto& mail = draft_.mail;
    if (equal_words(name, "From")) return addresses(raw, mail.from);
    if (equal_words(name, "To")) return addresses(raw, mail.to);
    if (equal_words(name, "Cc")) return addresses(raw, mail.cc);
    if (equal_words(name, "Reply-To")) return addresses(raw, mail.reply_to);
    if (equal_words(name, "Subject")) return subject(raw);
    if (equal_words(name, "Date")) return date(raw);
    if (equal_words(name, "Message-ID")) return message_id(value);
    if (equal_words(name, "In-Reply-To")) return ids(value, in_reply_to_);
    if (equal_words(name, "References")) return ids(value, references_);
    marks(name, lower(trimmed(value)));
  }

  void finish() {
    if (two_senders_) draft_.mail.from.items.clear();
    auto all = std::move(in_reply_to_);
    all.insert(all.end(), references_.begin(), references_.end());
    // The beginning of a conversation and what was answered last tell most.
    if (all.size() > wire::kMailReferencesMax) {
      draft_.flaw(MailFlaw::kTooManyReferences);
      all.erase(
          all.begin() + kFirstReferencesKept,
          all.end() - static_cast<std::ptrdiff_t>(wire::kMailReferencesMax - kFirstReferencesKept));
    }
    for (const auto& id : all) draft_.mail.references.items.push_back({id});
  }

 private:
  void addresses(const char* raw, wire::MailAddresses& to) {
    if (std::string_view(raw).size() > kAddressHeaderBytesMax)
      return draft_.flaw(MailFlaw::kTooManyAddresses);
    const Object<InternetAddressList> list(internet_address_list_parse(options_, raw));
    if (!list) return draft_.flaw(MailFlaw::kBadAddress);
    members(list.get(), to, true);
  }

  void members(InternetAddressList* list, wire::MailAddresses& to, bool groups) {
    const int count = internet_address_list_length(list);
    for (int i = 0; i < count; ++i) {
      auto* const one = internet_address_list_get_address(list, i);
      if (INTERNET_ADDRESS_IS_MAILBOX(one)) {
        mailbox(one, to);
      } else if (groups) {
        members(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)), to, false);
      }
    }
  }

  void mailbox(InternetAddress* one, wire::MailAddresses& to) {
    const char* const address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
    const char* const name = internet_address_get_name(one);
    if (address == nullptr || !is_address(address)) return draft_.flaw(MailFlaw::kBadAddress);
    if (to.items.size() == wire::kMailAddressesMax) return draft_.flaw(MailFlaw::kTooManyAddresses);
    to.items.push_back({{address}, {line(name == nullptr ? "" : name, kNameBytesMax)}});
  }

  void subject(const char* raw) {
    const Chars decoded(g_mime_utils_header_decode_text(options_, raw));
    draft_.mail.subject.value = line(decoded.get(), wire::kMailSubjectBytesMax);
  }

  std::string line(std::string_view text, std::size_t bytes_max) {
    auto clean = clean_line(text, bytes_max);
    if (clean.changed) draft_.flaw(MailFlaw::kControlCharacter);
    if (clean.cut) draft_.flaw(MailFlaw::kTextCut);
    return std::move(clean.text);
  }

  void date(const char* raw) {
    GDateTime* const read = g_mime_utils_header_decode_date(raw);
    if (read == nullptr) return draft_.flaw(MailFlaw::kBadDate);
    const auto seconds = static_cast<std::uint64_t>(std::max<gint64>(0, g_date_time_to_unix(read)));
    g_date_time_unref(read);
    if (seconds < kDateFirstS || seconds > kDateLastS) return draft_.flaw(MailFlaw::kBadDate);
    draft_.mail.date_ms = seconds * 1000;
  }

  void message_id(std::string_view value) {
    const auto found = message_ids(value);
    if (found.good.size() == 1 && !found.bad)
      draft_.mail.message_id.value = found.good.front();
    else
      draft_.flaw(MailFlaw::kBadMessageId);
  }

  void ids(std::string_view value, std::vector<std::string>& to) {
    const auto found = message_ids(value);
    if (found.bad) draft_.flaw(MailFlaw::kBadMessageId);
    to.assign(found.good.begin(), found.good.end());
  }

  void marks(std::string_view name, std::string_view value) {
    auto& mail = draft_.mail;
    if (equal_words(name, "Auto-Submitted")) {
      if (!value.starts_with("no")) mail.auto_reply = true;
    } else if (equal_words(name, "X-Autoreply") || equal_words(name, "X-Autorespond") ||
               equal_words(name, "X-Auto-Reply-From")) {
      mail.auto_reply = true;
    } else if (equal_words(name, "Precedence")) {
      if (value == "auto_reply") mail.auto_reply = true;
      if (value == "bulk" || value == "junk" || value == "list") mail.bulk = true;
    } else if (equal_words(name, "List-Id") || equal_words(name, "List-Post")) {
      mail.list = true;
    } else if (equal_words(name, "Return-Path")) {
      if (value == "<>") mail.null_sender = true;
    }
  }

  GMimeParserOptions* options_;
  Draft& draft_;
  std::array<bool, kOnce.size()> seen_{};
  bool two_senders_ = false;
  std::vector<std::string> in_reply_to_, references_;
};

bool is_domain(std::string_view domain) {
  if (domain.empty() || domain.front() == '.' || domain.back() == '.' ||
      domain.find("..") != std::string_view::npos)
    return false;
  return std::ranges::all_of(domain, [](char c) {
    const char small = to_lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}

}  // namespace

void look_at_header_bytes(std::string_view block, Draft& draft) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto byte = static_cast<unsigned char>(block[i]);
    if (byte == 0) draft.flaw(MailFlaw::kNul);
    if (byte >= 0x80) draft.flaw(MailFlaw::kRawHeader);
    if (byte == '\r' && i + 1 < block.size() && block[i + 1] != '\n')
      draft.flaw(MailFlaw::kBareCarriageReturn);
  }
}

void read_headers(GMimeMessage* message, GMimeParserOptions* options, Draft& draft) {
  auto* const list = g_mime_object_get_header_list(GMIME_OBJECT(message));
  HeaderReader reader(options, draft);
  const int count = g_mime_header_list_get_count(list);
  for (int i = 0; i < count; ++i) {
    auto* const header = g_mime_header_list_get_header_at(list, i);
    const char* const name = g_mime_header_get_name(header);
    const char* const raw = g_mime_header_get_raw_value(header);
    if (name != nullptr && raw != nullptr) reader.take(name, raw);
  }
  reader.finish();
}

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > kLocalBytesMax ||
      text.size() > wire::kMailAddressBytesMax)
    return false;
  const auto local = text.substr(0, at);
  const bool plain = std::ranges::all_of(local, [](char c) {
    return is_id_character(c) && std::string_view("\"(),:;[]\\").find(c) == std::string_view::npos;
  });
  return plain && is_domain(text.substr(at + 1));
}

std::optional<std::string_view> first_message_id(std::string_view text) {
  const auto found = message_ids(text);
  if (found.good.empty()) return std::nullopt;
  return found.good.front();
}

}  // namespace bulkhead::mail
