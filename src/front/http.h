// A request and a response as handlers see them: plain structs, reused from one request of a
// connection to the next so that a busy connection allocates nothing. They must never hold anything
// that a header claimed about the peer: `peer` is the socket's own address. Owned by front.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/proof.h"

namespace bulkhead::front {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPatch, kDelete, kOther };

struct Request {
  Method method = Method::kOther;
  std::string target;  // origin form (RFC 9112 section 3.2.1), as sent
  std::string host;
  std::string authorization;
  std::string cookie;
  std::string proof;  // Bulkhead-Proof
  std::string content_type;
  std::string accept_language;
  std::string body;
  wire::NetworkAddress peer{};

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  // Without its "?"; empty when there is none.
  std::string_view query() const {
    const auto at = target.find('?');
    return at == std::string::npos ? std::string_view() : std::string_view(target).substr(at + 1);
  }
  void clear();
};

struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  // a literal
  std::string_view content_language;                   // a literal; empty: none
  std::string extra_fields;                            // whole "Name: value\r\n" lines
  std::string body;
  bool is_page = false;  // HTML or CSS for people: a policy that lets our own style sheet in
  bool close = false;

  void clear();
};

// Appends status line, fields and body to `to`. `strict_transport` adds HSTS (RFC 6797), which a
// host must not send when it also answers plain HTTP on another port, since browsers apply it to
// every port.
struct Framing {
  bool keep_alive = true;
  bool head_only = false;
  bool strict_transport = true;
};
void write_response(const Response& response, Framing framing, std::string& to);

// "/a/b" from "GET"; the method's own spelling, "OTHER" for those we do not serve.
std::string_view name_of(Method method);

}  // namespace bulkhead::front
