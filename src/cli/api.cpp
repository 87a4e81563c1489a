// bulkhead api.
#include "cli/canonical_json.h"
#include "cli/commands.h"
#include "cli/demo_sign_ins.h"
#include "cli/output.h"
#include "cli/server_url.h"
#include "cli/staff_sign_in.h"
#include "client/client.h"
#include "crypto/encoding.h"

namespace bulkhead::cli {
namespace {

struct ApiOptions {
  StaffAt staff;
  std::string method, path, body, client;
};

Status sign_in_client(const ApiOptions& options, client::Client& caller) {
  auto secret = environment("BULKHEAD_CLIENT_SECRET");
  if (secret.empty()) {
    const auto known = load_sign_ins(sign_ins_file(options.staff.places));
    const auto* const one = known ? known->find_client(options.client) : nullptr;
    if (one == nullptr)
      return fail(ErrorCode::kNotFound, "set BULKHEAD_CLIENT_SECRET to sign in as a client");
    secret = one->secret;
  }
  const auto bytes = from_base64url(secret);
  if (!bytes) return fail(ErrorCode::kMalformed, "the client's secret is not base64url");
  return caller.client_sign_in(options.client, SecretBytes(*bytes));
}

// Whoever is named; otherwise whom `login` signed in; otherwise nobody.
Status sign_in(const ApiOptions& options, client::Client& caller) {
  if (!options.staff.name.empty()) return sign_in_staff(options.staff, caller);
  if (!options.client.empty()) return sign_in_client(options, caller);
  if (const auto folder = kept_session_folder()) {
    if (const auto kept = KeptSessions(*folder, options.staff.places.data).use(KeptKind::kStaff))
      caller.adopt(to_state(*kept));
  }
  return caller.connect();
}

Result<client::ServerAddress> where(const ApiOptions& options) {
  if (options.client.empty() || !options.staff.url.empty()) return desk_of(options.staff);
  const auto url = TRY(local_front(options.staff.places.data, "api"));
  return server_address(url, options.staff.certificate, options.staff.places.data);
}

int run(const ApiOptions& options) {
  if (!options.path.starts_with('/')) {
    complain("PATH begins with a slash, such as /api/v1/me");
    return kUsage;
  }
  const auto body = canonical_json(options.body);
  if (!body) {
    complain(body.error());
    return kUsage;
  }
  const auto address = where(options);
  if (!address) return complain(address.error());
  client::Client caller(*address);
  if (const auto signed_in = sign_in(options, caller); !signed_in) {
    if (!caller.last_answer().body.empty()) print(caller.last_answer().body + "\n");
    return complain(signed_in.error());
  }
  const auto answer = caller.call(options.method, options.path, *body);
  if (!answer) return complain(answer.error());
  if (!answer->body.empty()) print(answer->body + (answer->body.ends_with('\n') ? "" : "\n"));
  constexpr int kFirstBadStatus = 400;
  return answer->status < kFirstBadStatus
             ? kDone
             : complain("{} {}: status {}", options.method, options.path, answer->status);
}

}  // namespace

void add_api(CLI::App& app, Chosen& chosen) {
  add_command<ApiOptions>(
      app, chosen, "api", "Sign in, make one signed request of the public API, print the answer",
      [](CLI::App& command, ApiOptions& options) {
        add_data_option(command, options.staff.places);
        command.add_option("METHOD", options.method, "GET, POST, PATCH or DELETE")
            ->required()
            ->check(CLI::IsMember({"GET", "POST", "PATCH", "DELETE"}));
        command.add_option("PATH", options.path, "Such as /api/v1/me")->required();
        command.add_option("JSON", options.body,
                           "The body, as you like to write it: it is sent as canonical JSON");
        auto* const staff = command.add_option(
            "--as", options.staff.name,
            "Staff; password and code from BULKHEAD_PASSWORD and BULKHEAD_CODE, or the demo's own. "
            "Default: whom `bulkhead login` signed in");
        command
            .add_option("--client", options.client,
                        "Client; its secret from BULKHEAD_CLIENT_SECRET, or the demo's own")
            ->excludes(staff);
      },
      run);
}

}  // namespace bulkhead::cli
