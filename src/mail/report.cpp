#include "mail/report.h"

#include <vector>

#include "mail/clean_text.h"
#include "mail/headers.h"

namespace bulkhead::mail {
namespace {

constexpr std::size_t kGroupsMax = 200;
constexpr std::size_t kFieldsMax = 2000;

struct ReportField {
  std::string_view name;
  std::string value;  // unfolded, one clean line
};
using Group = std::vector<ReportField>;

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Groups of fields with empty lines between them.
std::vector<Group> read_groups(std::string_view text, std::size_t value_bytes_max) {
  std::vector<Group> groups(1);
  std::size_t fields = 0;
  while (!text.empty() && groups.size() <= kGroupsMax && fields < kFieldsMax) {
    const auto line = take_line(text);
    if (trimmed(line).empty()) {
      if (!groups.back().empty()) groups.emplace_back();
      continue;
    }
    if (line.front() == ' ' || line.front() == '\t') {
      if (groups.back().empty()) continue;
      auto& value = groups.back().back().value;
      if (value.size() < value_bytes_max) value += " " + clean_line(line, value_bytes_max).text;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    groups.back().push_back(
        {trimmed(line.substr(0, colon)), clean_line(line.substr(colon + 1), value_bytes_max).text});
    ++fields;
  }
  return groups;
}

std::string_view find_in(const Group& group, std::string_view name) {
  for (const auto& field : group) {
    if (equal_words(field.name, name)) return field.value;
  }
  return {};
}

// "rfc822; name@example.com" and "dns; host": what stands behind the type.
std::string_view without_type(std::string_view value) {
  const auto mark = value.find(';');
  return trimmed(mark == std::string_view::npos ? value : value.substr(mark + 1));
}

std::string address_in(std::string_view value) {
  auto text = without_type(value);
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  return is_address(text) ? std::string(text) : std::string();
}

template <std::size_t Max>
void put(std::string_view text, wire::Text<Max>& to) {
  to.value = clean_line(text, Max).text;
}

void add_recipient(const Group& group, wire::MailReport& report) {
  const auto original = find_in(group, "Original-Recipient");
  const auto last = find_in(group, "Final-Recipient");
  if (original.empty() && last.empty()) return;
  if (report.recipients.items.size() == wire::kReportRecipientsMax) return;
  wire::ReportRecipient recipient;
  // What we had written to, when the report says so, and not where it was forwarded.
  recipient.address.value = address_in(original);
  if (recipient.address.value.empty()) recipient.address.value = address_in(last);
  put(lower(find_in(group, "Action")), recipient.action);
  put(find_in(group, "Status"), recipient.status);
  put(without_type(find_in(group, "Diagnostic-Code")), recipient.detail);
  if (report.kind == wire::ReportKind::kReceipt)
    put(lower(without_type(find_in(group, "Disposition"))), recipient.action);
  report.recipients.items.push_back(std::move(recipient));
}

void read_feedback(const Group& group, wire::MailReport& report) {
  put(lower(find_in(group, "Feedback-Type")), report.feedback_type);
  put(find_in(group, "User-Agent"), report.reporter);
  for (const auto& field : group) {
    if (!equal_words(field.name, "Original-Rcpt-To")) continue;
    auto address = address_in(field.value);
    if (address.empty() || report.recipients.items.size() == wire::kReportRecipientsMax) continue;
    report.recipients.items.push_back({{std::move(address)}, {}, {}, {}});
  }
}

}  // namespace

std::optional<wire::ReportKind> report_kind(std::string_view subtype) {
  if (subtype == "delivery-status" || subtype == "global-delivery-status")
    return wire::ReportKind::kDelivery;
  if (subtype == "disposition-notification") return wire::ReportKind::kReceipt;
  if (subtype == "feedback-report") return wire::ReportKind::kFeedback;
  return std::nullopt;
}

wire::MailReport read_report(wire::ReportKind kind, std::string_view fields) {
  constexpr std::size_t kValueBytesMax = 1024;
  wire::MailReport report;
  report.kind = kind;
  const auto groups = read_groups(fields, kValueBytesMax);
  if (kind == wire::ReportKind::kFeedback) {
    read_feedback(groups.front(), report);
    return report;
  }
  put(without_type(find_in(groups.front(), "Reporting-MTA")), report.reporter);
  if (report.reporter.value.empty()) put(find_in(groups.front(), "Reporting-UA"), report.reporter);
  if (const auto id = first_message_id(find_in(groups.front(), "Original-Message-ID")))
    report.original.value = *id;
  for (const auto& group : groups) add_recipient(group, report);
  return report;
}

std::string original_id(std::string_view headers) {
  const auto groups = read_groups(headers, wire::kMailIdBytesMax + 2);
  return std::string(first_message_id(find_in(groups.front(), "Message-ID")).value_or(""));
}

}  // namespace bulkhead::mail
