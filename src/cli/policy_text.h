// A policy for people: its budgets as a table, and a digest by which two admins see that they speak
// of the same one. Owned by cli.
#pragma once

#include <string>

#include "keeper/policy.h"

namespace bulkhead::cli {

std::string describe(const Policy& policy);
// Over everything in it but its number, which the keeper gives.
std::string digest_of(Policy policy);

}  // namespace bulkhead::cli
