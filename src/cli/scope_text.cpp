#include "cli/scope_text.h"

#include "cli/standing_text.h"
#include "crypto/encoding.h"
#include "ledger/entry.h"

namespace bulkhead::cli {
namespace {

boost::json::array json_names(FieldSet fields) {
  boost::json::array out;
  for (const auto name : names_of(fields)) out.emplace_back(name);
  return out;
}

std::string joined(FieldSet fields) { return fmt::format("{}", fmt::join(names_of(fields), " ")); }

}  // namespace

std::vector<std::string_view> names_of(FieldSet fields) {
  std::vector<std::string_view> names;
  for (const auto& info : kFields) {
    if (fields.has(info.field)) names.push_back(info.name);
  }
  return names;
}

boost::json::object scope_row_json(const wire::ScopeRow& row) {
  boost::json::object out{{"customer", to_hex(row.customer.bytes)},
                          {"fields", json_names(row.clear | row.masked)},
                          {"first", time_json(row.first_ms)},
                          {"last", time_json(row.last_ms)},
                          {"sessions", row.sessions},
                          {"clear", json_names(row.clear)},
                          {"masked", json_names(row.masked)},
                          {"existence", row.existence}};
  if (row.number != 0) out["number"] = row.number;
  return out;
}

boost::json::object scope_query_json(const wire::ScopeQuery& query) {
  boost::json::object out;
  if (query.session != 0) out["session"] = query.session;
  if (query.case_number != 0) out["case"] = query.case_number;
  if (!query.principal.value.empty()) out["principal"] = query.principal.value;
  if (!query.network.value.empty()) out["network"] = query.network.value;
  if (query.exposed_face) out["exposed_through"] = name_of(*query.exposed_face);
  if (query.exposed_through != 0) out["exposed_through"] = query.exposed_through;
  if (query.from_ms != 0) out["from"] = time_json(query.from_ms);
  if (query.to_ms != 0) out["to"] = time_json(query.to_ms);
  if (query.purpose) out["purpose"] = name_of(*query.purpose);
  if (query.compartment) out["compartment"] = kCompartmentNames[*query.compartment];
  boost::json::array kinds;
  for (std::size_t i = 0; i < word_count<EntryKind>(); ++i) {
    if ((query.kinds >> i & 1u) != 0) kinds.emplace_back(name_of(static_cast<EntryKind>(i)));
  }
  if (!kinds.empty()) out["kinds"] = std::move(kinds);
  return out;
}

std::string scope_json_head(const wire::ScopeQuery& query, const wire::ScopeAnswer& first_page) {
  return fmt::format(
      R"({{"query":{},"ledger_size":{},"customers":{},"fields":{},"unknown_windows":{},"rows":[)",
      boost::json::serialize(scope_query_json(query)), first_page.ledger_size, first_page.customers,
      first_page.fields, boost::json::serialize(windows_json(first_page.unknown.items)));
}

std::string scope_row_csv(const wire::ScopeRow& row) {
  return fmt::format("{},{},{},{},{},{},{}\n", to_hex(row.customer.bytes), joined(row.clear),
                     joined(row.masked), row.existence, time_json(row.first_ms),
                     time_json(row.last_ms), row.sessions);
}

}  // namespace bulkhead::cli
