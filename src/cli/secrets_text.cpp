#include "cli/secrets_text.h"

#include "cli/output.h"
#include "crypto/encoding.h"

namespace bulkhead::cli {

int show_secrets(const std::string& name, const wire::StaffSecrets& secrets, bool json) {
  if (json) {
    print_json({{"number", secrets.number},
                {"name", name},
                {"password", secrets.password.value},
                {"otpauth", secrets.otpauth.value}});
    return kDone;
  }
  print(fmt::format(
      "{}\n  password  {}\n  second factor, to be scanned by an authenticator app:\n{}  {}\n"
      "These are shown once. Hand them over in person.\n",
      name, secrets.password.value, qr_text(secrets.otpauth.value), secrets.otpauth.value));
  return kDone;
}

int show_secret(const std::string& name, Role role, const wire::ClientSecret& secret, bool json) {
  const auto text = to_base64url(secret.secret);
  const bool auditor = role == Role::kAuditor;
  if (json) {
    print_json({{"number", secret.number}, {"name", name}, {auditor ? "token" : "secret", text}});
    return kDone;
  }
  print(fmt::format(
      "{}\n  {}  {}\nThis is shown once.{}\n", name, auditor ? "token" : "secret", text,
      auditor ? " It reads the ledger: bulkhead verify https://api.localhost:8444 --token TOKEN"
              : ""));
  return kDone;
}

}  // namespace bulkhead::cli
