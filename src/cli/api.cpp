// bulkhead api.
#include <cstdlib>

#include "cli/commands.h"
#include "cli/demo_sign_ins.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/server_url.h"
#include "client/client.h"
#include "crypto/encoding.h"

namespace bulkhead::cli {
namespace {

struct Options {
  Operator who;
  std::string method, path, body, url, certificate, staff, client;
};

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// In a demo directory passwords and codes are at hand; elsewhere the environment has them.
Status sign_in_staff(const Options& options, client::Client& caller) {
  auto password = environment("BULKHEAD_PASSWORD"), code = environment("BULKHEAD_CODE");
  if (password.empty()) {
    const auto known = load_sign_ins(sign_ins_file(options.who.places));
    const auto* const one = known ? known->find(options.staff) : nullptr;
    if (one == nullptr)
      return fail(ErrorCode::kNotFound,
                  "set BULKHEAD_PASSWORD and BULKHEAD_CODE to sign in as staff");
    password = one->password;
  }
  if (code.empty()) {
    auto connection = TRY(AdminConnection::open(options.who.places.data));
    if (!connection.hello().demo)
      return fail(ErrorCode::kRefused, "set BULKHEAD_CODE to the code of the authenticator app");
    auto answer =
        TRY(connection.call<wire::DemoCodeAnswer>(wire::DemoCode{.name = {options.staff}}));
    code = std::move(answer.code.value);
  }
  return caller.sign_in(options.staff, password, code);
}

Status sign_in_client(const Options& options, client::Client& caller) {
  auto secret = environment("BULKHEAD_CLIENT_SECRET");
  if (secret.empty()) {
    const auto known = load_sign_ins(sign_ins_file(options.who.places));
    const auto* const one = known ? known->find_client(options.client) : nullptr;
    if (one == nullptr)
      return fail(ErrorCode::kNotFound, "set BULKHEAD_CLIENT_SECRET to sign in as a client");
    secret = one->secret;
  }
  const auto bytes = from_base64url(secret);
  if (!bytes) return fail(ErrorCode::kMalformed, "the client's secret is not base64url");
  return caller.client_sign_in(options.client, SecretBytes(*bytes));
}

Status sign_in(const Options& options, client::Client& caller) {
  if (!options.staff.empty()) return sign_in_staff(options, caller);
  if (!options.client.empty()) return sign_in_client(options, caller);
  return caller.connect();
}

Result<client::ServerAddress> where(const Options& options) {
  if (!options.url.empty()) {
    const auto url = TRY(parse_server_url(options.url));
    return server_address(url, options.certificate, options.who.places.data);
  }
  const auto* const face = options.client.empty() ? "desk" : "api";
  const auto url = TRY(local_front(options.who.places.data, face));
  return server_address(url, options.certificate, options.who.places.data);
}

int run(const Options& options) {
  if (!options.path.starts_with('/')) {
    complain("PATH begins with a slash, such as /api/v1/me");
    return kUsage;
  }
  const auto address = where(options);
  if (!address) return complain(address.error());
  client::Client caller(*address);
  if (const auto signed_in = sign_in(options, caller); !signed_in) {
    if (!caller.last_answer().body.empty()) print(caller.last_answer().body + "\n");
    return complain(signed_in.error());
  }
  const auto answer = caller.call(options.method, options.path, options.body);
  if (!answer) return complain(answer.error());
  if (!answer->body.empty()) print(answer->body + (answer->body.ends_with('\n') ? "" : "\n"));
  constexpr int kFirstBadStatus = 400;
  return answer->status < kFirstBadStatus
             ? kDone
             : complain("{} {}: status {}", options.method, options.path, answer->status);
}

}  // namespace

void add_api(CLI::App& app, Chosen& chosen) {
  add_command<Options>(
      app, chosen, "api", "Sign in, make one signed request of the public API, print the answer",
      [](CLI::App& command, Options& options) {
        add_data_option(command, options.who.places);
        command.add_option("METHOD", options.method, "GET, POST or DELETE")
            ->required()
            ->check(CLI::IsMember({"GET", "POST", "DELETE"}));
        command.add_option("PATH", options.path, "Such as /api/v1/me")->required();
        command.add_option("JSON", options.body, "The body");
        auto* const staff = command.add_option(
            "--as", options.staff,
            "Staff; password and code from BULKHEAD_PASSWORD and BULKHEAD_CODE, or the demo's own");
        command
            .add_option("--client", options.client,
                        "Client; its secret from BULKHEAD_CLIENT_SECRET, or the demo's own")
            ->excludes(staff);
        command.add_option("--url", options.url,
                           "Default: the front of what runs on the data directory");
        command.add_option("--certificate", options.certificate,
                           "PEM file that the server must show");
      },
      run);
}

}  // namespace bulkhead::cli
