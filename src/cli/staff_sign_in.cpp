#include "cli/staff_sign_in.h"

#include <algorithm>
#include <cstdlib>

#include "base/clock.h"
#include "cli/admin_connection.h"
#include "cli/demo_sign_ins.h"
#include "cli/operator.h"
#include "cli/server_url.h"
#include "crypto/secret_access.h"

namespace bulkhead::cli {
namespace {

// Nothing when this directory's people are real.
std::optional<std::string> demo_password(const StaffAt& staff) {
  const auto known = load_sign_ins(sign_ins_file(staff.places));
  const auto* const one = known ? known->find(staff.name) : nullptr;
  if (one == nullptr) return std::nullopt;
  return one->password;
}

Result<std::string> demo_code(const StaffAt& staff) {
  auto connection = TRY(AdminConnection::open(staff.places.data));
  if (!connection.hello().demo)
    return fail(ErrorCode::kRefused, "set BULKHEAD_CODE to the code of the authenticator app");
  return TRY(connection.call<wire::DemoCodeAnswer>(wire::DemoCode{.name = {staff.name}}))
      .code.value;
}

}  // namespace

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

void add_staff_at(CLI::App& command, StaffAt& staff) {
  add_data_option(command, staff.places);
  command.add_option("--url", staff.url, "Default: the front of what runs on the data directory");
  command.add_option("--certificate", staff.certificate, "PEM file that the server must show");
}

Result<client::ServerAddress> desk_of(const StaffAt& staff) {
  const auto url = staff.url.empty() ? TRY(local_front(staff.places.data, "desk"))
                                     : TRY(parse_server_url(staff.url));
  return server_address(url, staff.certificate, staff.places.data);
}

Status sign_in_staff(const StaffAt& staff, client::Client& caller) {
  auto password = environment("BULKHEAD_PASSWORD"), code = environment("BULKHEAD_CODE");
  if (password.empty()) {
    if (auto known = demo_password(staff)) {
      password = std::move(*known);
    } else {
      auto typed = TRY(ask_at_terminal(staff.name));
      password = std::move(typed.password.value);
      code = std::move(typed.code.value);
    }
  }
  if (code.empty()) code = TRY(demo_code(staff));
  return caller.sign_in(staff.name, password, code);
}

KeptSession to_keep(const std::string& name, const client::BrowserState& state) {
  KeptSession kept{.name = {name}};
  const auto key = state.key.read(SecretAccessForCrypto::show());
  std::copy_n(key.begin(), std::min(key.size(), kept.secret.size()), kept.secret.begin());
  kept.session = state.session;
  kept.lane = state.lane;
  kept.counter = state.counter;
  kept.ends_wall_ms = SystemClock().wall_ms() + kKeptSessionS * 1000ull;
  return kept;
}

client::BrowserState to_state(const KeptSession& kept) {
  return {kept.session, SecretBytes(ByteView(kept.secret)), kept.lane, kept.counter};
}

}  // namespace bulkhead::cli
