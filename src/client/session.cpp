#include "client/session.h"

#include <fmt/format.h>

#include <iterator>

#include "base/check.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/secret_access.h"

namespace bulkhead::client {
namespace {
constexpr std::size_t kKeyBytes = 32;
}

BrowserState BrowserState::clone() const {
  return {session, key.clone(SecretAccessForCrypto::show()), lane, counter};
}
BrowserState BrowserState::cookie_alone() const { return {session, SecretBytes(), lane, counter}; }

Result<SecretBytes> staff_key(const SecretBytes& agreed, const SessionId& session) {
  return hkdf_sha256(agreed, session.bytes, view_of(wire::kStaffKeyInfo), kKeyBytes);
}

Result<SecretBytes> client_key(const SecretBytes& agreed, const SecretBytes& client_secret,
                               const SessionId& session) {
  const auto access = SecretAccessForCrypto::show();
  Bytes both(agreed.read(access).begin(), agreed.read(access).end());
  both.insert(both.end(), client_secret.read(access).begin(), client_secret.read(access).end());
  const SecretBytes input(both);
  explicit_bzero(both.data(), both.size());
  return hkdf_sha256(input, session.bytes, view_of(wire::kClientKeyInfo), kKeyBytes);
}

wire::Mac client_sign_in_mac(const SecretBytes& client_secret, std::string_view name,
                             const EcdhPublicKey& public_key) {
  std::string message(wire::kClientSignInInfo);
  message += name;
  message += '\n';
  message += text_of(public_key);
  return hmac_sha256(client_secret, view_of(message));
}

std::string next_proof(BrowserState& state, std::string_view method, std::string_view target,
                       std::string_view body) {
  CHECK(!state.key.empty());
  const auto mark = target.find('?');
  thread_local std::string digested;
  digested = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  digested += '\n';
  digested += body;

  wire::Proof proof;
  proof.session = state.session;
  proof.lane = state.lane;
  proof.counter = ++state.counter;
  const auto mac = hmac_sha256(state.key, wire::proof_bytes(proof, method, target.substr(0, mark),
                                                            sha256(view_of(digested))));
  return fmt::format("lane={}; counter={}; mac={}", state.lane, state.counter, to_base64url(mac));
}

void write_request(const RequestText& request, BrowserState* state, std::string& to) {
  auto out = std::back_inserter(to);
  fmt::format_to(out, "{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target,
                 request.host);
  if (state != nullptr) {
    const auto session = to_base64url(state->session.bytes);
    if (state->key.empty()) {
      fmt::format_to(out, "Cookie: __Host-bulkhead={}\r\n", session);
    } else {
      fmt::format_to(out, "Authorization: Bulkhead {}\r\nBulkhead-Proof: {}\r\n", session,
                     next_proof(*state, request.method, request.target, request.body));
    }
  }
  if (!request.body.empty()) {
    fmt::format_to(out, "Content-Type: application/json\r\nContent-Length: {}\r\n",
                   request.body.size());
  }
  to += request.extra_fields;
  to += "\r\n";
  to += request.body;
}

}  // namespace bulkhead::client
