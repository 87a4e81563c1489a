#include "keeper/directory.h"

#include "crypto/hash.h"

namespace bulkhead {
namespace {
const std::string kNoName;
}

std::uint32_t row_id(std::uint32_t number, std::uint32_t version) {
  return number << 8 | (version & 0xff);
}

RowWrite row_of(const PrincipalSecrets& secrets) {
  return {static_cast<std::uint8_t>(RowKind::kPrincipal), row_id(secrets.number, secrets.version),
          secrets.version, wire::encode(secrets), false};
}

Status Directory::load(const State& state, VaultReader& reader) {
  for (const auto& row : TRY(reader.rows(static_cast<std::uint8_t>(RowKind::kPrincipal)))) {
    const auto secrets = TRY(wire::decode<PrincipalSecrets>(row.bytes));
    const auto* principal = state.principal(PrincipalNumber(secrets.number));
    if (principal != nullptr && principal->facts.secrets == secrets.version)
      add(secrets, principal->facts.role);
  }
  for (const auto& [number, principal] : state.principals()) {
    if (names_.contains(number)) continue;
    return fail(ErrorCode::kConflict,
                "the vault misses the sign-in of somebody the ledger knows: the vault was rolled "
                "back");
  }
  for (const auto& row : TRY(reader.rows(static_cast<std::uint8_t>(RowKind::kTeam)))) {
    add_team(row.id, TRY(wire::decode<NameRow>(row.bytes)).name.value);
  }
  return {};
}

void Directory::add(const PrincipalSecrets& secrets, Role role) {
  const PrincipalNumber number(secrets.number);
  by_name_[secrets.name.value] = number;
  names_[secrets.number] = secrets.name.value;
  if (role == Role::kAuditor) tokens_[sha256(secrets.secret)] = number;
}

void Directory::add_team(std::uint32_t number, std::string name) {
  team_by_name_[name] = number;
  teams_[number] = std::move(name);
}

std::optional<PrincipalNumber> Directory::find(const std::string& name) const {
  const auto at = by_name_.find(name);
  if (at == by_name_.end()) return std::nullopt;
  return at->second;
}

const std::string& Directory::name_of(PrincipalNumber number) const {
  const auto at = names_.find(number.value);
  return at == names_.end() ? kNoName : at->second;
}

const std::string& Directory::team_name(std::uint32_t team) const {
  const auto at = teams_.find(team);
  return at == teams_.end() ? kNoName : at->second;
}

std::optional<std::uint32_t> Directory::find_team(const std::string& name) const {
  const auto at = team_by_name_.find(name);
  if (at == team_by_name_.end()) return std::nullopt;
  return at->second;
}

std::optional<PrincipalNumber> Directory::find_token(
    const std::array<std::uint8_t, 32>& token) const {
  const auto at = tokens_.find(sha256(token));
  if (at == tokens_.end()) return std::nullopt;
  return at->second;
}

}  // namespace bulkhead
