// Names of staff, clients and teams, and what they sign in with: the openings that stand in the
// vault's rows, never in the ledger. It must keep only names and token digests in memory; secrets
// are read from their sealed row when somebody signs in. Owned by keeper, used by the loop alone.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "base/ids.h"
#include "keeper/credentials.h"
#include "keeper/state.h"
#include "vault/vault.h"
#include "vault/vault_reader.h"

namespace bulkhead {

// Kinds of the keeper's rows in the vault; numbers are for ever.
enum class RowKind : std::uint8_t {
  kPrincipal = 1,
  kTeam = 2,
  kNetwork = 3,
  kCanary = 4,
  kProposal = 6
};

// The sealed row of one version of a principal's secrets; its id is number * 256 + version % 256.
struct PrincipalSecrets {
  std::uint32_t number = 0;
  std::uint32_t version = 0;
  wire::Text<wire::kPasswordBytesMax> name;
  Credentials credentials;                // staff
  std::array<std::uint8_t, 32> secret{};  // clients and auditors
  WIRE_MEMBERS(number, version, name, credentials, secret)
};

struct NameRow {
  wire::Text<wire::kPasswordBytesMax> name;
  std::array<std::uint8_t, 16> salt{};
  WIRE_MEMBERS(name, salt)
};

class Directory {
 public:
  // Reads all names of principals that the state knows; rows the ledger does not know are leftovers
  // and are skipped. kConflict when a principal's row is missing: it was durable before its entry.
  Status load(const State& state, VaultReader& reader);

  std::optional<PrincipalNumber> find(const std::string& name) const;
  const std::string& name_of(PrincipalNumber number) const;  // empty when unknown
  const std::string& team_name(std::uint32_t team) const;
  std::optional<std::uint32_t> find_team(const std::string& name) const;
  // An auditor's token is kept as its SHA-256.
  std::optional<PrincipalNumber> find_token(const std::array<std::uint8_t, 32>& token) const;

  void add(const PrincipalSecrets& secrets, Role role);
  void add_team(std::uint32_t number, std::string name);

 private:
  std::map<std::string, PrincipalNumber, std::less<>> by_name_;
  std::unordered_map<std::uint32_t, std::string> names_;
  std::map<std::string, std::uint32_t, std::less<>> team_by_name_;
  std::unordered_map<std::uint32_t, std::string> teams_;
  std::map<std::array<std::uint8_t, 32>, PrincipalNumber> tokens_;
};

RowWrite row_of(const PrincipalSecrets& secrets);
std::uint32_t row_id(std::uint32_t number, std::uint32_t version);

}  // namespace bulkhead
