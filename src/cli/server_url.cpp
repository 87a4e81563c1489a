#include "cli/server_url.h"

#include <boost/json.hpp>
#include <charconv>
#include <fstream>
#include <iterator>

#include "supervisor/serve.h"

namespace bulkhead::cli {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, "the file cannot be read");
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

bool is_local(std::string_view host) { return host == "localhost" || host.ends_with(".localhost"); }

}  // namespace

Result<ServerUrl> parse_server_url(std::string_view url) {
  const auto wrong =
      fail(ErrorCode::kMalformed, "an URL is written https://api.localhost:8444/path");
  ServerUrl out;
  if (url.size() > kUrlBytesMax) return wrong;
  if (url.starts_with("https://")) {
    url.remove_prefix(8);
    out.port = 443;
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
    out.port = 80;
    out.plain = true;
  } else {
    return wrong;
  }
  const auto slash = std::min(url.find('/'), url.size());
  auto authority = url.substr(0, slash);
  out.path = url.substr(slash);
  while (out.path.ends_with('/')) out.path.pop_back();
  if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
    const auto port = authority.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size() || out.port == 0) return wrong;
    authority = authority.substr(0, colon);
  }
  out.host = authority;
  if (out.host.empty() || out.host.find_first_of("@?# \t") != std::string::npos) return wrong;
  if (out.path.find_first_of("?# \t\r\n") != std::string::npos) return wrong;
  if (out.plain && !is_local(out.host))
    return fail(ErrorCode::kRefused, "http is for *.localhost alone; use https");
  return out;
}

Result<ServerUrl> local_front(const std::string& data_dir, std::string_view face) {
  const auto text = read_file(DataPaths(data_dir).ports_file());
  if (!text)
    return fail(
        ErrorCode::kNotFound,
        "nothing runs on this data directory; start it with: script/server, or bulkhead serve");
  boost::system::error_code error;
  const auto json = boost::json::parse(*text, error);
  const auto* const port =
      error || !json.is_object() ? nullptr : json.as_object().if_contains(face);
  const auto number = port == nullptr ? std::uint16_t{0} : port->to_number<std::uint16_t>(error);
  if (number == 0 || error)
    return fail(ErrorCode::kMalformed, "ports.json does not name that front");
  return ServerUrl{
      .host = std::string(face) + ".localhost", .port = number, .plain = false, .path = {}};
}

Result<client::ServerAddress> server_address(const ServerUrl& url, const std::string& certificate,
                                             const std::string& data_dir) {
  client::ServerAddress address;
  address.host = url.host;
  address.port = url.port;
  address.plain = url.plain;
  if (url.plain) return address;
  if (!certificate.empty()) {
    const auto pem = TRY(read_file(certificate));
    address.pinned_certificate = TRY(client::certificate_fingerprint(pem));
  } else if (is_local(url.host)) {
    if (const auto own = read_file(DataPaths(data_dir).certificate())) {
      address.pinned_certificate = TRY(client::certificate_fingerprint(*own));
    }
  }
  return address;
}

}  // namespace bulkhead::cli
