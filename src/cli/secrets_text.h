// How secrets that the keeper just made are shown, once, to the admin who asked for them. Nothing
// here may keep one or write it anywhere but to standard output. Owned by cli.
#pragma once

#include <string>

#include "wire/admin_messages.h"

namespace bulkhead::cli {

// Both answer kDone.
int show_secrets(const std::string& name, const wire::StaffSecrets& secrets, bool json);
int show_secret(const std::string& name, Role role, const wire::ClientSecret& secret, bool json);

}  // namespace bulkhead::cli
