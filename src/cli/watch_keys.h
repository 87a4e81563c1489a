// Follows a change of keys in the keeper to its end. The change goes on without anybody watching.
// Owned by cli.
#pragma once

#include "cli/admin_connection.h"

namespace bulkhead::cli {

// Shows the progress (a bar in a terminal, lines elsewhere, nothing with `json`) and then the
// outcome; answers the exit code.
int watch_keys(AdminConnection& connection, const wire::ChangeKeysAnswer& begun, bool json);

}  // namespace bulkhead::cli
