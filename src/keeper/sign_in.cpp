#include "keeper/sign_in.h"

#include "crypto/ecdh.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret_access.h"

namespace bulkhead {

Result<PrincipalSecrets> read_secrets(VaultReader& reader, PrincipalNumber number,
                                      std::uint32_t version) {
  const auto row = TRY(
      reader.row(static_cast<std::uint8_t>(RowKind::kPrincipal), row_id(number.value, version)));
  return wire::decode<PrincipalSecrets>(row.bytes);
}

void SignInCheck::take(Keeper& keeper, const std::string& name, std::string_view password,
                       std::string_view code) {
  name_ = name;
  password_ = SecretBytes(view_of(password));
  code_ = code;
  wall_ms_ = keeper.wall_ms();
  check_ = &keeper.credential_check();
  number_ = keeper.directory().find(name);
  const auto* principal = number_ ? keeper.state().principal(*number_) : nullptr;
  const bool usable = principal != nullptr && !principal->facts.disabled &&
                      principal->facts.role != Role::kClient &&
                      principal->facts.role != Role::kAuditor;
  const auto secrets = read_secrets(keeper.parts().reader, usable ? *number_ : PrincipalNumber(1),
                                    usable ? principal->facts.secrets : 0);
  if (!usable || !secrets) {
    number_.reset();
    return;
  }
  credentials_ = secrets->credentials;
  version_ = principal->facts.secrets;
  last_step_ = principal->last_totp_step;
}

void SignInCheck::read(Keeper& keeper, const std::string& name, const wire::SignIn& message) {
  public_key_ = message.public_key;
  address_ = message.network;
  take(keeper, name, message.password.value, message.code.value);
}

void SignInCheck::read(Keeper& keeper, const std::string& name, const wire::AdminSignIn& message) {
  take(keeper, name, message.password.value, message.code.value);
}

void SignInCheck::hash() {
  step_ = check_->check(credentials_ ? &*credentials_ : nullptr, password_, code_, wall_ms_,
                        last_step_);
}

Outcome SignInCheck::decide(Keeper& keeper, const Call& call, NetworkNumber network) {
  // The step may have been used, or the secrets reset, while this check was hashing; the ledger's
  // word is the later one.
  const auto* principal = number_ ? keeper.state().principal(*number_) : nullptr;
  const bool right = step_ && principal != nullptr && !principal->facts.disabled &&
                     principal->facts.secrets == version_ && *step_ > principal->last_totp_step &&
                     !keeper.state().canaries().is_contained(*number_);
  if (!right) {
    keeper.record_unknown(call, EntryKind::kSignInFailed, Reason::kBadCredentials, network);
    return Outcome::refuse(Reason::kBadCredentials);
  }
  keeper.guard().succeeded(name_, address_);
  return open_session(keeper, call, *number_, address_, public_key_, nullptr, *step_);
}

bool SignInCheck::decide_admin(Keeper& keeper, const Call& call) {
  const auto* principal = number_ ? keeper.state().principal(*number_) : nullptr;
  const bool right = step_ && principal != nullptr && !principal->facts.disabled &&
                     principal->facts.secrets == version_ &&
                     principal->facts.role == Role::kAdmin && *step_ > principal->last_totp_step;
  if (!right) {
    keeper.record_unknown(call, EntryKind::kSignInFailed, Reason::kBadCredentials, NetworkNumber());
    return false;
  }
  keeper.guard().succeeded(name_, address_);
  auto entry = keeper.make_entry(EntryKind::kSignIn, call);
  entry.principal = *number_;
  entry.session = keeper.state().next_session();
  entry.detail = wire::encode(SignInDetail{*step_});
  keeper.record(std::move(entry));
  return true;
}

Outcome open_session(Keeper& keeper, const Call& call, PrincipalNumber number,
                     const wire::NetworkAddress& address, const wire::PublicKey& peer,
                     const SecretBytes* secret, std::uint64_t totp_step) {
  const auto own = EcdhKey::generate();
  auto shared = own ? own->agree(peer) : Result<SecretBytes>(fail(ErrorCode::kCrypto, "no key"));
  if (!shared) return Outcome::refuse(Reason::kMalformed);
  Bytes material;
  const auto add = [&](const SecretBytes& from) {
    const auto bytes = from.read(SecretAccessForCrypto::show());
    material.insert(material.end(), bytes.begin(), bytes.end());
  };
  add(*shared);
  if (secret != nullptr) add(*secret);
  const SecretBytes both{ByteView(material)};
  explicit_bzero(material.data(), material.size());

  const auto id = random_id<struct SessionTag>();
  const auto info = secret == nullptr ? wire::kStaffKeyInfo : wire::kClientKeyInfo;
  auto key = hkdf_sha256(both, id.bytes, view_of(info), 32);
  if (!key) return Outcome::refuse(Reason::kMalformed);

  if (const auto oldest = keeper.sessions().one_too_many(number))
    keeper.end_session(*oldest, Reason::kTooMany);
  const auto network = keeper.network_number(call, address);
  const auto* principal = keeper.state().principal(number);
  const auto session = keeper.state().next_session();
  LiveSession live{id,
                   session,
                   number,
                   network,
                   prefix_of(address),
                   call.channel->face,
                   SessionProofs(std::move(*key)),
                   keeper.now_ms(),
                   keeper.now_ms()};
  if (!keeper.sessions().add(std::move(live))) return Outcome::refuse(Reason::kTooMany, 60);

  auto entry = keeper.make_entry(EntryKind::kSignIn, call);
  entry.principal = number;
  entry.session = session;
  entry.team = TeamNumber(principal->facts.team);
  entry.network = network;
  entry.detail = wire::encode(SignInDetail{totp_step});
  keeper.record(std::move(entry));
  const auto& rule = keeper.state().policy().session;
  return Outcome::with(wire::SignInAnswer{id,
                                          own->public_key(),
                                          principal->facts.role,
                                          {keeper.directory().name_of(number)},
                                          rule.idle_s,
                                          rule.absolute_s});
}

}  // namespace bulkhead
