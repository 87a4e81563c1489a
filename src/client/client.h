// A caller of the public API: signs in as staff or as a program, adds the proof to each request,
// keeps one connection open. It must never be given more rights than the API gives anybody; drills
// and the CLI's `api` command use it as an outsider would. Owned by client; one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/http_answer.h"
#include "client/session.h"
#include "client/stream.h"

namespace bulkhead::client {

class Client {
 public:
  explicit Client(ServerAddress address) : address_(std::move(address)) {}

  // Opens the connection now instead of at the first request. Errors as Stream::connect.
  Status connect();

  // Signs in and holds the session from then on. kRefused when the server answers with a problem
  // (see last_answer()), kMalformed when its answer makes no sense, otherwise as Stream::connect.
  Status sign_in(std::string_view name, std::string_view password, std::string_view code);
  Status client_sign_in(std::string_view name, const SecretBytes& secret);
  // A lane of the session's own for this connection, so that several share a session (at most
  // wire::kLanesMax).
  Status open_lane();

  // One request with the session's proof (anonymous before sign-in). Every answer is a success
  // here, whatever its status.
  Result<HttpAnswer> call(std::string_view method, std::string_view target,
                          std::string_view json_body = {});
  // The same without session and proof, with fields of the caller's own: "Name: value\r\n" lines.
  Result<HttpAnswer> call_bare(std::string_view method, std::string_view target,
                               std::string_view json_body, std::string_view extra_fields);

  const HttpAnswer& last_answer() const { return last_answer_; }

  // What a thief would take, and how he would use it.
  bool signed_in() const { return state_.has_value(); }
  const BrowserState& state() const { return *state_; }
  void adopt(BrowserState state) { state_ = std::move(state); }
  const ServerAddress& address() const { return address_; }

 private:
  Result<HttpAnswer> exchange(const std::string& request);
  Result<HttpAnswer> read_answer();
  Status take_session(const HttpAnswer& answer, const EcdhKey& key,
                      const SecretBytes* client_secret);

  ServerAddress address_;
  std::optional<Stream> stream_;
  std::optional<BrowserState> state_;
  HttpAnswer last_answer_;
  std::string input_;
};

}  // namespace bulkhead::client
