// What a request carries to be believed: the session's name (cookie or Authorization), the proof,
// an auditor's token. It must never decide anything about them but their form; the keeper does.
// Owned by front.
#pragma once

#include <array>
#include <string>

#include "base/result.h"
#include "front/http.h"

namespace bulkhead::front {

inline constexpr std::string_view kCookieName = "__Host-bulkhead";
using AuditorToken = std::array<std::uint8_t, 32>;

// Session, lane, counter and MAC from the request.
// kNotFound when the request names no session, kMalformed when a field does not follow its form or
// two fields name two sessions.
Result<wire::Proof> proof_of(const Request& request);

// "Authorization: Bearer <43 characters of base64url>" (RFC 6750). kNotFound, kMalformed.
Result<AuditorToken> auditor_token_of(const Request& request);

// Set-Cookie lines (RFC 6265, __Host- prefix of RFC 6265bis section 4.1.3.2).
std::string cookie_line(const SessionId& session, std::uint32_t lives_s);
std::string cookie_end_line();

// Exactly N bytes of unpadded base64url. kMalformed.
template <std::size_t N>
Result<std::array<std::uint8_t, N>> fixed_base64url(std::string_view text);

}  // namespace bulkhead::front
