// Staff and clients: made, listed, disabled, reset, revoked. Secrets are made here, shown once, and
// kept sealed; the ledger learns only that a principal is as it now is.
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keeper/credentials.h"
#include "keeper/handlers.h"
#include "keeper/sign_in.h"
#include "keeper/totp.h"

namespace bulkhead::handlers {
namespace {

constexpr std::uint64_t kBudgetFreezeAfterResetMs = 24ull * 3'600'000;
constexpr std::size_t kPrincipalsMax = 100'000;
constexpr std::string_view kIssuer = "Bulkhead";

bool good_name(const std::string& name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._@") == std::string::npos;
}

std::string make_password() {
  std::array<std::uint8_t, 15> bytes{};
  random_bytes(bytes);
  return to_base32(bytes);
}

void end_sessions_of(Keeper& keeper, PrincipalNumber number) {
  for (const auto& id : keeper.sessions().of(number)) keeper.end_session(id, Reason::kRevoked);
}

// New secrets are hashed and sealed on the lanes; the row is there, inert, before the entry that
// makes it count.
Outcome with_new_secrets(Keeper& keeper, const Call& call, PrincipalDetail detail,
                         const std::string& name, std::string password) {
  struct Work {
    PrincipalSecrets secrets;
    std::string password;
    bool stored = false;
  };
  auto work = std::make_shared<Work>();
  work->secrets.number = detail.number;
  work->secrets.version = detail.secrets;
  work->secrets.name.value = name;
  work->password = std::move(password);
  const Call later{call.channel, call.head, {}};
  auto store = [&keeper, work] {
    auto credentials =
        make_credentials(SecretBytes(view_of(work->password)), work->secrets.version);
    if (!credentials) return;
    work->secrets.credentials = std::move(*credentials);
    const auto row = row_of(work->secrets);
    auto& vault = keeper.parts().vault;
    work->stored = vault.write_rows({&row, 1}, vault.applied_index()).has_value();
  };
  auto finish = [&keeper, later, work, detail, name] {
    if (!work->stored) return keeper.answer_later(later, Outcome::refuse(Reason::kLedger));
    if (keeper.directory().find(name) &&
        keeper.directory().find(name) != PrincipalNumber(detail.number)) {
      return keeper.answer_later(later, Outcome::refuse(Reason::kState));
    }
    // Meanwhile somebody may have disabled or reset them too: a disabled one stays so, and of two
    // resets at once only the first counts.
    auto facts = detail;
    if (const auto* now = keeper.state().principal(PrincipalNumber(detail.number))) {
      if (now->facts.secrets + 1 != detail.secrets)
        return keeper.answer_later(later, Outcome::refuse(Reason::kState));
      facts.disabled = now->facts.disabled;
    }
    auto entry = keeper.make_entry(EntryKind::kStaff, later);
    entry.principal = later.channel->operator_number;
    entry.detail = wire::encode(facts);
    keeper.record(std::move(entry));
    end_sessions_of(keeper, PrincipalNumber(detail.number));
    keeper.directory().add(work->secrets, detail.role);
    keeper.answer_later(
        later, Outcome::with(wire::StaffSecrets{detail.number,
                                                {work->password},
                                                {totp_uri(work->secrets.credentials.totp_secret,
                                                          kIssuer, work->secrets.name.value)}}));
  };
  const bool queued =
      keeper.on_lane(keeper.parts().writer_lane, std::move(store), std::move(finish));
  return queued ? Outcome::answered_later() : Outcome::refuse(Reason::kTooMany, 5);
}

std::uint32_t team_number(Keeper& keeper, const Call& call, const std::string& name) {
  if (name.empty()) return 0;
  if (const auto known = keeper.directory().find_team(name)) return *known;
  const auto number = keeper.state().next_name(NameKind::kTeam);
  NameRow row{{name}, {}};
  random_bytes(row.salt);
  auto entry = keeper.make_entry(EntryKind::kName, call);
  entry.detail = wire::encode(NameDetail{NameKind::kTeam, number, sha256(wire::encode(row))});
  keeper.record(std::move(entry));
  keeper.directory().add_team(number, name);
  keeper.parts().writer_lane.submit(
      [&vault = keeper.parts().vault, number, bytes = wire::encode(row)] {
        const RowWrite write{static_cast<std::uint8_t>(RowKind::kTeam), number, 0, bytes, false};
        (void)vault.write_rows({&write, 1}, vault.applied_index());
      });
  return number;
}

Outcome change(Keeper& keeper, const Call& call, EntryKind kind, const PrincipalDetail& detail) {
  auto entry = keeper.make_entry(kind, call);
  entry.principal = call.channel->operator_number;
  entry.detail = wire::encode(detail);
  keeper.record(std::move(entry));
  end_sessions_of(keeper, PrincipalNumber(detail.number));
  return Outcome::with(wire::Done{});
}

}  // namespace

Outcome staff_add(Keeper& keeper, const Call& call, const wire::StaffAdd& message) {
  const auto& name = message.name.value;
  if (!good_name(name) || message.role == Role::kClient || message.role == Role::kAuditor) {
    return Outcome::refuse(Reason::kMalformed);
  }
  if (keeper.directory().find(name)) return Outcome::refuse(Reason::kState);
  if (keeper.state().principals().size() >= kPrincipalsMax)
    return Outcome::refuse(Reason::kTooMany);
  if (message.grown && !keeper.parts().demo) return Outcome::refuse(Reason::kRole);
  auto password = message.password.value.empty() ? make_password() : message.password.value;
  const std::array<std::string_view, 1> inputs{name};
  const auto fault = password_fault(password, inputs, keeper.parts().breached_passwords);
  if (!fault || fault->has_value()) return Outcome::refuse(Reason::kBadCredentials);
  PrincipalDetail detail;
  detail.number = keeper.take_principal_number();
  detail.role = message.role;
  detail.team = team_number(keeper, call, message.team.value);
  detail.grown = message.grown;
  detail.secrets = 1;
  return with_new_secrets(keeper, call, detail, name, std::move(password));
}

Outcome staff_list(Keeper& keeper, const Call&, const wire::StaffList&) {
  wire::StaffListAnswer answer;
  for (const auto& [number, principal] : keeper.state().principals()) {
    const auto& facts = principal.facts;
    if (facts.role == Role::kClient || facts.role == Role::kAuditor ||
        answer.rows.items.size() >= 10000)
      continue;
    answer.rows.items.push_back({number,
                                 {keeper.directory().name_of(PrincipalNumber(number))},
                                 facts.role,
                                 {keeper.directory().team_name(facts.team)},
                                 facts.disabled,
                                 principal.last_sign_in_ms});
  }
  return Outcome::with(answer);
}

Outcome staff_change(Keeper& keeper, const Call& call, const wire::StaffChange& message) {
  const auto number = keeper.directory().find(message.name.value);
  const auto* principal = number ? keeper.state().principal(*number) : nullptr;
  if (principal == nullptr || principal->facts.role == Role::kClient ||
      principal->facts.role == Role::kAuditor) {
    return Outcome::refuse(Reason::kNotThere);
  }
  auto detail = principal->facts;
  if (message.what == wire::StaffChangeKind::kDisable) {
    detail.disabled = true;
    return change(keeper, call, EntryKind::kStaff, detail);
  }
  // A talked-into reset must not open anything: the budget stays frozen for a day.
  ++detail.secrets;
  detail.budget_frozen_until_ms = keeper.now_ms() + kBudgetFreezeAfterResetMs;
  end_sessions_of(keeper, *number);
  return with_new_secrets(keeper, call, detail, message.name.value, make_password());
}

Outcome client_add(Keeper& keeper, const Call& call, const wire::ClientAdd& message) {
  const auto& name = message.name.value;
  const bool auditor = message.role == Role::kAuditor;
  if (!good_name(name) || (message.role != Role::kClient && !auditor) ||
      message.prefix_bits > 128) {
    return Outcome::refuse(Reason::kMalformed);
  }
  // A client without a network could be used from anywhere by whoever steals its secret.
  if (!auditor && message.prefix_bits == 0) return Outcome::refuse(Reason::kMalformed);
  if (keeper.directory().find(name)) return Outcome::refuse(Reason::kState);
  if (message.grown && !keeper.parts().demo) return Outcome::refuse(Reason::kRole);
  PrincipalDetail detail;
  detail.number = keeper.take_principal_number();
  detail.role = message.role;
  detail.grown = message.grown;
  detail.secrets = 1;
  detail.network = message.network;
  detail.prefix_bits = message.prefix_bits;
  for (const auto type : message.on_case_opened.items) {
    detail.on_case_opened =
        static_cast<std::uint16_t>(detail.on_case_opened | 1u << static_cast<unsigned>(type));
  }
  auto secrets = std::make_shared<PrincipalSecrets>();
  secrets->number = detail.number;
  secrets->version = detail.secrets;
  secrets->name.value = name;
  random_bytes(secrets->secret);
  auto stored = std::make_shared<bool>(false);
  const Call later{call.channel, call.head, {}};
  const bool queued = keeper.on_lane(
      keeper.parts().writer_lane,
      [&vault = keeper.parts().vault, secrets, stored] {
        const auto row = row_of(*secrets);
        *stored = vault.write_rows({&row, 1}, vault.applied_index()).has_value();
      },
      [&keeper, later, secrets, stored, detail] {
        if (!*stored) return keeper.answer_later(later, Outcome::refuse(Reason::kLedger));
        if (keeper.directory().find(secrets->name.value))
          return keeper.answer_later(later, Outcome::refuse(Reason::kState));
        auto entry = keeper.make_entry(EntryKind::kClient, later);
        entry.principal = later.channel->operator_number;
        entry.detail = wire::encode(detail);
        keeper.record(std::move(entry));
        keeper.directory().add(*secrets, detail.role);
        keeper.answer_later(later,
                            Outcome::with(wire::ClientSecret{detail.number, secrets->secret}));
      });
  return queued ? Outcome::answered_later() : Outcome::refuse(Reason::kTooMany, 5);
}

Outcome client_list(Keeper& keeper, const Call&, const wire::ClientList&) {
  wire::ClientListAnswer answer;
  for (const auto& [number, principal] : keeper.state().principals()) {
    const auto& facts = principal.facts;
    if ((facts.role != Role::kClient && facts.role != Role::kAuditor) ||
        answer.rows.items.size() >= 1000)
      continue;
    answer.rows.items.push_back({number,
                                 {keeper.directory().name_of(PrincipalNumber(number))},
                                 facts.role,
                                 facts.disabled});
  }
  return Outcome::with(answer);
}

Outcome client_revoke(Keeper& keeper, const Call& call, const wire::ClientRevoke& message) {
  const auto number = keeper.directory().find(message.name.value);
  const auto* principal = number ? keeper.state().principal(*number) : nullptr;
  if (principal == nullptr ||
      (principal->facts.role != Role::kClient && principal->facts.role != Role::kAuditor)) {
    return Outcome::refuse(Reason::kNotThere);
  }
  auto detail = principal->facts;
  detail.disabled = true;
  return change(keeper, call, EntryKind::kClient, detail);
}

}  // namespace bulkhead::handlers
