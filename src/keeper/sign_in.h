// How a sign-in of staff is checked in three steps on two threads, and how a session opens. It must
// never tell whether an account exists: the same reads, hashing and answers for a wrong name as for
// a wrong password. Owned by keeper.
#pragma once

#include <memory>

#include "keeper/handlers.h"

namespace bulkhead {

// The sealed row of a principal's secrets. kNotFound, kMalformed.
Result<PrincipalSecrets> read_secrets(VaultReader& reader, PrincipalNumber number,
                                      std::uint32_t version);

class SignInCheck {
 public:
  // On the loop: takes what the hashing lane will need.
  void read(Keeper& keeper, const std::string& name, const wire::SignIn& message);
  void read(Keeper& keeper, const std::string& name, const wire::AdminSignIn& message);
  // On the hashing lane.
  void hash();
  // On the loop: records, and opens the session or refuses.
  Outcome decide(Keeper& keeper, const Call& call, NetworkNumber network);
  // For admin channels: only whether it was right; recorded too.
  bool decide_admin(Keeper& keeper, const Call& call);

  PrincipalNumber principal() const { return number_.value_or(PrincipalNumber()); }

 private:
  void take(Keeper& keeper, const std::string& name, std::string_view password,
            std::string_view code);

  std::string name_;
  SecretBytes password_;
  std::string code_;
  wire::PublicKey public_key_{};
  wire::NetworkAddress address_{};
  std::optional<PrincipalNumber> number_;
  std::optional<Credentials> credentials_;
  std::uint64_t wall_ms_ = 0;
  std::uint64_t last_step_ = 0;
  std::uint32_t version_ = 0;  // of the secrets that were read
  const CredentialCheck* check_ = nullptr;
  Result<std::uint64_t> step_ = fail(ErrorCode::kCrypto, "not checked");
};

// Records the sign-in and answers the session. `secret` is a client's own, null for staff.
Outcome open_session(Keeper& keeper, const Call& call, PrincipalNumber number,
                     const wire::NetworkAddress& address, const wire::PublicKey& peer,
                     const SecretBytes* secret, std::uint64_t totp_step);

}  // namespace bulkhead
