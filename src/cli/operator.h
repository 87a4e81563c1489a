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
// yields, by what `bulkhead login --admin` kept, or by asking at the terminal, for this one
// command.
Result<AdminConnection> connect(const Operator& who);

// From the descriptor, or at the terminal when it is negative. kRefused, kMalformed, kTooLarge.
Result<wire::AdminSignIn> ask_sign_in(int session_fd);
// Asks for password and code at the terminal, and for the name when it is not known. kRefused
// without a terminal.
Result<wire::AdminSignIn> ask_at_terminal(const std::string& name);

// Reads name, password and code, each a line of its own. kMalformed when one is missing or too
// long.
Result<wire::AdminSignIn> read_sign_in(int descriptor);

}  // namespace bulkhead::cli
