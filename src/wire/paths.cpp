#include "wire/paths.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <span>
#include <vector>

#include "base/catalogue.h"

namespace bulkhead::wire {
namespace {

void add_hex(std::string& to, ByteView bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const auto byte : bytes) {
    to += kDigits[byte >> 4];
    to += kDigits[byte & 15];
  }
}

// A text as RFC 8785 writes it, section 3.2.2.2: what must be escaped is, in the shortest way;
// everything else stands as it is.
void add_text(std::string& to, std::string_view text) {
  to += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        to += "\\\"";
        break;
      case '\\':
        to += "\\\\";
        break;
      case '\b':
        to += "\\b";
        break;
      case '\f':
        to += "\\f";
        break;
      case '\n':
        to += "\\n";
        break;
      case '\r':
        to += "\\r";
        break;
      case '\t':
        to += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          to += "\\u00";
          const auto byte = static_cast<std::uint8_t>(c);
          add_hex(to, {&byte, 1});
        } else {
          to += c;
        }
    }
  }
  to += '"';
}

struct Member {
  std::string_view name;
  std::string_view text;
};
// An object of texts; the members must come in the order of their names.
std::string object_of(std::span<const Member> members) {
  std::string json = "{";
  for (const auto& [name, text] : members) {
    if (json.size() > 1) json += ',';
    add_text(json, name);
    json += ':';
    add_text(json, text);
  }
  json += '}';
  return json;
}
std::string object_of(std::initializer_list<Member> members) {
  return object_of(std::span(members.begin(), members.size()));
}

std::string decimal(std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

}  // namespace

std::string opening_name(std::uint64_t index) { return "opening/" + decimal(index); }

std::string path_of_case(const CaseId& id, std::string_view tail) {
  static constexpr std::string_view kHead = "/api/v1/cases/";
  std::string path;
  path.reserve(kHead.size() + 2 * id.bytes.size() + tail.size());
  path = kHead;
  add_hex(path, id.bytes);
  path += tail;
  return path;
}

Target target_of(const OpenCase& message) {
  std::string customer;
  add_hex(customer, message.customer.bytes);
  return {"POST",
          "/api/v1/cases",
          {},
          object_of({{"customer", customer}, {"type", name_of(message.type)}})};
}

Target target_of(const ListCases& message) {
  std::string query = "view=";
  query += name_of(message.view);
  if (message.after != 0) query += "&after=" + decimal(message.after);
  if (message.limit != ListCases{}.limit) query += "&limit=" + decimal(message.limit);
  return {"GET", "/api/v1/cases", std::move(query)};
}

Target target_of(const AssignCase& message) {
  return {"POST",
          path_of_case(message.id, "/assign"),
          {},
          object_of({{"assignee", message.assignee.value}})};
}

Target target_of(const Reveal& message) {
  std::string body = R"({"fields":[)";
  for (const auto& info : kFields) {
    if (!message.fields.has(info.field)) continue;
    if (body.back() == '"') body += ',';
    add_text(body, info.name);
  }
  body += R"(],"purpose":)";
  add_text(body, name_of(message.purpose));
  body += '}';
  return {"POST", path_of_case(message.id, "/reveal"), {}, std::move(body)};
}

Target target_of(const AddMessage& message) {
  return {"POST",
          path_of_case(message.id, "/messages"),
          {},
          object_of({{"direction", name_of(message.direction)}, {"text", message.text.value}})};
}

Target target_of(const ChangeContact& message) {
  std::vector<Member> members;
  for (const auto& change : message.changes.items) {
    const auto* const info = info_of(static_cast<Field>(change.field));
    members.push_back({info == nullptr ? std::string_view() : info->name, change.value.value});
  }
  std::ranges::stable_sort(members, {}, &Member::name);
  return {"PATCH", path_of_case(message.id, "/contact"), {}, object_of(members)};
}

Target target_of(const AskApproval& message) {
  return {"POST",
          path_of_case(message.id, "/approval"),
          {},
          object_of({{"people", decimal(message.people)}})};
}

Target target_of(const DecideAllowance& message) {
  return {"POST",
          "/api/v1/allowances/" + decimal(message.number),
          {},
          object_of({{"decision", name_of(message.decision)}})};
}

Target target_of(const ReadOpening& message) {
  return {"GET", std::string(kLedgerPath) + "/" + opening_name(message.index)};
}

Target target_of(const Lookup& message) {
  return {"POST",
          "/api/v1/lookups",
          {},
          object_of({{"kind", name_of(message.kind)}, {"value", message.value.value}})};
}

}  // namespace bulkhead::wire
