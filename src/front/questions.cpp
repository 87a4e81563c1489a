#include "front/questions.h"

#include <algorithm>
#include <charconv>

#include "front/credentials.h"
#include "front/json_body.h"
#include "wire/paths.h"

namespace bulkhead::front {
namespace {

template <std::size_t Max>
Status take_text(JsonBody& body, std::string_view name, wire::Text<Max>& to) {
  to.value = TRY(body.take_text(name));
  if (to.value.size() > Max)
    return fail(ErrorCode::kTooLarge, "A text is longer than docs/openapi.yaml allows.");
  return {};
}

template <class Enum>
Status take_word(JsonBody& body, std::string_view name, Enum& to) {
  const auto text = TRY(body.take_text(name));
  const auto word = word_from<Enum>(text);
  if (!word)
    return fail(ErrorCode::kMalformed, "A word is none of those that docs/openapi.yaml lists.");
  to = *word;
  return {};
}

template <std::size_t N>
Status take_base64url(JsonBody& body, std::string_view name, std::array<std::uint8_t, N>& to) {
  const auto text = TRY(body.take_text(name));
  to = TRY(fixed_base64url<N>(text));
  return {};
}

template <class Message>
Status put(const JsonBody& body, const Message& message, Bytes& to) {
  TRY_STATUS(body.finish());
  wire::Encoder(to).put(message);
  return {};
}

// The same for a request with a proof. The keeper checks the proof against its own spelling of the
// request, so another spelling is told here, where it can be said what is wrong.
template <class Message>
Status put_proven(const Asked& asked, const JsonBody& body, const Message& message, Bytes& to) {
  TRY_STATUS(body.finish());
  if (wire::target_of(message).body != asked.request.body) {
    return fail(ErrorCode::kMalformed,
                "Write the body as canonical JSON (RFC 8785): members by name, fields in the order "
                "of docs/openapi.yaml, no blanks.");
  }
  wire::Encoder(to).put(message);
  return {};
}

Result<CaseId> case_of(const Asked& asked) {
  const auto id = case_id_of(asked.parameter);
  if (!id) return fail(ErrorCode::kNotFound, "A case is named by 32 hex digits of lower case.");
  return *id;
}

std::optional<std::array<std::uint8_t, 16>> sixteen_bytes(std::string_view hex) {
  std::array<std::uint8_t, 16> bytes{};
  if (hex.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    const auto value = static_cast<unsigned>(digit ? c - '0' : c - 'a' + 10);
    bytes[i / 2] = static_cast<std::uint8_t>(bytes[i / 2] << 4 | value);
  }
  return bytes;
}

template <class Unsigned>
std::optional<Unsigned> canonical_decimal(std::string_view text) {
  Unsigned value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return value;
}

// ---- Queries: "name=value&name=value", names known and once, values that need no escape.

Status read_list_query(std::string_view query, wire::ListCases& to) {
  bool has_view = false, has_after = false, has_limit = false;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const auto equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    const auto value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (name == "view" && !has_view) {
      const auto view = word_from<wire::CaseView>(value);
      if (!view)
        return fail(ErrorCode::kMalformed, "view is one of mine, unassigned, open, closed.");
      to.view = *view;
      has_view = true;
    } else if (name == "after" && !has_after) {
      const auto after = canonical_decimal<std::uint32_t>(value);
      if (!after) return fail(ErrorCode::kMalformed, "after is a case number.");
      to.after = *after;
      has_after = true;
    } else if (name == "limit" && !has_limit) {
      const auto limit = canonical_decimal<std::uint8_t>(value);
      if (!limit || *limit == 0 || *limit > wire::kListItemsMax) {
        return fail(ErrorCode::kMalformed, "limit is a number from 1 to 200.");
      }
      to.limit = *limit;
      has_limit = true;
    } else {
      return fail(ErrorCode::kMalformed, "The query may hold view, after and limit, once each.");
    }
  }
  return {};
}

// ---- Ledger addresses (C2SP tlog-tiles): an index in groups of three digits, all but the last
// after an "x".

constexpr std::uint16_t kFullWidth = 256;

struct TileName {
  std::uint64_t index = 0;
  std::uint16_t width = kFullWidth;
};

constexpr Error kNoTile{ErrorCode::kNotFound, "A tile is named as C2SP tlog-tiles says."};

// "x001/x234/067" or "x001/x234/067.p/8".
Result<TileName> tile_name(std::string_view text) {
  static constexpr std::size_t kGroupsMax = 6;  // 10^18 tiles
  TileName name;
  const auto partial = text.find(".p/");
  if (partial != std::string_view::npos) {
    const auto width = canonical_decimal<std::uint16_t>(text.substr(partial + 3));
    if (!width || *width == 0 || *width >= kFullWidth) return std::unexpected(kNoTile);
    name.width = *width;
    text = text.substr(0, partial);
  }
  for (std::size_t groups = 1;; ++groups) {
    const auto slash = text.find('/');
    const bool last = slash == std::string_view::npos;
    auto group = text.substr(0, slash);
    if (!last && !group.starts_with('x')) return std::unexpected(kNoTile);
    if (!last) group.remove_prefix(1);
    const bool digits = group.size() == 3 && std::all_of(group.begin(), group.end(), [](char c) {
                          return c >= '0' && c <= '9';
                        });
    // The first of several groups is never 000: an index has one spelling.
    if (!digits || groups > kGroupsMax || (!last && groups == 1 && group == "000"))
      return std::unexpected(kNoTile);
    for (const char c : group) name.index = name.index * 10 + static_cast<std::uint64_t>(c - '0');
    if (last) return name;
    text = text.substr(slash + 1);
  }
}

Status put_ledger(const Asked& asked, wire::ReadLedger message, Bytes& to) {
  message.token = TRY(auditor_token_of(asked.request));
  message.network = asked.request.peer;
  wire::Encoder(to).put(message);
  return {};
}

}  // namespace

