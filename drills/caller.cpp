#include "drills/caller.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "wire/front_messages.h"

namespace bulkhead::drills {
namespace {

namespace json = boost::json;

constexpr std::string_view kReasonPrefix = "urn:bulkhead:reason:";

std::string text_at(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}
bool flag_at(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}
std::uint32_t number_at(const json::object& object, std::string_view name) {
  json::error_code error;
  const auto* const value = object.if_contains(name);
  const auto number = value == nullptr ? 0u : value->to_number<std::uint32_t>(error);
  return error ? 0 : number;
}
template <class Take>
void for_each(const json::object& object, std::string_view name, Take take) {
  const auto* const list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return;
  for (const auto& item : list->get_array()) {
    if (item.is_object()) take(item.get_object());
  }
}

SeenCase case_of(const json::object& object) {
  return {
      .id = text_at(object, "id"),
      .number = number_at(object, "number"),
      .contact = word_from<ContactProof>(text_at(object, "contact")).value_or(ContactProof::kNone),
      .mine = flag_at(object, "mine")};
}

void read_body(const json::object& object, Answer& answer) {
  for_each(object, "values", [&](const json::object& one) {
    if (const auto* const info = field_named(text_at(one, "field"))) {
      answer.values.push_back({info->field, flag_at(one, "masked"), text_at(one, "value")});
    }
  });
  for_each(object, "cases", [&](const json::object& one) { answer.cases.push_back(case_of(one)); });
  for_each(object, "messages",
           [&](const json::object& one) { answer.messages.push_back(text_at(one, "text")); });
  for_each(object, "grants",
           [&](const json::object& one) { answer.grants.push_back(text_at(one, "case")); });
  if (object.contains("id") && object.contains("contact")) answer.cases.push_back(case_of(object));
  if (auto customer = text_at(object, "customer"); !customer.empty())
    answer.customer = std::move(customer);
  answer.more = flag_at(object, "more");
  if (const auto type = text_at(object, "type"); type.starts_with(kReasonPrefix)) {
    answer.reason = type.substr(kReasonPrefix.size());
  }
}

Answer answer_of(Result<client::HttpAnswer> got) {
  Answer answer;
  if (!got) return answer;
  answer.status = got->status;
  json::error_code error;
  const auto parsed = json::parse(got->body, error);
  if (!error && parsed.is_object()) read_body(parsed.get_object(), answer);
  answer.body = std::move(got->body);
  return answer;
}

}  // namespace

Answer Caller::ask(std::string_view method, const std::string& target, const std::string& body) {
  return answer_of(client_.call(method, target, body));
}
Answer Caller::ask_bare(std::string_view method, const std::string& target,
                        const std::string& fields) {
  return answer_of(client_.call_bare(method, target, {}, fields));
}

Answer Caller::cases(std::string_view view, std::uint32_t after, unsigned limit) {
  auto target = fmt::format("/api/v1/cases?view={}", view);
  if (after != 0) target += fmt::format("&after={}", after);
  if (limit != wire::ListCases{}.limit) target += fmt::format("&limit={}", limit);
  return ask("GET", target);
}

Answer Caller::reveal(const std::string& id, FieldSet fields, Purpose purpose) {
  json::array names;
  for (const auto& info : kFields) {
    if (fields.has(info.field)) names.emplace_back(info.name);
  }
  const json::object body{{"fields", std::move(names)}, {"purpose", name_of(purpose)}};
  return ask("POST", "/api/v1/cases/" + id + "/reveal", json::serialize(body));
}

Answer Caller::lookup(IdentifierKind kind, const std::string& value) {
  const json::object body{{"kind", name_of(kind)}, {"value", value}};
  return ask("POST", "/api/v1/lookups", json::serialize(body));
}

Answer Caller::open_case(const std::string& customer, RequestType type) {
  const json::object body{{"customer", customer}, {"type", name_of(type)}};
  return ask("POST", "/api/v1/cases", json::serialize(body));
}

}  // namespace bulkhead::drills
