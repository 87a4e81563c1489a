#include "client/http_answer.h"

#include <charconv>

namespace bulkhead::client {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

std::string_view find_field(std::string_view head, std::string_view name) {
  for (auto at = head.find(name); at != std::string_view::npos; at = head.find(name, at + 1)) {
    const bool starts_line = at >= 2 && head.substr(at - 2, 2) == "\r\n";
    if (!starts_line || head.substr(at + name.size(), 2) != ": ") continue;
    const auto from = at + name.size() + 2;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  return {};
}

template <class Number>
bool read_number(std::string_view text, Number& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string_view HttpAnswer::field(std::string_view name) const { return find_field(head, name); }

Result<std::optional<AnswerShape>> shape_of(std::string_view input) {
  const auto end = input.find(kEnd);
  if (end == std::string_view::npos) {
    if (input.size() > kAnswerHeadBytesMax)
      return fail(ErrorCode::kTooLarge, "the answer's head is too large");
    return std::optional<AnswerShape>();
  }
  AnswerShape shape;
  shape.head_bytes = end + kEnd.size();
  const auto head = input.substr(0, end + 2);
  if (!head.starts_with("HTTP/1.1 ") || !read_number(head.substr(9, 3), shape.status)) {
    return fail(ErrorCode::kMalformed, "the answer is not HTTP/1.1");
  }
  const auto length = find_field(head, "Content-Length");
  if (length.empty()) {
    if (shape.status != 204) return fail(ErrorCode::kMalformed, "the answer has no length");
  } else if (!read_number(length, shape.body_bytes)) {
    return fail(ErrorCode::kMalformed, "the answer's length is not a number");
  }
  if (shape.body_bytes > kAnswerBodyBytesMax)
    return fail(ErrorCode::kTooLarge, "the answer is too large");
  return std::optional(shape);
}

}  // namespace bulkhead::client
