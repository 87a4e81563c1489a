// A proof shows that the holder of a session's key asked for exactly this request: an HMAC-SHA-256
// over lane, counter, method, path and a digest of query and body. It must never be accepted twice
// (the keeper keeps a replay window per lane), nor fit anything but what was asked: the keeper
// spells query and body anew from the message it got (paths.h). Owned by wire; browsers, clients
// and the keeper compute the same bytes.
#pragma once

#include <array>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/codec.h"

namespace bulkhead::wire {

using Mac = std::array<std::uint8_t, 32>;
using BodyDigest = std::array<std::uint8_t, 32>;  // SHA-256(query ‖ "\n" ‖ body); query without "?"
using NetworkAddress =
    std::array<std::uint8_t, 16>;                // IPv6, or IPv4 mapped (RFC 4291 section 2.5.5.2)
using PublicKey = std::array<std::uint8_t, 65>;  // P-256, uncompressed (SEC 1 section 2.3.3)

inline constexpr std::uint8_t kLanesMax = 8;

struct Proof {
  SessionId session;
  std::uint8_t lane = 0;
  std::uint64_t counter = 0;  // from 1, rising per lane; the last 128 may arrive in any order
  Mac mac{};
  NetworkAddress network{};  // as front saw it: a claim that may only refuse
  WIRE_MEMBERS(session, lane, counter, mac, network)
};

// The bytes under the MAC: "bulkhead proof v1\n" METHOD SP path "\n" session ‖ u8 lane ‖ u64
// counter ‖ digest of query and body.
inline Bytes proof_bytes(const Proof& proof, std::string_view method, std::string_view path,
                         const BodyDigest& content) {
  Bytes bytes;
  bytes.reserve(96 + path.size());
  const auto add = [&bytes](std::string_view text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
  };
  add("bulkhead proof v1\n");
  add(method);
  add(" ");
  add(path);
  add("\n");
  Encoder encoder(bytes);
  encoder.put(proof.session);
  encoder.put(proof.lane);
  encoder.put(proof.counter);
  encoder.put(content);
  return bytes;
}

// A staff session's MAC key is HKDF-SHA-256(ECDH secret, salt = session id, info below), a client's
// HKDF-SHA-256(ECDH secret ‖ client secret, salt = session id, info below); 32 bytes (RFC 5869).
inline constexpr std::string_view kStaffKeyInfo = "bulkhead session key v1";
inline constexpr std::string_view kClientKeyInfo = "bulkhead client session key v1";
// A client signs in with HMAC-SHA-256(secret, this ‖ client name ‖ "\n" ‖ public key).
inline constexpr std::string_view kClientSignInInfo = "bulkhead client sign-in v1\n";

}  // namespace bulkhead::wire