std::optional<CaseId> case_id_of(std::string_view text) {
  const auto bytes = sixteen_bytes(text);
  if (!bytes) return std::nullopt;
  return CaseId{*bytes};
}

Status ask_sign_in(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::SignIn message;
  TRY_STATUS(take_text(body, "name", message.name));
  TRY_STATUS(take_text(body, "password", message.password));
  TRY_STATUS(take_text(body, "code", message.code));
  TRY_STATUS(take_base64url(body, "public_key", message.public_key));
  message.network = asked.request.peer;
  return put(body, message, to);
}

Status ask_client_sign_in(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::ClientSignIn message;
  TRY_STATUS(take_text(body, "name", message.name));
  TRY_STATUS(take_base64url(body, "public_key", message.public_key));
  TRY_STATUS(take_base64url(body, "mac", message.mac));
  message.network = asked.request.peer;
  return put(body, message, to);
}

Status ask_open_case(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::OpenCase message;
  message.proof = asked.proof;
  const auto named = TRY(body.take_text("customer"));
  const auto customer = sixteen_bytes(named);
  if (!customer)
    return fail(ErrorCode::kMalformed, "A customer is named by the 32 hex digits a lookup gave.");
  message.customer = CustomerRef{*customer};
  TRY_STATUS(take_word(body, "type", message.type));
  return put_proven(asked, body, message, to);
}

Status ask_list_cases(const Asked& asked, Bytes& to) {
  wire::ListCases message;
  message.proof = asked.proof;
  TRY_STATUS(read_list_query(asked.request.query(), message));
  if (wire::target_of(message).query != asked.request.query()) {
    return fail(ErrorCode::kMalformed,
                "Write the query as view (mine, unassigned, open or closed; required), after, "
                "limit, without "
                "an after of 0 or a limit of 50.");
  }
  wire::Encoder(to).put(message);
  return {};
}

Status ask_assign_case(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::AssignCase message;
  message.proof = asked.proof;
  message.id = TRY(case_of(asked));
  TRY_STATUS(take_text(body, "assignee", message.assignee));
  return put_proven(asked, body, message, to);
}

Status ask_lookup(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::Lookup message;
  message.proof = asked.proof;
  TRY_STATUS(take_word(body, "kind", message.kind));
  TRY_STATUS(take_text(body, "value", message.value));
  return put_proven(asked, body, message, to);
}

