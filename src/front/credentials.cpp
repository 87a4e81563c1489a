#include "front/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace bulkhead::front {
namespace {

constexpr std::string_view kScheme = "Bulkhead ";
constexpr std::string_view kBearer = "Bearer ";

// The value of our cookie among "a=b; c=d" (RFC 6265 section 4.2.1); kMalformed when it stands
// there twice.
Result<std::optional<std::string_view>> cookie_value(std::string_view cookies) {
  std::optional<std::string_view> found;
  while (!cookies.empty()) {
    const auto end = cookies.find(';');
    const auto pair = cookies.substr(0, end);
    cookies = end == std::string_view::npos ? std::string_view() : cookies.substr(end + 1);
    if (cookies.starts_with(' ')) cookies.remove_prefix(1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != kCookieName || equals == std::string_view::npos) continue;
    if (found)
      return fail(ErrorCode::kMalformed, "The session cookie stands in the request twice.");
    found = pair.substr(equals + 1);
  }
  return found;
}

Result<SessionId> session_of(const Request& request) {
  std::optional<std::string_view> name = TRY(cookie_value(request.cookie));
  const std::string_view authorization = request.authorization;
  if (!authorization.empty()) {
    if (!authorization.starts_with(kScheme)) {
      return fail(ErrorCode::kMalformed, "Authorization must read: Bulkhead <session>.");
    }
    const auto named = authorization.substr(kScheme.size());
    if (name && *name != named)
      return fail(ErrorCode::kMalformed, "Cookie and Authorization name two sessions.");
    name = named;
  }
  if (!name)
    return fail(
        ErrorCode::kNotFound,
        "The request names no session. Sign in first: at the desk, or with bulkhead login.");
  return SessionId{TRY(fixed_base64url<16>(*name))};
}

// Takes "<label><value>" off the front of `text`, up to "; " or the end.
std::optional<std::string_view> take_part(std::string_view& text, std::string_view label) {
  if (!text.starts_with(label)) return std::nullopt;
  text.remove_prefix(label.size());
  const auto end = text.find("; ");
  const auto value = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  return value;
}

// Plain decimal without sign or leading zeros, one spelling per number.
template <class Unsigned>
std::optional<Unsigned> decimal(std::string_view text) {
  Unsigned value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

}  // namespace

template <std::size_t N>
Result<std::array<std::uint8_t, N>> fixed_base64url(std::string_view text) {
  if (text.size() != (N * 4 + 2) / 3)
    return fail(ErrorCode::kMalformed, "A base64url value has the wrong length.");
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != N)
    return fail(ErrorCode::kMalformed, "A value is not unpadded base64url.");
  std::array<std::uint8_t, N> fixed;
  std::copy(bytes->begin(), bytes->end(), fixed.begin());
  return fixed;
}
template Result<std::array<std::uint8_t, 16>> fixed_base64url<16>(std::string_view);
template Result<std::array<std::uint8_t, 32>> fixed_base64url<32>(std::string_view);
template Result<std::array<std::uint8_t, 65>> fixed_base64url<65>(std::string_view);

Result<wire::Proof> proof_of(const Request& request) {
  wire::Proof proof;
  proof.session = TRY(session_of(request));
  if (request.proof.empty())
    return fail(ErrorCode::kNotFound, "The request carries no Bulkhead-Proof field.");
  std::string_view text = request.proof;
  const auto lane = take_part(text, "lane=");
  const auto counter = take_part(text, "counter=");
  const auto mac = take_part(text, "mac=");
  if (!lane || !counter || !mac || !text.empty()) {
    return fail(ErrorCode::kMalformed,
                "Bulkhead-Proof must read: lane=0; counter=1; mac=<base64url>.");
  }
  const auto lane_number = decimal<std::uint8_t>(*lane);
  const auto counter_number = decimal<std::uint64_t>(*counter);
  if (!lane_number || *lane_number >= wire::kLanesMax || !counter_number || *counter_number == 0) {
    return fail(ErrorCode::kMalformed,
                "Lane or counter of the proof is not a number in its range.");
  }
  proof.lane = *lane_number;
  proof.counter = *counter_number;
  proof.mac = TRY(fixed_base64url<32>(*mac));
  proof.network = request.peer;
  return proof;
}

Result<AuditorToken> auditor_token_of(const Request& request) {
  const std::string_view authorization = request.authorization;
  if (authorization.empty())
    return fail(ErrorCode::kNotFound, "The request carries no auditor token.");
  if (!authorization.starts_with(kBearer)) {
    return fail(ErrorCode::kMalformed, "Authorization must read: Bearer <auditor token>.");
  }
  return fixed_base64url<32>(authorization.substr(kBearer.size()));
}

std::string cookie_line(const SessionId& session, std::uint32_t lives_s) {
  return fmt::format("Set-Cookie: {}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict\r\n",
                     kCookieName, to_base64url(session.bytes), lives_s);
}
std::string cookie_end_line() {
  return fmt::format("Set-Cookie: {}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict\r\n",
                     kCookieName);
}

}  // namespace bulkhead::front
