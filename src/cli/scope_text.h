// The affected set as a table, CSV or JSON, page by page. It must never hold more than a page.
// Owned by cli.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "cli/output.h"
#include "wire/admin_messages.h"

namespace bulkhead::cli {

// Field names in the catalogue's order.
std::vector<std::string_view> names_of(FieldSet fields);

// {"customer","fields","clear","masked","existence","first","last","sessions"}, and "number" in
// demo and drill directories.
boost::json::object scope_row_json(const wire::ScopeRow& row);
// The predicates that were given.
boost::json::object scope_query_json(const wire::ScopeQuery& query);

// One document {"query","ledger_size","customers","fields","unknown_windows","rows"} from its
// parts.
std::string scope_json_head(const wire::ScopeQuery& query, const wire::ScopeAnswer& first_page);
inline constexpr std::string_view kScopeJsonTail = "]}\n";

inline constexpr std::string_view kScopeCsvHead =
    "customer,clear,masked,existence,first,last,sessions\n";
std::string scope_row_csv(const wire::ScopeRow& row);

}  // namespace bulkhead::cli