Status ask_reveal(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::Reveal message;
  message.proof = asked.proof;
  message.id = TRY(case_of(asked));
  const auto names = TRY(body.take_list("fields"));
  for (const auto& name : names) {
    const auto* const info = field_named(name);
    if (info == nullptr)
      return fail(ErrorCode::kMalformed, "A field is none of those that docs/openapi.yaml lists.");
    if (message.fields.has(info->field))
      return fail(ErrorCode::kMalformed, "A field is asked for twice.");
    message.fields = message.fields | FieldSet::of(info->field);
  }
  if (message.fields.empty()) return fail(ErrorCode::kMalformed, "Name at least one field.");
  TRY_STATUS(take_word(body, "purpose", message.purpose));
  return put_proven(asked, body, message, to);
}

Status ask_add_message(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::AddMessage message;
  message.proof = asked.proof;
  message.id = TRY(case_of(asked));
  TRY_STATUS(take_word(body, "direction", message.direction));
  TRY_STATUS(take_text(body, "text", message.text));
  return put_proven(asked, body, message, to);
}

Status ask_change_contact(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::ChangeContact message;
  message.proof = asked.proof;
  message.id = TRY(case_of(asked));
  for (const auto& info : kFields) {
    if (compartment_of(info.field) != Compartment::kContact || !body.has(info.name)) continue;
    wire::FieldChange change{static_cast<std::uint8_t>(info.field), {}};
    TRY_STATUS(take_text(body, info.name, change.value));
    message.changes.items.push_back(std::move(change));
  }
  if (message.changes.items.empty())
    return fail(ErrorCode::kMalformed, "Name at least one contact field.");
  return put_proven(asked, body, message, to);
}

Status ask_approval(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::AskApproval message;
  message.proof = asked.proof;
  message.id = TRY(case_of(asked));
  const auto people = canonical_decimal<std::uint8_t>(TRY(body.take_text("people")));
  if (!people || *people == 0 || *people > wire::kApprovalPeopleMax)
    return fail(ErrorCode::kMalformed, "people is a text that holds a number from 1 to 25.");
  message.people = *people;
  return put_proven(asked, body, message, to);
}

Status ask_decide_allowance(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::DecideAllowance message;
  message.proof = asked.proof;
  const auto number = canonical_decimal<std::uint32_t>(asked.parameter);
  if (!number) return fail(ErrorCode::kNotFound, "An allowance is named by its number.");
  message.number = *number;
  TRY_STATUS(take_word(body, "decision", message.decision));
  return put_proven(asked, body, message, to);
}

Status ask_checkpoint(const Asked& asked, Bytes& to) {
  wire::ReadLedger message;
  message.width = kFullWidth;
  return put_ledger(asked, message, to);
}

Status ask_anchor(const Asked& asked, Bytes& to) {
  auto body = TRY(JsonBody::parse(asked.request.body));
  wire::AddAnchor message;
  TRY_STATUS(take_text(body, "checkpoint", message.note));
  TRY_STATUS(body.finish());
  message.token = TRY(auditor_token_of(asked.request));
  message.network = asked.request.peer;
  wire::Encoder(to).put(message);
  return {};
}

Status ask_opening(const Asked& asked, Bytes& to) {
  const auto index = canonical_decimal<std::uint64_t>(asked.parameter);
  if (!index) return fail(ErrorCode::kNotFound, "An entry is named by its index in the ledger.");
  wire::ReadOpening message;
  message.token = TRY(auditor_token_of(asked.request));
  message.index = *index;
  message.network = asked.request.peer;
  wire::Encoder(to).put(message);
  return {};
}

Status ask_tile(const Asked& asked, Bytes& to) {
  const auto slash = asked.parameter.find('/');
  const auto level = canonical_decimal<std::uint8_t>(asked.parameter.substr(0, slash));
  if (!level || *level > 63 || slash == std::string_view::npos) return std::unexpected(kNoTile);
  const auto name = TRY(tile_name(asked.parameter.substr(slash + 1)));
  wire::ReadLedger message;
  message.what = 1;
  message.level = *level;
  message.index = name.index;
  message.width = name.width;
  return put_ledger(asked, message, to);
}

Status ask_entries(const Asked& asked, Bytes& to) {
  const auto name = TRY(tile_name(asked.parameter));
  wire::ReadLedger message;
  message.what = 2;
  message.index = name.index;
  message.width = name.width;
  return put_ledger(asked, message, to);
}

}  // namespace bulkhead::front
