// The sign-ins of a demo or drill directory, kept beside it in demo-sign-ins.json (0600) so that
// anybody who tries things out finds them again. Nobody in them is real; a production directory
// must never have such a file. Owned by cli.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/words.h"

namespace bulkhead::cli {

struct DemoSignIn {
  std::uint32_t number = 0;
  std::string name, display_name;
  Role role{};
  std::string team, password, otpauth;
  bool operator==(const DemoSignIn&) const = default;
};

struct DemoClientSecret {
  std::uint32_t number = 0;
  std::string name, description;
  Role role = Role::kClient;
  std::string secret;  // base64url; an auditor's is the token
  bool operator==(const DemoClientSecret&) const = default;
};

struct DemoSignIns {
  std::vector<DemoSignIn> staff;
  std::vector<DemoClientSecret> clients;
  bool operator==(const DemoSignIns&) const = default;

  const DemoSignIn* find(std::string_view name) const;
  const DemoClientSecret* find_client(std::string_view name) const;
};

// kNotFound, kMalformed.
Result<DemoSignIns> load_sign_ins(const std::string& path);
Status save_sign_ins(const std::string& path, const DemoSignIns& sign_ins);

// For a person: the first of each role (or everybody) with password and QR code, then the clients.
std::string describe(const DemoSignIns& sign_ins, bool everybody);

}  // namespace bulkhead::cli
