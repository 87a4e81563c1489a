#include "front/answers.h"

#include <array>

#include "crypto/encoding.h"
#include "front/credentials.h"
#include "front/json_writer.h"
#include "wire/front_messages.h"
#include "wire/paths.h"

namespace bulkhead::front {
namespace {

constexpr Error kNonsense{ErrorCode::kMalformed, "the keeper's answer does not follow its format"};

// The keeper's budget columns and horizons in their order (keeper/policy.h), as the API names them.
constexpr std::array<std::string_view, 6> kColumns{"lookup",     "miss",          "masked",
                                                   "clear-cold", "clear-contact", "write"};
constexpr std::array<std::uint32_t, 4> kHorizonSeconds{60, 3600, 86'400, 2'592'000};
// Kinds of ledger entries by number (ledger/entry.h), which are for ever.
constexpr std::array<std::string_view, 29> kEntryKinds{
    "reveal",          "lookup", "count",    "denied",         "intake",      "send",
    "write",           "name",   "sign-in",  "sign-in-failed", "session-end", "grant",
    "grant-end",       "case",   "approval", "policy",         "key",         "erasure",
    "import",          "export", "notice",   "containment",    "restart",     "clock",
    "checkpoint-note", "staff",  "client",   "scope",          "allowance"};
constexpr std::uint32_t kCountRounding = 10;

void write_names(FieldSet fields, JsonWriter& json) {
  for (const auto& info : kFields) {
    if (fields.has(info.field)) json.text(info.name);
  }
}
void write_fields(FieldSet fields, JsonWriter& json) {
  json.key("fields").open_list();
  write_names(fields, json);
  json.close_list();
}

void write_allowance(const wire::AllowanceRow& row, JsonWriter& json) {
  json.open_object();
  json.key("number").number(row.number);
  json.key("kind").text(name_of(row.kind));
  json.key("step").text(name_of(row.step));
  json.key("case_number").number(row.case_number);
  json.key("people").number(row.people);
  json.key("used").number(row.used);
  json.key("by").text(row.by.value);
  json.key("decided_by");
  row.decided_by.value.empty() ? json.null() : json.text(row.decided_by.value);
  json.key("mine").boolean(row.mine);
  json.key("expires").time(row.expires_ms);
  json.close_object();
}

void write_case(const wire::CaseRow& row, JsonWriter& json) {
  json.open_object();
  json.key("id").hex(row.id.bytes);
  json.key("number").number(row.number);
  json.key("type").text(name_of(row.type));
  json.key("state").text(name_of(row.state));
  json.key("contact").text(name_of(row.contact));
  json.key("assignee");
  row.assignee.value.empty() ? json.null() : json.text(row.assignee.value);
  json.key("mine").boolean(row.mine);
  json.key("opened").time(row.opened_ms);
  json.key("changed").time(row.changed_ms);
  json.close_object();
}

Result<wire::SignInAnswer> write_session(ByteView answer, Response& to) {
  auto session = TRY(wire::decode<wire::SignInAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object();
  json.key("session").text(to_base64url(session.session.bytes));
  json.key("keeper_public_key").text(to_base64url(session.keeper_public_key));
  json.key("name").text(session.name.value);
  json.key("role").text(name_of(session.role));
  json.key("idle_s").number(session.idle_s);
  json.key("absolute_s").number(session.absolute_s);
  json.close_object();
  return session;
}

}  // namespace

Status tell_session(ByteView answer, Response& to) {
  TRY(write_session(answer, to));
  return {};
}
Status tell_session_cookie(ByteView answer, Response& to) {
  const auto session = TRY(write_session(answer, to));
  to.extra_fields += cookie_line(session.session, session.absolute_s);
  return {};
}

Status tell_done(ByteView answer, Response& to) {
  TRY(wire::decode<wire::Done>(answer));
  to.status = 204;
  return {};
}
Status tell_erasure(ByteView answer, Response& to) {
  const auto erasure = TRY(wire::decode<wire::RequestErasureAnswer>(answer));
  to.status = 202;
  JsonWriter(to.body).open_object().key("due").time(erasure.due_ms).close_object();
  return {};
}
Status tell_signed_out(ByteView answer, Response& to) {
  to.extra_fields += cookie_end_line();
  return tell_done(answer, to);
}

Status tell_contact(ByteView answer, Response& to) {
  const auto changed = TRY(wire::decode<wire::ChangeContactAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object();
  json.key("version").number(changed.version);
  json.key("young").open_list();
  write_names(changed.young, json);
  json.close_list();
  json.key("young_until");
  changed.young_until_ms == 0 ? json.null() : json.time(changed.young_until_ms);
  json.close_object();
  return {};
}

Status tell_allowance(ByteView answer, Response& to) {
  const auto shown = TRY(wire::decode<wire::AllowanceAnswer>(answer));
  JsonWriter json(to.body);
  write_allowance(shown.row, json);
  return {};
}
Status tell_new_allowance(ByteView answer, Response& to) {
  TRY_STATUS(tell_allowance(answer, to));
  to.status = 201;
  return {};
}
Status tell_allowances(ByteView answer, Response& to) {
  const auto list = TRY(wire::decode<wire::ListAllowancesAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object().key("allowances").open_list();
  for (const auto& row : list.rows.items) write_allowance(row, json);
  json.close_list().key("more").boolean(list.more).close_object();
  return {};
}

Status tell_lane(ByteView answer, Response& to) {
  const auto lane = TRY(wire::decode<wire::OpenLaneAnswer>(answer));
  if (lane.lane >= wire::kLanesMax) return std::unexpected(kNonsense);
  JsonWriter(to.body).open_object().key("lane").number(lane.lane).close_object();
  return {};
}

Status tell_me(ByteView answer, Response& to) {
  const auto me = TRY(wire::decode<wire::MeAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object();
  json.key("name").text(me.name.value);
  json.key("role").text(name_of(me.role));
  json.key("team");
  me.team.value.empty() ? json.null() : json.text(me.team.value);
  json.key("budgets").open_list();
  for (const auto& row : me.budgets.items) {
    if (row.column >= kColumns.size() || row.horizon >= kHorizonSeconds.size())
      return std::unexpected(kNonsense);
    json.open_object();
    json.key("column").text(kColumns[row.column]);
    json.key("horizon_s").number(kHorizonSeconds[row.horizon]);
    json.key("used").number(row.used);
    json.key("limit").number(row.limit);
    json.close_object();
  }
  json.close_list().close_object();
  return {};
}

Status tell_disclosures(ByteView answer, Response& to) {
  const auto list = TRY(wire::decode<wire::DisclosuresAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object().key("disclosures").open_list();
  for (const auto& row : list.rows.items) {
    if (row.kind >= kEntryKinds.size()) return std::unexpected(kNonsense);
    json.open_object();
    json.key("at").time(row.wall_ms);
    json.key("kind").text(kEntryKinds[row.kind]);
    json.key("grade").text(name_of(row.grade));
    json.key("reason").text(name_of(row.reason));
    json.key("case_number");
    row.case_number == 0 ? json.null() : json.number(row.case_number);
    write_fields(row.fields, json);
    json.close_object();
  }
  json.close_list().close_object();
  return {};
}

Status tell_grants(ByteView answer, Response& to) {
  const auto list = TRY(wire::decode<wire::GrantsAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object().key("grants").open_list();
  for (const auto& row : list.rows.items) {
    json.open_object();
    json.key("case").hex(row.id.bytes);
    json.key("type").text(name_of(row.type));
    json.key("expires").time(row.expires_ms);
    json.close_object();
  }
  json.close_list().close_object();
  return {};
}

Status tell_case(ByteView answer, Response& to) {
  const auto shown = TRY(wire::decode<wire::CaseAnswer>(answer));
  JsonWriter json(to.body);
  write_case(shown.row, json);
  return {};
}
Status tell_new_case(ByteView answer, Response& to) {
  const auto opened = TRY(wire::decode<wire::CaseAnswer>(answer));
  JsonWriter json(to.body);
  write_case(opened.row, json);
  to.status = 201;
  to.extra_fields += "Location: " + wire::path_of_case(opened.row.id, "") + "\r\n";
  return {};
}

Status tell_cases(ByteView answer, Response& to) {
  const auto list = TRY(wire::decode<wire::ListCasesAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object().key("cases").open_list();
  for (const auto& row : list.rows.items) write_case(row, json);
  json.close_list().key("more").boolean(list.more).close_object();
  return {};
}

Status tell_lookup(ByteView answer, Response& to) {
  const auto found = TRY(wire::decode<wire::LookupAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object().key("customer");
  found.customer ? json.hex(found.customer->bytes) : json.null();
  json.close_object();
  return {};
}

Status tell_record(ByteView answer, Response& to) {
  const auto record = TRY(wire::decode<wire::RecordAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object().key("values").open_list();
  for (const auto& value : record.values.items) {
    const auto* const info = info_of(static_cast<Field>(value.field));
    if (info == nullptr) return std::unexpected(kNonsense);
    json.open_object();
    json.key("field").text(info->name);
    json.key("item").number(value.item);
    json.key("masked").boolean(value.masked);
    json.key("value").text(value.value.value);
    json.key("young").boolean(value.young);
    json.close_object();
  }
  json.close_list().close_object();
  return {};
}

Status tell_messages(ByteView answer, Response& to) {
  const auto list = TRY(wire::decode<wire::MessagesAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object().key("messages").open_list();
  for (const auto& row : list.rows.items) {
    json.open_object();
    json.key("created").time(row.created_ms);
    json.key("direction").text(name_of(row.direction));
    json.key("tags").open_list();
    for (std::size_t i = 0; i < kContentTagNames.size(); ++i) {
      if (row.tags.has(static_cast<ContentTag>(i))) json.text(kContentTagNames[i]);
    }
    json.close_list();
    json.key("text").text(row.text.value);
    json.close_object();
  }
  json.close_list().close_object();
  return {};
}

Status tell_count(ByteView answer, Response& to) {
  const auto count = TRY(wire::decode<wire::CountAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object();
  json.key("customers").number(count.customers);
  json.key("open_cases").number(count.open_cases);
  json.key("rounded_to").number(kCountRounding);
  json.close_object();
  return {};
}

Status tell_ledger_bytes(ByteView answer, Response& to) {
  auto read = TRY(wire::decode<wire::ReadLedgerAnswer>(answer));
  to.content_type = "application/octet-stream";
  to.body = std::move(read.bytes.value);
  return {};
}
Status tell_opening(ByteView answer, Response& to) {
  auto opening = TRY(wire::decode<wire::OpeningAnswer>(answer));
  to.content_type = "application/octet-stream";
  to.body = std::move(opening.bytes.value);
  return {};
}
Status tell_anchor(ByteView answer, Response& to) {
  const auto anchor = TRY(wire::decode<wire::AnchorAnswer>(answer));
  JsonWriter json(to.body);
  json.open_object();
  json.key("size").number(anchor.size);
  json.key("age_s").number(anchor.age_s);
  json.close_object();
  return {};
}
Status tell_checkpoint(ByteView answer, Response& to) {
  TRY_STATUS(tell_ledger_bytes(answer, to));
  to.content_type = "text/plain; charset=utf-8";
  return {};
}

}  // namespace bulkhead::front
