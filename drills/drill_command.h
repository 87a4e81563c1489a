// `bulkhead drill`: runs drills and tells what they found. It must never be pointed at a directory
// that holds anything: each run makes one of its own. Owned by drills; main adds it beside the
// commands of cli.
#pragma once

#include "cli/commands.h"

namespace bulkhead::drills {

void add_drill(CLI::App& app, cli::Chosen& chosen);

}  // namespace bulkhead::drills
