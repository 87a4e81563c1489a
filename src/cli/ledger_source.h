// Where `bulkhead verify` takes a ledger from: a folder, or an HTTPS server in the tlog-tiles
// layout for whoever holds an auditor's token. It must never send the token to a server it could
// not prove. Owned by cli.
#pragma once

#include <memory>
#include <string>

#include "ledger/verify.h"
#include "wire/admin_messages.h"

namespace bulkhead::cli {

// Holds an auditor's token that no command line should show to others on the same machine.
inline constexpr const char* kTokenVariable = "BULKHEAD_AUDITOR_TOKEN";

// `where` is a folder with a checkpoint in it, or an URL; without a path the API's own,
// /api/v1/ledger. kNotFound, kMalformed, and as client::Stream::connect.
Result<std::unique_ptr<Source>> open_ledger_source(const std::string& where,
                                                   const std::string& token,
                                                   const std::string& certificate,
                                                   const std::string& data_dir);

// "<origin>+<key id>+<key>" of the running system; empty when it makes no sense.
std::string ledger_key(const wire::StatusAnswer& status);

}  // namespace bulkhead::cli
