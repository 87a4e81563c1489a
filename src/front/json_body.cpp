#include "front/json_body.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <utility>

#include "front/limits.h"

namespace bulkhead::front {

namespace json = boost::json;

// Boost.JSON's parser calls these as it reads. A document tree would keep the last of two equal
// members and allocate more; this keeps what a flat object may hold and stops at the first thing it
// may not.
class JsonBodyHandler {
 public:
  static constexpr std::size_t max_object_size = kJsonMembersMax;
  static constexpr std::size_t max_array_size = kJsonListItemsMax;
  static constexpr std::size_t max_key_size = kJsonKeyBytesMax;
  static constexpr std::size_t max_string_size = kBodyBytesMax;

  JsonBody body;
  Error refusal{ErrorCode::kMalformed, "The body is not JSON."};

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& ec) {
    if (in_object_) return refuse("No member may hold an object.", ec);
    in_object_ = true;
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) { return true; }
  bool on_array_begin(json::error_code& ec) {
    if (!in_object_) return refuse("The body must be one JSON object.", ec);
    if (in_list_) return refuse("A list may hold only texts.", ec);
    in_list_ = true;
    body.members_.back().is_list = true;
    return true;
  }
  bool on_array_end(std::size_t, json::error_code&) {
    in_list_ = false;
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    part_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
    part_.append(part.data(), part.size());
    const bool twice = std::any_of(body.members_.begin(), body.members_.end(),
                                   [this](const auto& m) { return m.name == part_; });
    if (twice) return refuse("A member stands in the body twice.", ec);
    body.members_.emplace_back().name = std::exchange(part_, {});
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    part_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
    if (!in_object_) return refuse("The body must be one JSON object.", ec);
    part_.append(part.data(), part.size());
    auto& member = body.members_.back();
    (in_list_ ? member.list.emplace_back() : member.text) = std::exchange(part_, {});
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code& ec) { return refuse_type(ec); }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code& ec) { return refuse_type(ec); }
  bool on_double(double, json::string_view, json::error_code& ec) { return refuse_type(ec); }
  bool on_bool(bool, json::error_code& ec) { return refuse_type(ec); }
  bool on_null(json::error_code& ec) { return refuse_type(ec); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool refuse(const char* why, json::error_code& ec) {
    refusal.context = why;
    ec = json::error::syntax;
    return false;
  }
  bool refuse_type(json::error_code& ec) {
    return refuse("Members are texts or lists of texts.", ec);
  }

  std::string part_;
  bool in_object_ = false;
  bool in_list_ = false;
};

Result<JsonBody> JsonBody::parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = 4;  // Nested values reach our handler, which says better what is wrong.
  json::basic_parser<JsonBodyHandler> parser(options);
  json::error_code ec;
  const auto used = parser.write_some(false, text.data(), text.size(), ec);
  auto& handler = parser.handler();
  if (ec == json::error::object_too_large || ec == json::error::array_too_large ||
      ec == json::error::key_too_large || ec == json::error::string_too_large) {
    return fail(ErrorCode::kTooLarge,
                "The body holds more members, items or text than any request of ours.");
  }
  if (ec) return std::unexpected(handler.refusal);
  if (!parser.done() || used != text.size()) {
    return fail(ErrorCode::kMalformed, "The body must be one JSON object and nothing more.");
  }
  return std::move(handler.body);
}

bool JsonBody::has(std::string_view name) const {
  return std::ranges::find(members_, name, &Member::name) != members_.end();
}

Result<JsonBody::Member> JsonBody::take(std::string_view name, bool is_list) {
  const auto at =
      std::find_if(members_.begin(), members_.end(), [&](const auto& m) { return m.name == name; });
  if (at == members_.end())
    return fail(ErrorCode::kMalformed, "A member is missing; docs/openapi.yaml lists them.");
  if (at->is_list != is_list) {
    return fail(ErrorCode::kMalformed, "A member is of another type than docs/openapi.yaml says.");
  }
  auto member = std::move(*at);
  members_.erase(at);
  return member;
}

Result<std::string> JsonBody::take_text(std::string_view name) {
  return TRY(take(name, false)).text;
}
Result<std::vector<std::string>> JsonBody::take_list(std::string_view name) {
  return TRY(take(name, true)).list;
}

Status JsonBody::finish() const {
  if (!members_.empty()) {
    return fail(ErrorCode::kMalformed, "The body holds a member that this request does not know.");
  }
  return {};
}

}  // namespace bulkhead::front
