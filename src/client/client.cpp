#include "client/client.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>

#include "crypto/encoding.h"

namespace bulkhead::client {
namespace {

namespace json = boost::json;

constexpr int kAnswerPatiences = 6;  // of one silence, for the whole of an answer

Result<Bytes> bytes_member(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string())
    return fail(ErrorCode::kMalformed, "the session lacks a member");
  const auto& text = value->get_string();
  return from_base64url({text.data(), text.size()});
}

}  // namespace

Status Client::connect() {
  // A server that goes away while we write must not end us; OpenSSL writes without MSG_NOSIGNAL.
  signal(SIGPIPE, SIG_IGN);
  input_.clear();
  stream_ = TRY(Stream::connect(address_));
  return {};
}

Status Client::sign_in(std::string_view name, std::string_view password, std::string_view code) {
  const auto key = TRY(EcdhKey::generate());
  const json::object body{{"name", name},
                          {"password", password},
                          {"code", code},
                          {"public_key", to_base64url(key.public_key())}};
  const auto answer = TRY(call_bare("POST", "/api/v1/session", json::serialize(body), {}));
  return take_session(answer, key, nullptr);
}

Status Client::client_sign_in(std::string_view name, const SecretBytes& secret) {
  const auto key = TRY(EcdhKey::generate());
  const auto mac = client_sign_in_mac(secret, name, key.public_key());
  const json::object body{
      {"name", name}, {"public_key", to_base64url(key.public_key())}, {"mac", to_base64url(mac)}};
  const auto answer = TRY(call_bare("POST", "/api/v1/session/client", json::serialize(body), {}));
  return take_session(answer, key, &secret);
}

Status Client::take_session(const HttpAnswer& answer, const EcdhKey& key,
                            const SecretBytes* client_secret) {
  if (answer.status != 200) return fail(ErrorCode::kRefused, "the server refuses the sign-in");
  json::error_code ec;
  const auto parsed = json::parse(answer.body, ec);
  if (ec || !parsed.is_object())
    return fail(ErrorCode::kMalformed, "the server's session is no JSON object");
  BrowserState state;
  const auto session = TRY(bytes_member(parsed.get_object(), "session"));
  const auto theirs = TRY(bytes_member(parsed.get_object(), "keeper_public_key"));
  if (session.size() != state.session.bytes.size())
    return fail(ErrorCode::kMalformed, "the session's name is malformed");
  std::copy(session.begin(), session.end(), state.session.bytes.begin());
  const auto agreed = TRY(key.agree(theirs));
  state.key = client_secret == nullptr ? TRY(staff_key(agreed, state.session))
                                       : TRY(client_key(agreed, *client_secret, state.session));
  state_ = std::move(state);
  return {};
}

Status Client::open_lane() {
  const auto answer = TRY(call("POST", "/api/v1/session/lanes"));
  if (answer.status != 200) return fail(ErrorCode::kRefused, "the server gives no lane");
  json::error_code ec;
  const auto parsed = json::parse(answer.body, ec);
  const auto* const object = ec ? nullptr : parsed.if_object();
  const auto* const lane = object == nullptr ? nullptr : object->if_contains("lane");
  if (lane == nullptr || !lane->is_int64() || lane->get_int64() < 0 ||
      lane->get_int64() >= wire::kLanesMax) {
    return fail(ErrorCode::kMalformed, "the server's lane makes no sense");
  }
  state_->lane = static_cast<std::uint8_t>(lane->get_int64());
  state_->counter = 0;
  return {};
}

Result<HttpAnswer> Client::call(std::string_view method, std::string_view target,
                                std::string_view json_body) {
  std::string request;
  const auto host = address_.host_field();
  write_request({.method = method, .target = target, .body = json_body, .host = host},
                state_ ? &*state_ : nullptr, request);
  return exchange(request);
}

Result<HttpAnswer> Client::call_bare(std::string_view method, std::string_view target,
                                     std::string_view json_body, std::string_view extra_fields) {
  std::string request;
  const auto host = address_.host_field();
  write_request({.method = method,
                 .target = target,
                 .body = json_body,
                 .host = host,
                 .extra_fields = extra_fields},
                nullptr, request);
  return exchange(request);
}

Result<HttpAnswer> Client::exchange(const std::string& request) {
  const bool reused = stream_.has_value();
  if (!reused) TRY_STATUS(connect());
  std::string_view rest = request;
  while (!rest.empty()) {
    const auto written = stream_->write(rest);
    if (written.state != StreamState::kDone)
      break;  // An answer may be there already (413), so reading decides.
    rest.remove_prefix(written.bytes);
  }
  auto answer = read_answer();
  if (!answer && reused && input_.empty() && answer.error().code == ErrorCode::kUnavailable) {
    // An idle connection was closed under us. The very same bytes go again: had they been handled,
    // the keeper's replay window would refuse them, so nothing can happen twice.
    stream_.reset();
    return exchange(request);
  }
  if (!answer) {
    stream_.reset();
    return answer;
  }
  if (answer->field("Connection") == "close") stream_.reset();
  last_answer_ = *answer;
  return answer;
}

Result<HttpAnswer> Client::read_answer() {
  std::array<char, 16384> part;
  // A byte now and then is no answer either.
  const auto until = std::chrono::steady_clock::now() + kAnswerPatiences * address_.patience;
  for (;;) {
    if (std::chrono::steady_clock::now() > until)
      return fail(ErrorCode::kIo, "the server does not answer in time");
    const auto shape = TRY(shape_of(input_));
    if (shape && input_.size() >= shape->head_bytes + shape->body_bytes) {
      HttpAnswer answer{shape->status, input_.substr(0, shape->head_bytes),
                        input_.substr(shape->head_bytes, shape->body_bytes)};
      input_.erase(0, shape->head_bytes + shape->body_bytes);
      return answer;
    }
    const auto got = stream_->read(part);
    if (got.state == StreamState::kWaitRead)
      return fail(ErrorCode::kIo, "the server does not answer in time");
    if (got.state != StreamState::kDone)
      return fail(ErrorCode::kUnavailable, "the server closed the connection");
    input_.append(part.data(), got.bytes);
  }
}

}  // namespace bulkhead::client
