// A signed-in session as its holder knows it: the session's name, the MAC key only the two ends
// have, a lane and its counter. Whoever holds all of it is the caller; the name alone (the cookie)
// must never be enough. Owned by client; drills copy it to play the thief.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "crypto/ecdh.h"
#include "wire/proof.h"

namespace bulkhead::client {

struct BrowserState {
  SessionId session;
  SecretBytes key;  // empty: only the cookie is known, and requests go out without a proof
  std::uint8_t lane = 0;
  std::uint64_t counter = 0;  // the last one used

  BrowserState clone() const;         // the whole browser, as malware would take it
  BrowserState cookie_alone() const;  // the session's name, as a log line or a proxy would show it
};

// The keys both ends derive (wire/proof.h). `agreed` is the ECDH secret. kCrypto.
Result<SecretBytes> staff_key(const SecretBytes& agreed, const SessionId& session);
Result<SecretBytes> client_key(const SecretBytes& agreed, const SecretBytes& client_secret,
                               const SessionId& session);
// What a client signs in with.
wire::Mac client_sign_in_mac(const SecretBytes& client_secret, std::string_view name,
                             const EcdhPublicKey& public_key);

// The value of Bulkhead-Proof for the state's next counter, which it takes. `target` is path and
// query as sent; the key must be there (checked invariant).
std::string next_proof(BrowserState& state, std::string_view method, std::string_view target,
                       std::string_view body);

// One whole request, appended to `to`: proven when the state holds a key, with the cookie alone
// when it does not, and anonymous when `state` is null. `extra_fields` are whole "Name: value\r\n"
// lines.
struct RequestText {
  std::string_view method;
  std::string_view target;
  std::string_view body;  // JSON; empty: none
  std::string_view host;  // as the Host field reads
  std::string_view extra_fields = {};
};
void write_request(const RequestText& request, BrowserState* state, std::string& to);

}  // namespace bulkhead::client
