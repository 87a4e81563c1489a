// How the ledger stands, in words and JSON: its witness, and windows of lost entries. Owned by cli.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>

#include "wire/ledger_messages.h"

namespace bulkhead::cli {

// The witness's name; "local" without one.
std::string witness_name(const wire::LedgerStanding& standing);
// "local (…)", or whom and how long ago, and what that does to budgets.
std::string anchored_text(const wire::LedgerStanding& standing);

// "500 or more entries between … and …".
std::string window_text(const wire::UnknownWindow& window);
// [{"from","to","first_entry","known_size","confirmed"}]
boost::json::array windows_json(std::span<const wire::UnknownWindow> windows);

}  // namespace bulkhead::cli
