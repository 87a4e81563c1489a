// Reads a policy from its readable form, config/policy.toml (TOML 1.0). It must refuse every key it
// does not know and every one that is missing, since a misspelt limit would otherwise be none.
// Owned by cli: the keeper never parses TOML, it is sent the canonical encoding of keeper/policy.h.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "keeper/policy.h"

namespace bulkhead {

inline constexpr std::size_t kPolicyTomlBytesMax = 256u << 10;

struct PolicyProblem {
  unsigned line = 0;  // 0: of the whole file
  std::string text;
};

// A policy that passes check_policy, or the first problem.
std::expected<Policy, PolicyProblem> parse_policy_toml(std::string_view text);

}  // namespace bulkhead
