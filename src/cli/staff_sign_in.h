// How a command signs in as staff over the public API, and how such a session is kept between
// commands. Passwords come from the environment, the demo's own list or the terminal, never from
// the command line. Owned by cli.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/kept_session.h"
#include "cli/paths.h"
#include "client/client.h"

namespace bulkhead::cli {

struct StaffAt {
  Places places;
  std::string name, url, certificate;
};
// --data, --url and --certificate.
void add_staff_at(CLI::App& command, StaffAt& staff);

// The desk of `url`, or of what runs on the data directory.
Result<client::ServerAddress> desk_of(const StaffAt& staff);

// Password and code from BULKHEAD_PASSWORD and BULKHEAD_CODE; in a demo directory its own are at
// hand; otherwise they are asked for at the terminal.
Status sign_in_staff(const StaffAt& staff, client::Client& caller);

std::string environment(const char* name);  // empty when not set

KeptSession to_keep(const std::string& name, const client::BrowserState& state);
client::BrowserState to_state(const KeptSession& kept);

}  // namespace bulkhead::cli
