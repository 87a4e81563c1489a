// Makes a data directory: its folders, the root key's file, and by the keeper's own hand what lies
// in it. It must never touch a directory that was made before, nor leave the root key inside it.
// Owned by cli; used by init and the benches.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/paths.h"

namespace bulkhead::cli {

enum class DirectoryKind : std::uint8_t { kDemo, kDrill, kProduction };

struct DirectoryPlan {
  Places places;
  DirectoryKind kind = DirectoryKind::kProduction;
  std::string origin;  // of a production directory's ledger, such as "ledger.example.com/2026"
};

// What the keeper said: one line of JSON, {"origin":...} and for production
// {"admin":{"name","password","otpauth"}}. Complains itself with the path it is about.
Result<std::string> make_directory(const DirectoryPlan& plan);

}  // namespace bulkhead::cli
