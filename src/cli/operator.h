// What every command that speaks to a running system has in common: which directory, and who the
// operator is. A password must never come from the command line, where other users can read it.
// Owned by cli.
#pragma once

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "cli/admin_connection.h"
#include "cli/paths.h"

namespace bulkhead::cli {

struct Operator {
  Places places;
  int session_fd = -1;  // lines: name, password, code
};

void add_operator(CLI::App& app, Operator& who);

// Connected and signed in: at once in a demo or drill directory; otherwise by what --session-fd
// yields, or by asking at the terminal. The sign-in lasts for this one command.
Result<AdminConnection> connect(const Operator& who);

// Reads name, password and code, each a line of its own. kMalformed when one is missing or too
// long.
Result<wire::AdminSignIn> read_sign_in(int descriptor);

}  // namespace bulkhead::cli
