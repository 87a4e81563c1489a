#include "front/request_reader.h"

#include <string.h>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

#include "front/limits.h"

namespace bulkhead::front {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::iequals;
using boost::beast::string_view;

constexpr std::size_t kRoomBytes = 8192;

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::post:
      return Method::kPost;
    case http::verb::patch:
      return Method::kPatch;
    case http::verb::delete_:
      return Method::kDelete;
    default:
      return Method::kOther;
  }
}

}  // namespace

// Beast's own containers would allocate for each field; this one keeps the seven fields we read.
class RequestReader::Parser final : public http::basic_parser<true> {
 public:
  explicit Parser(Request& request) : request_(request) {
    header_limit(kHeaderBytesMax);
    body_limit(kBodyBytesMax);
    eager(true);
    request_.clear();
  }
  std::optional<ReadRefusal> refusal() const { return refusal_; }

 private:
  void refuse(ReadRefusal why, error_code& ec) {
    refusal_ = why;
    ec = http::error::bad_field;
  }
  // A second line of a field that must stand alone is an attempt to be read in two ways.
  void keep_once(std::string& to, bool& seen, string_view value, error_code& ec) {
    if (seen) return refuse(ReadRefusal::kMalformed, ec);
    seen = true;
    to.assign(value.data(), value.size());
  }

  void on_request_impl(http::verb method, string_view, string_view target, int,
                       error_code& ec) override {
    if (target.size() > kTargetBytesMax) return refuse(ReadRefusal::kTargetTooLong, ec);
    if (target.empty() || target.front() != '/') return refuse(ReadRefusal::kMalformed, ec);
    request_.method = method_of(method);
    request_.target.assign(target.data(), target.size());
  }
  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(http::field name, string_view text, string_view value,
                     error_code& ec) override {
    if (++fields_ > kHeaderFieldsMax) return refuse(ReadRefusal::kHeaderTooLarge, ec);
    switch (name) {
      case http::field::host:
        return keep_once(request_.host, host_, value, ec);
      case http::field::authorization:
        return keep_once(request_.authorization, authorization_, value, ec);
      case http::field::cookie:
        return keep_once(request_.cookie, cookie_, value, ec);
      case http::field::content_type:
        return keep_once(request_.content_type, content_type_, value, ec);
      case http::field::accept_language:
        request_.accept_language.assign(value.data(), value.size());
        return;
      case http::field::content_length:
        // Beast takes equal repetitions and lists; a single plain number is all that a caller of
        // ours needs.
        if (length_ || value.empty() ||
            value.find_first_not_of("0123456789") != string_view::npos) {
          return refuse(ReadRefusal::kMalformed, ec);
        }
        length_ = true;
        return;
      case http::field::transfer_encoding:
        return refuse(ReadRefusal::kChunked, ec);
      case http::field::expect:
        return refuse(ReadRefusal::kExpect, ec);
      case http::field::unknown:
        if (iequals(text, "Bulkhead-Proof")) keep_once(request_.proof, proof_, value, ec);
        return;
      default:
        return;
    }
  }
  void on_header_impl(error_code& ec) override {
    if (!host_) refuse(ReadRefusal::kMalformed, ec);  // RFC 9112 section 3.2
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code& ec) override {
    refuse(ReadRefusal::kChunked, ec);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code& ec) override {
    refuse(ReadRefusal::kChunked, ec);
    return 0;
  }
  void on_finish_impl(error_code&) override {}

  Request& request_;
  std::size_t fields_ = 0;
  std::optional<ReadRefusal> refusal_;
  bool host_ = false, authorization_ = false, cookie_ = false, content_type_ = false,
       length_ = false, proof_ = false;
};

struct RequestReader::Parts {
  std::optional<Parser> parser;
  std::string input;  // bytes [0, filled) wait to be parsed
  std::size_t filled = 0;
  std::size_t header_bytes = 0;  // of this request, as far as they were parsed
  ReadRefusal refusal = ReadRefusal::kMalformed;
  bool keep_alive = true;

  // A folded field (RFC 9112 section 5.2) or a bare CR or LF could be read differently by a proxy
  // before us; Beast would unfold the former. Looks at the header once, when it is complete.
  static bool has_odd_line(std::string_view header) {
    for (auto at = header.find('\n'); at != std::string_view::npos;
         at = header.find('\n', at + 1)) {
      if (at == 0 || header[at - 1] != '\r') return true;
      if (at + 1 < header.size() && (header[at + 1] == ' ' || header[at + 1] == '\t')) return true;
    }
    return false;
  }
};

RequestReader::RequestReader() : parts_(std::make_unique<Parts>()) {}
RequestReader::~RequestReader() = default;

std::span<char> RequestReader::room() {
  auto& input = parts_->input;
  if (input.size() < parts_->filled + kRoomBytes / 2) input.resize(parts_->filled + kRoomBytes);
  return {input.data() + parts_->filled, input.size() - parts_->filled};
}
void RequestReader::received(std::size_t bytes) { parts_->filled += bytes; }

ReadState RequestReader::read(Request& request) {
  auto& parts = *parts_;
  if (!parts.parser || parts.parser->is_done()) {
    if (parts.filled == 0) return ReadState::kNeedMore;
    parts.parser.emplace(request);
    parts.header_bytes = 0;
  }
  auto& parser = *parts.parser;
  const std::string_view waiting(parts.input.data(), parts.filled);
  if (!parser.is_header_done()) {
    const auto header = waiting.substr(0, waiting.find("\r\n\r\n"));
    if (Parts::has_odd_line(header)) {
      parts.refusal = ReadRefusal::kMalformed;
      return ReadState::kRefused;
    }
  }
  error_code ec;
  const auto body_bytes = request.body.size();
  const bool in_header = !parser.is_header_done();
  const auto used = parser.put({waiting.data(), waiting.size()}, ec);
  parts.filled -= used;
  if (parts.filled > 0 && used > 0) parts.input.erase(0, used);
  if (ec && ec != http::error::need_more) {
    parts.refusal =
        parser.refusal().value_or(ec == http::error::header_limit ? ReadRefusal::kHeaderTooLarge
                                  : ec == http::error::body_limit ? ReadRefusal::kBodyTooLarge
                                                                  : ReadRefusal::kMalformed);
    return ReadState::kRefused;
  }
  // Beast's own limit starts afresh after each piece it has parsed, so the whole header is counted
  // here.
  if (in_header) {
    parts.header_bytes += used - (request.body.size() - body_bytes);
    const auto unparsed = parser.is_header_done() ? 0 : parts.filled;
    if (parts.header_bytes + unparsed > kHeaderBytesMax) {
      parts.refusal = ReadRefusal::kHeaderTooLarge;
      return ReadState::kRefused;
    }
  }
  if (!parser.is_done()) return ReadState::kNeedMore;
  parts.keep_alive = parser.keep_alive();
  return ReadState::kDone;
}

ReadRefusal RequestReader::refusal() const { return parts_->refusal; }
void RequestReader::wipe() {
  auto& parts = *parts_;
  // What was not read yet may be a pipelined request and stays.
  explicit_bzero(parts.input.data() + parts.filled, parts.input.size() - parts.filled);
}
bool RequestReader::keep_alive() const { return parts_->keep_alive; }
bool RequestReader::started() const {
  return parts_->filled > 0 || (parts_->parser && !parts_->parser->is_done());
}

}  // namespace bulkhead::front
