#include "front/http.h"

#include <fmt/format.h>

#include <ctime>
#include <iterator>

namespace bulkhead::front {
namespace {

std::string_view phrase_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 423:
      return "Locked";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Answer";
  }
}

// IMF-fixdate (RFC 9110 section 5.6.7), made once a second.
std::string_view http_date() {
  thread_local std::time_t made_for = -1;
  thread_local std::string text;
  const auto now = std::time(nullptr);
  if (now != made_for) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&now, &utc);
    text =
        fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday,
                    kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    made_for = now;
  }
  return text;
}

constexpr std::string_view kAlways =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"
    "Cache-Control: no-store\r\n";
constexpr std::string_view kApiPolicy =
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n";
constexpr std::string_view kPagePolicy =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; base-uri "
    "'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n";
constexpr std::string_view kStrictTransport = "Strict-Transport-Security: max-age=31536000\r\n";

}  // namespace

void Request::clear() {
  method = Method::kOther;
  for (auto* text :
       {&target, &host, &authorization, &cookie, &proof, &content_type, &accept_language, &body}) {
    text->clear();
  }
}

void Response::clear() {
  status = 200;
  content_type = "application/json";
  content_language = {};
  extra_fields.clear();
  body.clear();
  is_page = false;
  close = false;
}

void write_response(const Response& response, Framing framing, std::string& to) {
  fmt::format_to(std::back_inserter(to), "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 phrase_of(response.status), http_date());
  if (response.status != 204) {  // A 204 has neither (RFC 9110 section 8.6).
    fmt::format_to(std::back_inserter(to), "Content-Type: {}\r\nContent-Length: {}\r\n",
                   response.content_type, response.body.size());
  }
  if (!response.content_language.empty()) {
    fmt::format_to(std::back_inserter(to), "Content-Language: {}\r\n", response.content_language);
  }
  to += kAlways;
  to += response.is_page ? kPagePolicy : kApiPolicy;
  if (framing.strict_transport) to += kStrictTransport;
  to += response.extra_fields;
  if (!framing.keep_alive || response.close) to += "Connection: close\r\n";
  to += "\r\n";
  if (!framing.head_only) to += response.body;
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOther:
      break;
  }
  return "OTHER";
}

}  // namespace bulkhead::front
