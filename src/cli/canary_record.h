// The record of a canary: a made-up customer from an airline of its own seed, with what the
// operator chose instead. It must never hold anything of a real person's unless the operator put it
// there. Owned by cli; drills use it too.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/import_messages.h"

namespace bulkhead::cli {

// `chosen`: "contact.email=post@example.org" replaces all values of that field, an empty value
// takes them away. The same seed and choice give the same record. kMalformed: not of that form, or
// there is no such field.
Result<std::vector<wire::ImportValue>> make_canary_record(std::uint64_t seed,
                                                          std::span<const std::string> chosen);

}  // namespace bulkhead::cli
